#include "secrets/base_hits.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace picket {
namespace {

ObjectId Id(char letter) { return ObjectId::FromRaw(AsBytes(std::string(20, letter))); }

Derivation At(size_t depth, char base, bool is_base = true) {
  Derivation derivation;
  derivation.depth = depth;
  if (base != 0) derivation.base = Id(base);
  derivation.is_base = is_base;
  return derivation;
}

// A blob that comes with as many hits; whether its base is known.
bool Come(BaseHits* kept, char letter, const Derivation& derivation, size_t hits = 1) {
  KeptHits* keep = kept->Begin(derivation, Id(letter));
  CHECK((keep != nullptr) == derivation.is_base);
  const bool known = kept->BaseOf(derivation) != nullptr;
  if (keep != nullptr) {
    keep->installed.Reset(1 << 20);
    for (size_t i = 0; i < hits; ++i) {
      const Hit hit{1, i + 1, i + 1};
      keep->installed.Add({&hit, 1});
    }
    keep->installed.Finish();
  }
  kept->End(derivation);
  return known;
}

}  // namespace

TEST_CASE("base hits: a base is known to what comes below it, and to nothing else") {
  BaseHits kept;
  CHECK_FALSE(Come(&kept, 'a', At(0, 0)));
  CHECK(Come(&kept, 'b', At(1, 'a')));
  CHECK(Come(&kept, 'c', At(2, 'b')));
  CHECK(Come(&kept, 'd', At(2, 'b', false)));
  // Another child of the root: nothing is made from the first one any more.
  CHECK(Come(&kept, 'e', At(1, 'a')));
  CHECK_FALSE(Come(&kept, 'f', At(2, 'b')));
  CHECK_FALSE(Come(&kept, 'g', At(2, 'c')));
  // Another tree.
  CHECK_FALSE(Come(&kept, 'h', At(0, 0)));
  CHECK_FALSE(Come(&kept, 'i', At(1, 'a')));
}

TEST_CASE("base hits: a base that did not come is not known, nor is one that was skipped") {
  BaseHits kept;
  CHECK_FALSE(Come(&kept, 'a', At(1, 'r')));
  CHECK(Come(&kept, 'b', At(2, 'a')));
  CHECK_FALSE(Come(&kept, 'c', At(2, 0)));
  CHECK_FALSE(Come(&kept, 'd', At(4, 'c')));
  CHECK(Come(&kept, 'e', At(5, 'd')));
}

TEST_CASE("base hits: those nearest to the root are let go when all together are too many") {
  BaseHits kept(uint64_t{400} * sizeof(Hit));
  CHECK_FALSE(Come(&kept, 'a', At(0, 0), 128));
  CHECK(Come(&kept, 'b', At(1, 'a'), 128));
  CHECK(Come(&kept, 'c', At(2, 'b'), 128));
  CHECK(Come(&kept, 'd', At(3, 'c'), 128));
  CHECK(Come(&kept, 'e', At(3, 'c'), 128));
  CHECK(Come(&kept, 'f', At(2, 'b'), 128));
  CHECK_FALSE(Come(&kept, 'g', At(1, 'a'), 128));
  // One that is too large by itself.
  CHECK_FALSE(Come(&kept, 'h', At(0, 0), 512));
  CHECK_FALSE(Come(&kept, 'i', At(1, 'h'), 1));
  CHECK(Come(&kept, 'j', At(2, 'i'), 1));
}

}  // namespace picket
