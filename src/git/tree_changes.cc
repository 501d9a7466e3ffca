#include "git/tree_changes.h"

#include <algorithm>

namespace picket {
namespace {

constexpr std::string_view kAttributes = ".gitattributes";

// A parent's tree beside ours: both are in one order nearly always, so the entry that is wanted
// next stands where the last one was found.
struct Beside {
  std::shared_ptr<const Tree> tree;
  size_t cursor = 0;

  // Whether the very same entry stands here; else its namesakes are appended to `found`.
  bool Holds(const TreeEntry& wanted, std::vector<size_t>* found) {
    const std::vector<TreeEntry>& entries = tree->entries();
    if (cursor < entries.size() && entries[cursor].name == wanted.name &&
        entries[cursor].SameAs(wanted)) {
      ++cursor;
      return true;
    }
    size_t before = found->size();
    tree->Find(wanted.name, found);
    for (size_t i = before; i < found->size(); ++i) {
      cursor = (*found)[i] + 1;
      if (entries[(*found)[i]].SameAs(wanted)) return true;
    }
    return false;
  }
};

}  // namespace

TreeChanges::TreeChanges(TreeCache& trees, const TreeLimits& limits)
    : trees_(trees), limits_(limits), budget_(limits.entries) {}

void TreeChanges::Visit(const ObjectId& tree, std::span<const ObjectId> parents,
                        TreeChangeVisitor& visitor) {
  if (std::find(parents.begin(), parents.end(), tree) != parents.end()) return;
  visitor_ = &visitor;
  path_.clear();
  budget_ = std::min(budget_ + limits_.refill, limits_.entries);
  exhausted_ = false;
  Descend(tree, {parents.begin(), parents.end()}, 0);
}

void TreeChanges::Descend(const ObjectId& oid, const std::vector<ObjectId>& others, int depth) {
  if (depth >= limits_.depth) {
    visitor_->OnTooLarge(path_, "its folders are nested deeper than picket follows");
    return;
  }
  ReadStatus status;
  std::string why;
  std::shared_ptr<const Tree> tree = trees_.Get(oid, &status, &why);
  if (tree == nullptr) {
    visitor_->OnUnreadable(path_, oid, status, why);
    return;
  }
  // A parent's tree that can't be read takes nothing out: more counts as changed.
  std::vector<Beside> besides;
  for (const ObjectId& other : others)
    if (std::shared_ptr<const Tree> known = trees_.Get(other))
      besides.push_back({std::move(known)});

  size_t length = path_.size();
  std::vector<size_t> found;
  std::vector<ObjectId> below;
  for (const TreeEntry& entry : tree->entries()) {
    if (exhausted_) return;
    uint64_t cost = 1 + besides.size();
    if (budget_ < cost) {
      exhausted_ = true;
      visitor_->OnTooLarge(path_, "it leads to more tree entries than picket looks at");
      return;
    }
    budget_ -= cost;
    if (entry.name == kAttributes && entry.kind == EntryKind::kBlob)
      visitor_->OnAttributes(path_, entry.oid);
    bool same = false;
    bool known = false;
    below.clear();
    for (Beside& beside : besides) {
      found.clear();
      same = beside.Holds(entry, &found);
      if (same) break;
      known |= !found.empty();
      for (size_t i : found)
        if (beside.tree->entries()[i].kind == EntryKind::kTree)
          below.push_back(beside.tree->entries()[i].oid);
    }
    if (same) continue;
    if (length != 0) path_.push_back('/');
    path_.append(entry.name);
    if (path_.size() > limits_.path_bytes) {
      path_.resize(length);
      visitor_->OnTooLarge(path_, "a path below it is longer than picket follows");
      continue;
    }
    Judge(entry, below, known, depth);
    path_.resize(length);
  }
  if (tree->damaged())
    visitor_->OnUnreadable(path_, oid, ReadStatus::kCorrupt, "it ends in the middle of an entry");
}

void TreeChanges::Judge(const TreeEntry& entry, const std::vector<ObjectId>& others, bool known,
                        int depth) {
  switch (entry.kind) {
    case EntryKind::kBlob:
      if (!known) visitor_->OnNewPath(path_);
      visitor_->OnBlob(path_, entry.oid);
      return;
    case EntryKind::kSymlink:
      if (!known) visitor_->OnNewPath(path_);
      visitor_->OnLink(path_, entry.oid);
      return;
    case EntryKind::kGitlink:
      if (!known) visitor_->OnNewPath(path_);
      visitor_->OnGitlink(path_, entry.oid);
      return;
    case EntryKind::kOther: JudgeOther(entry, others, known, depth); return;
    case EntryKind::kTree: break;
  }
  if (!known) {
    std::shared_ptr<const Tree> tree = trees_.Get(entry.oid);
    if (tree == nullptr || tree->entries().empty()) visitor_->OnNewPath(path_);
  }
  // A copy: `others` is the caller's scratch. An octopus's parents share most of their subtrees.
  std::vector<ObjectId> distinct = others;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Descend(entry.oid, distinct, depth + 1);
}

// Git takes an entry of an unknown mode for a gitlink and does not look further. If the object is
// here, it is judged for what it is.
void TreeChanges::JudgeOther(const TreeEntry& entry, const std::vector<ObjectId>& others,
                             bool known, int depth) {
  ObjectHeader header;
  TreeEntry as = entry;
  as.kind = EntryKind::kGitlink;
  if (trees_.objects().ReadHeader(entry.oid, &header, nullptr) != ReadStatus::kMissing) {
    if (header.type == ObjectType::kTree) as.kind = EntryKind::kTree;
    if (header.type == ObjectType::kBlob) as.kind = EntryKind::kBlob;
  }
  Judge(as, others, known, depth);
}

}  // namespace picket
