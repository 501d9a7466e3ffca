// Trees reduced to what is being looked for.
//
// To find where an object came into a history, nothing counts but the entries that lead to it. A
// tree is looked at once, ever, and kept as a small node of those entries; equal nodes are one
// node, so that the hundred thousand root trees that hold one file unchanged share a number, and
// two commits are compared by comparing numbers.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/change_list.h"
#include "core/finding.h"
#include "core/object_id.h"
#include "git/id_table.h"
#include "git/live_trees.h"
#include "git/pack_order.h"
#include "git/repository.h"
#include "git/tree_names.h"
#include "git/tree_nodes.h"

namespace picket {

// Filled by Project() from any number of threads; node numbers depend on which came first, their
// content does not.
class TreeProjection {
 public:
  // All must outlive the projection. `inventory` is all of the store, and `trees` are its trees.
  // `listed` is what ListTreeNames() said of it, or null; with its rows hardly a tree is read, and
  // `threads` threads (1 or more) look through them. Where the nodes take more than `most_bytes`
  // the projection is too much and says nothing; 0: as many as are ever held, and what goes beyond
  // is a gap.
  TreeProjection(const ObjectInventory& inventory, const IdTable& trees, const TreeNames* listed,
                 std::span<const ObjectId> objects, std::span<const std::string> names,
                 unsigned threads, uint64_t most_bytes);

  // Can't become true after the last Project(); every node is 0 then.
  bool is_too_much() const { return is_too_much_.load(std::memory_order_relaxed); }
  // The node of a tree; 0 where nothing below it is wanted, or where it can't be read (see gaps()).
  // `database` is the calling thread's own.
  uint32_t Project(const ObjectId& tree, ObjectDatabase* database);

  // After the last Project(): see TreeNodes.
  std::span<const uint32_t> blocks(uint32_t node) const { return nodes_.blocks(node); }
  std::span<const ProjectedEntry> entries(uint32_t block) const { return nodes_.entries(block); }
  const std::string& name(uint32_t index) const {
    return index < listed_count_ ? listed_->names[index] : names_[index - listed_count_];
  }
  std::vector<Gap> gaps() const;
  // Trees that are referred to and not in the store.
  uint64_t absent() const { return absent_.size(); }

 private:
  class RowReader;
  struct Descent {
    ObjectDatabase* database = nullptr;
    std::vector<uint32_t> path;  // positions of the trees above
    uint64_t held_bytes = 0;
  };

  uint32_t ProjectAt(uint32_t tree, Descent* descent);
  uint32_t ReadTree(uint32_t tree, Descent* descent);
  void FindRows(const ObjectInventory& inventory, unsigned threads);
  void ProjectRows(unsigned threads);
  uint32_t Intern(const ObjectId& tree, std::span<const ProjectedEntry> entries);
  void AddAbsent(const ObjectId& tree);
  uint32_t InternName(std::string_view name);
  void AddGap(const ObjectId& tree, std::string why);

  static constexpr uint32_t kUnread = UINT32_MAX;

  const StoredObjects& trees_;
  const IdTable& table_;
  std::vector<std::atomic<uint32_t>> states_;  // a node or kUnread, for each tree
  std::unordered_map<ObjectId, uint32_t> objects_;
  std::bitset<65536> object_heads_;  // first two bytes of the wanted ids
  std::unordered_map<std::string_view, uint32_t> wanted_names_;

  // Where there are rows: what is wanted by its positions there.
  const TreeNames* listed_;
  uint32_t listed_count_ = 0;  // of names
  std::vector<bool> object_marks_;
  std::vector<bool> name_marks_;
  std::unordered_map<uint32_t, uint32_t> objects_at_;
  std::unordered_map<uint32_t, uint32_t> names_at_;
  std::optional<LiveTrees> live_;

  uint64_t most_bytes_;
  std::atomic<bool> is_too_much_{false};
  TreeNodes nodes_;
  mutable std::mutex mutex_;       // all below
  std::deque<std::string> names_;  // that are not listed
  std::unordered_map<std::string_view, uint32_t> name_numbers_;
  std::map<ObjectId, std::string> gaps_;
  std::set<ObjectId> absent_;
};

}  // namespace picket
