// Which trees lead to what is being looked for, and by which entries; from what TreeRows holds of
// them, so that nothing is read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "git/tree_rows.h"

namespace picket {

// Const after construction.
class LiveTrees {
 public:
  // What is looked for, by the numbers of TreeRow. All three must outlive this. `threads` is 1 or
  // more; the result is the same for any.
  LiveTrees(const TreeRows& rows, const std::vector<bool>& objects, const std::vector<bool>& names,
            unsigned threads);

  // What is looked for leads to more trees than are followed, so that all have to be read; of fewer
  // things it might do.
  bool is_too_much() const { return is_too_much_; }
  // Something that is looked for stands in the tree or below it, or may do: see IsTold().
  bool IsLive(uint32_t tree) const { return live_[tree].load(std::memory_order_relaxed) != 0; }
  // RowsOf() says all that counts; else a live tree has to be read: it is damaged, a folder in it
  // is not in the store, or there was too much to be followed.
  bool IsTold(uint32_t tree) const { return places_[tree].count != 0; }
  // The entries that are looked for, and the folders that lead there, in the tree's order.
  std::span<const TreeRow> RowsOf(uint32_t tree) const;

 private:
  // An entry of a tree, by its position in it.
  struct LiveRow {
    uint32_t position = 0;
    TreeRow row;
  };
  // In the told rows of a chunk.
  struct Place {
    uint32_t first = 0;
    uint32_t count = 0;
  };
  class Follower;

  bool Counts(const TreeRow& row) const {
    if (names_[row.name]) return true;
    if (row.type == TreeRow::kDirectory) return row.object == kNone || IsLive(row.object);
    return row.object != kNone && objects_[row.object];
  }
  bool MayFindMore(const TreeRowChunk& chunk, int round) const;
  bool FindLive(unsigned threads, bool* is_deep);
  bool Tell(unsigned threads);
  void GiveUp();

  const TreeRows& rows_;
  const std::vector<bool>& objects_;
  const std::vector<bool>& names_;
  std::vector<std::atomic<uint8_t>> live_;  // 0, or the round that found it plus 1
  std::vector<Place> places_;
  std::vector<std::vector<TreeRow>> told_;  // by chunk
  std::vector<uint32_t> first_trees_;       // by chunk; ascending
  bool is_too_much_ = false;
};

}  // namespace picket
