#include "match/hit_list.h"

#include <algorithm>
#include <tuple>

namespace picket {

void HitList::Reset(uint64_t text_size) {
  hits_.clear();
  text_size_ = text_size;
  has_far_word_ = false;
  full_ = false;
  whole_ = false;
}

void HitList::Add(std::span<const Hit> hits) {
  if (full_) return;
  const uint64_t most = Most(text_size_);
  for (Hit hit : hits) {
    for (; hit.last_end - hit.first_end >= kMostEnds; hit.first_end += kMostEnds) {
      hits_.push_back({hit.id, hit.first_end, hit.first_end + kMostEnds - 1});
    }
    hits_.push_back(hit);
    if (hits_.size() <= most) continue;
    Drop();
    full_ = true;
    return;
  }
}

void HitList::Finish() {
  if (full_) return;
  std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
    return std::tuple(a.first_end, a.id, a.last_end) < std::tuple(b.first_end, b.id, b.last_end);
  });
  hits_.erase(std::unique(hits_.begin(), hits_.end()), hits_.end());
  whole_ = true;
}

void HitList::Drop() {
  hits_ = {};
  whole_ = false;
}

}  // namespace picket
