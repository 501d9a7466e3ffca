#include "git/pack/slot_cache.h"

#include <doctest/doctest.h>

#include <memory>

namespace picket {
namespace {

struct Spread {
  size_t operator()(uint64_t key) const { return key * 0x9e3779b97f4a7c15U; }
};
struct OneSlot {
  size_t operator()(uint64_t) const { return 0; }
};
using Value = std::shared_ptr<const uint64_t>;

Value Made(uint64_t number) { return std::make_shared<const uint64_t>(number); }

}  // namespace

TEST_CASE("slot cache: what is found is what was put there, and there is never too much") {
  SlotCache<uint64_t, Value, Spread> cache(10'000);
  CHECK(cache.Find(1) == nullptr);
  std::weak_ptr<const uint64_t> first;
  for (uint64_t i = 0; i < 50'000; ++i) {
    const Value value = Made(i);
    if (i == 0) first = value;
    cache.Put(i, value, 1 + i % 7);
    CHECK(*cache.Find(i) == i);
  }
  CHECK(first.expired());
  uint64_t cost = 0;
  size_t found = 0;
  for (uint64_t i = 0; i < 50'000; ++i) {
    const Value value = cache.Find(i);
    if (value == nullptr) continue;
    CHECK(*value == i);
    cost += 1 + i % 7;
    ++found;
  }
  CHECK(cost <= 10'000);
  CHECK(found > 1'000);
  cache.Clear();
  CHECK(cache.Find(49'999) == nullptr);
  cache.Put(7, Made(7), 1);
  CHECK(*cache.Find(7) == 7);
}

TEST_CASE("slot cache: what is asked for again stays longer; what is too large is not kept") {
  SlotCache<uint64_t, Value, Spread> cache(1'000);
  cache.Put(1, Made(1), 10);
  for (uint64_t i = 100; i < 190; ++i) {
    cache.Put(i, Made(i), 10);
    REQUIRE(cache.Find(1) != nullptr);
  }
  cache.Put(2, Made(2), 1'001);
  CHECK(cache.Find(2) == nullptr);
  CHECK(cache.Find(1) != nullptr);
}

TEST_CASE("slot cache: keys that share a slot take turns") {
  SlotCache<uint64_t, Value, OneSlot> cache(1'000);
  for (uint64_t i = 0; i < 5'000; ++i) cache.Put(i, Made(i), 1);
  CHECK(cache.Find(4'998) == nullptr);
  CHECK(*cache.Find(4'999) == 4'999);
}

}  // namespace picket
