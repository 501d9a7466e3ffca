#include <algorithm>

#include "match/matcher.h"
#include "match/rule_set.h"

namespace picket {
namespace {

bool HoldsEscape(Bytes text) {
  return std::any_of(text.begin(), text.end(),
                     [](uint8_t c) { return c == '%' || c == '&' || c == '\\'; });
}

}  // namespace

// What hits a text hits the texts joined: patterns know no beginning and no end, and what is
// searched of a text - runs, names and words, and what stands around them - is searched of the
// joint text too, since a line break belongs to none of these. More may be hit, never less.
void Matcher::Sift(const BlobGroup& group, std::vector<bool>* marked) {
  const std::span<const Blob> blobs = group.blobs;
  const uint8_t* const start = group.joint.data();
  const auto end_of = [&](size_t i) {
    return static_cast<uint64_t>(blobs[i].bytes.data() + blobs[i].bytes.size() - start);
  };
  bool has_escapes = false;
  CollectAll(group.joint, nullptr, [&] {
    for (const Hit& hit : hits_) {
      if (IsEscape(hit.id)) {
        has_escapes = true;
        continue;
      }
      // The first text that ends at or behind the hit's end; a hit that takes the line break in
      // ends behind the text that it began in.
      size_t first = 0;
      for (size_t count = blobs.size(); count > 0;) {
        const size_t half = count / 2;
        if (end_of(first + half) < hit.first_end) {
          first += half + 1;
          count -= half + 1;
        } else {
          count = half;
        }
      }
      for (size_t i = first; i < blobs.size(); ++i) {
        (*marked)[i] = true;
        if (end_of(i) >= hit.last_end) break;
      }
    }
  });
  if (!has_escapes) return;
  // Only the first of the joint text is told.
  for (size_t i = 0; i < blobs.size(); ++i)
    if (HoldsEscape(blobs[i].bytes)) (*marked)[i] = true;
}

}  // namespace picket
