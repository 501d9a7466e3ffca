// Goes through a chunk of TreeRows and knows of each tree which of its entries count, without
// looking again at those that it has from its base.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "git/tree_rows.h"

namespace picket {

// An entry of a tree that counts, by its position in the tree; `index` is for whoever follows.
struct FollowedRow {
  uint32_t position = 0;
  uint32_t index = 0;
};

// One thread's own.
class TreeRowFollower {
 public:
  // Calls choose(row, &index) for each entry that a tree has of its own: false where it does not
  // count. Then on_tree(label, depth, rows) for each tree, in the chunk's order. False where there
  // are too many rows to be held.
  template <typename Choose, typename OnTree>
  bool Follow(const TreeRowChunk& chunk, const Choose& choose, const OnTree& on_tree) {
    TreeRowCursor cursor(chunk);
    while (cursor.NextTree()) {
      const bool alone = cursor.depth() == TreeRowChunk::kAlone;
      const size_t depth = alone ? 0 : cursor.depth();
      if (held_.size() <= depth) held_.resize(depth + 1);
      std::vector<FollowedRow>* rows = alone ? &alone_ : &held_[depth];
      count_ -= rows->size();
      rows->clear();
      FollowTree(depth == 0 ? std::span<const FollowedRow>() : held_[depth - 1], &cursor, choose,
                 rows);
      count_ += rows->size();
      if (count_ > kMostHeld) return false;
      on_tree(cursor.label(), cursor.depth(), std::span<const FollowedRow>(*rows));
    }
    return true;
  }

 private:
  // Of the trees that it stands below, 8 bytes each.
  static constexpr uint64_t kMostHeld = uint64_t{4} << 20;

  template <typename Choose>
  static void FollowTree(std::span<const FollowedRow> base, TreeRowCursor* cursor,
                         const Choose& choose, std::vector<FollowedRow>* rows) {
    uint32_t position = 0;
    // Versions of one folder are mostly in one order; one that is not may not make each of its
    // copies a walk over all of the base.
    auto next = base.begin();
    const auto comes_before = [](const FollowedRow& row, uint32_t first) {
      return row.position < first;
    };
    while (cursor->NextPart()) {
      if (!cursor->is_copy()) {
        uint32_t index = 0;
        if (choose(cursor->row(), &index)) rows->push_back({position, index});
        ++position;
        continue;
      }
      const uint32_t first = cursor->first();
      if (next != base.begin() && (next - 1)->position >= first) next = base.begin();
      next = std::lower_bound(next, base.end(), first, comes_before);
      for (; next != base.end() && next->position - first < cursor->count(); ++next) {
        rows->push_back({next->position - first + position, next->index});
      }
      position += cursor->count();
    }
  }

  std::vector<std::vector<FollowedRow>> held_;  // by depth
  std::vector<FollowedRow> alone_;
  uint64_t count_ = 0;  // of all held rows
};

}  // namespace picket
