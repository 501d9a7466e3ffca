// Which trees lead to what is being looked for; from what TreeRows holds of them, so that nothing
// is read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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
  // Nothing was found out, and every tree counts as live: there is too much, or folders lie so deep
  // that it takes too long.
  bool gave_up() const { return gave_up_; }
  // Something that is looked for stands in the tree or below it, or may do: it is damaged.
  bool IsLive(uint32_t tree) const { return live_[tree].load(std::memory_order_relaxed) != 0; }
  // An entry that is looked for, or a folder that leads there or is not in the store.
  bool Counts(const TreeRow& row) const {
    if (names_[row.name]) return true;
    if (row.type == TreeRow::kDirectory) return row.object == kNone || IsLive(row.object);
    return row.object != kNone && objects_[row.object];
  }

 private:
  bool MayFindMore(const TreeRowChunk& chunk, int round) const;
  bool FindLive(unsigned threads, bool* is_deep);

  const TreeRows& rows_;
  const std::vector<bool>& objects_;
  const std::vector<bool>& names_;
  std::vector<std::atomic<uint8_t>> live_;  // 0, or the round that found it plus 1
  bool is_too_much_ = false;
  bool gave_up_ = false;
};

}  // namespace picket
