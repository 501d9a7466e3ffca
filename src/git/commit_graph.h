// Every commit of the store, who its parents are, in which order they came, and which of them a ref
// reaches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/change_list.h"
#include "core/finding.h"
#include "core/object_id.h"
#include "git/commit_records.h"
#include "git/id_table.h"
#include "git/pack_order.h"
#include "git/repository.h"

namespace picket {

// A ref and what its chain of tags leads to.
struct RefTarget {
  std::string ref;
  std::vector<ObjectId> tags;  // outermost first
  ObjectId target;             // what is no tag; empty where the chain is broken
};

// Const after construction.
class CommitGraph {
 public:
  // Reads every commit that `objects` holds with `threads` threads. A commit that can't be read is
  // a gap and counts as one without a tree and parents. Commits at a shallow boundary have no
  // parents. What `records` (may be null) has noted of the same objects is not read.
  CommitGraph(const Repository& repository, const StoredObjects& objects,
              const CommitRecords* records, unsigned threads);
  CommitGraph(const CommitGraph&) = delete;
  CommitGraph& operator=(const CommitGraph&) = delete;

  // As Store() wrote it, and the commits that came since: `more`, none of which it held. Only what
  // they lead to is read. Commits that were there have no tree(); `reached` gets for each of them,
  // at positions from 0, whether a ref reached it then. Null where `stored` is broken.
  static std::unique_ptr<CommitGraph> Extend(const Repository& repository, Bytes stored,
                                             std::span<const StoredObject> more, unsigned threads,
                                             std::vector<bool>* reached);
  // The commits in what Store() wrote, in its order, up to where it is broken.
  static void ForEachIn(Bytes stored, const std::function<void(Bytes)>& visit);
  // Ids, times and numbers, and no word of a person's.
  std::string Store() const;

  size_t size() const { return commits_.size(); }
  // Position of a commit, or kNone.
  uint32_t Find(const ObjectId& oid) const { return table_.Find(oid); }
  ObjectId oid(uint32_t commit) const { return commits_[commit].oid; }
  // Empty where the commit could not be read, or was there before Extend().
  ObjectId tree(uint32_t commit) const;
  std::span<const uint32_t> parents(uint32_t commit) const;
  // Parents before children; among those that could come next the older one by committer date, then
  // the smaller id.
  const std::vector<uint32_t>& order() const { return order_; }
  // Branches first, then remote-tracking ones, tags, the rest; by name.
  const std::vector<RefTarget>& refs() const { return refs_; }
  // Index into refs() of the first ref that reaches the commit, or kNone.
  uint32_t ref(uint32_t commit) const { return nodes_[commit].ref; }
  const std::vector<Gap>& gaps() const { return gaps_; }

 private:
  struct Node {
    int64_t time = 0;
    uint32_t first_parent = 0;
    uint32_t parent_count = 0;
    uint32_t ref = kNone;
    bool has_tree = false;
  };

  explicit CommitGraph(StoredObjects commits)
      : commits_(std::move(commits)), table_(commits_), nodes_(commits_.size()) {}
  void SetTree(uint32_t commit, const ObjectId& tree);
  // Those from position `first` on.
  void Read(const Repository& repository, uint32_t first, const CommitRecords* records,
            unsigned threads);
  void Sort();
  void MarkReachable(const Repository& repository);

  StoredObjects commits_;
  IdTable table_;
  std::vector<Node> nodes_;
  uint32_t first_tree_ = 0;     // the commit whose tree is the first
  std::vector<uint8_t> trees_;  // ids
  std::vector<uint32_t> parents_;
  std::vector<uint32_t> order_;
  std::vector<RefTarget> refs_;
  std::vector<Gap> gaps_;
};

}  // namespace picket
