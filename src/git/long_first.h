// An order in which items are dealt to threads: those that take long first, so that none of them is
// met when all else is done; then the rest in their own order, in which neighbours lie together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace picket {

class LongFirst {
 public:
  LongFirst() = default;
  // Positions of items, distinct, in the order in which they are to come.
  explicit LongFirst(std::vector<uint32_t> first) : first_(std::move(first)), before_(first_) {
    std::sort(before_.begin(), before_.end());
    for (uint32_t i = 0; i < before_.size(); ++i) before_[i] -= i;
  }

  // Of the `turn`th item, its position.
  size_t operator()(size_t turn) const {
    if (turn < first_.size()) return first_[turn];
    const size_t rest = turn - first_.size();
    const auto after = std::upper_bound(before_.begin(), before_.end(), rest);
    return rest + static_cast<size_t>(after - before_.begin());
  }

 private:
  std::vector<uint32_t> first_;
  std::vector<uint32_t> before_;  // for each that comes first, how many of the rest stand before it
};

}  // namespace picket
