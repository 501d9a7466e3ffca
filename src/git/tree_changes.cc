#include "git/tree_changes.h"

#include <algorithm>

namespace picket {

bool TreeChanges::Beside::Holds(const TreeEntry& wanted, std::vector<size_t>* found) {
  const Tree::Entries entries = tree->entries();
  size_t before = found->size();
  tree->Find(wanted.name, found);
  for (size_t i = before; i < found->size(); ++i) {
    cursor = (*found)[i] + 1;
    if (entries[(*found)[i]].SameAs(wanted)) return true;
  }
  return false;
}

TreeChanges::TreeChanges(TreeCache& trees, const TreeLimits& limits)
    : trees_(trees), limits_(limits), budget_(limits.entries) {}

void TreeChanges::Visit(const ObjectId& tree, std::span<const ObjectId> parents,
                        TreeChangeVisitor& visitor) {
  Refill();
  entries_ = 0;
  if (std::find(parents.begin(), parents.end(), tree) != parents.end()) return;
  visitor_ = &visitor;
  path_.clear();
  exhausted_ = false;
  const uint64_t before = budget_;
  LevelAt(0).others.assign(parents.begin(), parents.end());
  Descend(tree, 0);
  entries_ = before - budget_;
}

void TreeChanges::Account(uint64_t entries) {
  Refill();
  budget_ -= std::min(budget_, entries);
}

void TreeChanges::VisitAttributes(const Tree& tree, size_t begin, size_t end) {
  const std::vector<uint32_t>& all = tree.attributes();
  for (auto at = std::lower_bound(all.begin(), all.end(), begin); at != all.end() && *at < end;
       ++at)
    visitor_->OnAttributes(path_, tree.entries()[*at].oid);
}

TreeChanges::Level& TreeChanges::LevelAt(int depth) {
  if (levels_.size() <= static_cast<size_t>(depth)) levels_.resize(static_cast<size_t>(depth) + 1);
  return levels_[static_cast<size_t>(depth)];
}

void TreeChanges::Descend(const ObjectId& oid, int depth) {
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
  Level& level = LevelAt(depth);
  std::vector<Beside>& besides = level.besides;
  besides.clear();
  for (const ObjectId& other : level.others)
    if (std::shared_ptr<const Tree> known = trees_.Get(other))
      besides.push_back({std::move(known)});

  size_t length = path_.size();
  std::vector<size_t>& found = level.found;
  std::vector<ObjectId>& below = level.below;
  const Tree::Entries entries = tree->entries();
  const uint64_t cost = 1 + besides.size();
  for (size_t at = 0; at < entries.size(); ++at) {
    if (exhausted_) return;
    if (!besides.empty()) {
      Beside& first = besides.front();
      const size_t same =
          std::min<uint64_t>(tree->CountSame(at, *first.tree, first.cursor), budget_ / cost);
      VisitAttributes(*tree, at, at + same);
      budget_ -= same * cost;
      at += same;
      first.cursor += same;
      if (at == entries.size()) break;
    }
    if (budget_ < cost) {
      exhausted_ = true;
      visitor_->OnTooLarge(path_, "it leads to more tree entries than picket looks at");
      return;
    }
    budget_ -= cost;
    VisitAttributes(*tree, at, at + 1);
    const TreeEntry entry = entries[at];
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
  besides.clear();
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
  // An octopus's parents share most of their subtrees.
  std::vector<ObjectId>& distinct = LevelAt(depth + 1).others;
  distinct = others;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Descend(entry.oid, depth + 1);
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
