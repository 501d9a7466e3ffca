// What the headers of commits say, noted where each has just been inflated to be examined, so that
// nobody has to inflate it again to know its tree and its parents.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"
#include "core/change_list.h"
#include "git/known_ids.h"
#include "git/pack_order.h"

namespace picket {

class CommitRecords {
 public:
  // Both must outlive this; `ids` are those of `inventory`.
  CommitRecords(const ObjectInventory& inventory, const KnownIds& ids);

  // `position` is a commit's in ObjectInventory::objects. From any thread, each commit once. What
  // can't be told by positions (a parent that is not in the store) is left out.
  void Note(uint32_t position, Bytes commit);

  // After the last Note(). Commits by their order among the commits of the inventory.
  bool Has(uint32_t commit) const {
    return commit < records_.size() && records_[commit].tree != kNone;
  }
  ObjectId tree(uint32_t commit) const { return inventory_.trees[records_[commit].tree].oid; }
  int64_t time(uint32_t commit) const { return records_[commit].time; }
  std::span<const uint32_t> parents(uint32_t commit) const;

 private:
  static constexpr size_t kFew = 2;

  struct Record {
    uint32_t tree = kNone;
    uint32_t parent_count = 0;
    uint32_t parents[kFew] = {kNone, kNone};  // all of them, where they fit
    int64_t time = 0;
  };

  const ObjectInventory& inventory_;
  const KnownIds& ids_;
  uint32_t first_ = 0;  // position of the first commit
  std::vector<Record> records_;
  std::mutex mutex_;
  std::unordered_map<uint32_t, std::vector<uint32_t>> many_parents_;
};

}  // namespace picket
