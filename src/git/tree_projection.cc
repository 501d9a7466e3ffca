#include "git/tree_projection.h"

#include <algorithm>
#include <utility>

#include "git/tree_cursor.h"

namespace picket {
namespace {

// Git's own default for core.maxTreeDepth since 2.43.
constexpr size_t kMaxDepth = 2048;
// Of trees that one descent holds open.
constexpr uint64_t kMaxHeldBytes = uint64_t{1} << 30;

// Of all nodes.
constexpr uint64_t kMaxBytes = uint64_t{320} << 20;
// What a node takes beside its entries.
constexpr uint64_t kNodeBytes = 112;

uint32_t HeadOf(Bytes id) { return static_cast<uint32_t>(id[0] << 8 | id[1]); }

}  // namespace

TreeProjection::TreeProjection(const ObjectInventory& inventory, const IdTable& trees,
                               const TreeNames* listed, std::span<const ObjectId> objects,
                               std::span<const std::string> names, unsigned threads,
                               uint64_t most_bytes)
    : trees_(inventory.trees),
      table_(trees),
      states_(inventory.trees.size()),
      listed_(listed),
      most_bytes_(most_bytes) {
  for (std::atomic<uint32_t>& state : states_) state.store(kUnread, std::memory_order_relaxed);
  for (uint32_t i = 0; i < objects.size(); ++i) {
    if (objects[i].empty()) continue;
    objects_.emplace(objects[i], i);
    object_heads_.set(HeadOf(objects[i].raw()));
  }
  for (uint32_t i = 0; i < names.size(); ++i) wanted_names_.emplace(names[i], i);
  nodes_.push_back(&node_numbers_.emplace(std::vector<ProjectedEntry>(), 0).first->first);
  if (listed_ != nullptr && listed_->rows != nullptr) FindRows(inventory, threads);
}

void TreeProjection::FindRows(const ObjectInventory& inventory, unsigned threads) {
  object_marks_.resize(inventory.objects.size());
  for (uint32_t i = 0; i < inventory.objects.size(); ++i) {
    const ObjectId oid = inventory.objects[i].oid;
    if (!object_heads_.test(HeadOf(oid.raw()))) continue;
    const auto wanted = objects_.find(oid);
    if (wanted == objects_.end()) continue;
    object_marks_[i] = true;
    objects_at_.emplace(i, wanted->second);
  }
  const std::vector<std::string>& all = listed_->names;
  listed_count_ = static_cast<uint32_t>(all.size());
  std::unordered_map<uint32_t, uint32_t> wanted_at;
  for (const auto& [name, index] : wanted_names_) {
    const auto at = std::lower_bound(all.begin(), all.end(), name);
    if (at == all.end() || *at != name) continue;
    wanted_at.emplace(static_cast<uint32_t>(at - all.begin()), index);
  }
  name_marks_.resize(all.size());
  for (uint32_t number = 0; number < all.size(); ++number) {
    const auto wanted = wanted_at.find(listed_->rows->NamePosition(number));
    if (wanted == wanted_at.end()) continue;
    name_marks_[number] = true;
    names_at_.emplace(number, wanted->second);
  }
  live_.emplace(*listed_->rows, object_marks_, name_marks_, threads);
  if (most_bytes_ != 0 && live_->is_too_much()) is_too_much_ = true;
}

uint32_t TreeProjection::Project(const ObjectId& tree, ObjectDatabase* database) {
  if (is_too_much()) return 0;
  uint32_t position = table_.Find(tree);
  if (position == kNone) {
    AddAbsent(tree);
    return 0;
  }
  Descent descent{database, {}, 0};
  return ProjectAt(position, &descent);
}

uint32_t TreeProjection::ProjectAt(uint32_t tree, Descent* descent) {
  uint32_t known = states_[tree].load(std::memory_order_acquire);
  if (known != kUnread) return known;
  if (live_ && !live_->IsLive(tree)) return 0;
  if (descent->path.size() >= kMaxDepth) {
    AddGap(trees_[tree].oid, "it lies deeper than 2,048 folders");
    return 0;
  }
  if (std::find(descent->path.begin(), descent->path.end(), tree) != descent->path.end()) {
    AddGap(trees_[tree].oid, "it holds itself");
    return 0;
  }
  descent->path.push_back(tree);
  uint32_t node = live_ && live_->IsTold(tree) ? TakeRows(tree, descent) : ReadTree(tree, descent);
  descent->path.pop_back();
  states_[tree].store(node, std::memory_order_release);
  return node;
}

uint32_t TreeProjection::ReadTree(uint32_t tree, Descent* descent) {
  const StoredObject stored = trees_[tree];
  RawObject object;
  std::string why;
  if (descent->database->Read(stored.oid, &object, &why) != ReadStatus::kOk) {
    AddGap(stored.oid, why.empty() ? "it can't be read" : why);
    return 0;
  }
  uint64_t bytes = object.bytes().size();
  if (bytes > kMaxHeldBytes - descent->held_bytes) {
    AddGap(stored.oid, "it and the trees above it are over 1 GiB");
    return 0;
  }
  descent->held_bytes += bytes;
  std::vector<ProjectedEntry> entries;
  TreeCursor cursor(object.bytes(), descent->database->id_bytes());
  while (cursor.Next()) {
    ProjectedEntry entry;
    entry.type = cursor.mode() & TreeCursor::kTypeMask;
    if (!wanted_names_.empty()) {
      auto wanted = wanted_names_.find(cursor.name());
      if (wanted != wanted_names_.end()) entry.wanted_name = wanted->second;
    }
    if (cursor.is_directory()) {
      uint32_t child = table_.Find(cursor.id());
      if (child == kNone) {
        AddAbsent(cursor.id());
      } else {
        entry.child = ProjectAt(child, descent);
      }
    } else if (object_heads_.test(HeadOf(cursor.raw_id())) && !cursor.is_gitlink()) {
      auto wanted = objects_.find(cursor.id());
      if (wanted != objects_.end()) entry.object = wanted->second;
    }
    if (entry.object == kNone && entry.wanted_name == kNone && entry.child == 0) continue;
    entry.name = InternName(cursor.name());
    entries.push_back(entry);
  }
  descent->held_bytes -= bytes;
  if (cursor.broken()) AddGap(stored.oid, "an entry of the tree is damaged");
  return Intern(stored.oid, std::move(entries));
}

uint32_t TreeProjection::TakeRows(uint32_t tree, Descent* descent) {
  std::vector<ProjectedEntry> entries;
  for (const TreeRow& row : live_->RowsOf(tree)) {
    ProjectedEntry entry;
    entry.name = listed_->rows->NamePosition(row.name);
    entry.type = uint32_t{row.type} << 12;
    if (name_marks_[row.name]) entry.wanted_name = names_at_.at(row.name);
    if (row.type == TreeRow::kDirectory) {
      entry.child = ProjectAt(row.object, descent);
    } else if (row.object != kNone && object_marks_[row.object]) {
      entry.object = objects_at_.at(row.object);
    }
    if (entry.object == kNone && entry.wanted_name == kNone && entry.child == 0) continue;
    entries.push_back(entry);
  }
  return Intern(trees_[tree].oid, std::move(entries));
}

uint32_t TreeProjection::Intern(const ObjectId& tree, std::vector<ProjectedEntry> entries) {
  if (entries.empty()) return 0;
  std::unique_lock lock(mutex_);
  auto known = node_numbers_.find(entries);
  if (known != node_numbers_.end()) return known->second;
  const uint64_t bytes = kNodeBytes + entries.size() * sizeof(ProjectedEntry);
  if (bytes > (most_bytes_ != 0 ? most_bytes_ : kMaxBytes) - bytes_) {
    if (most_bytes_ != 0) {
      is_too_much_.store(true, std::memory_order_relaxed);
      return 0;
    }
    lock.unlock();
    AddGap(tree,
           "there are more versions of the folders that hold what was found than are followed");
    return 0;
  }
  bytes_ += bytes;
  uint32_t number = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back(&node_numbers_.emplace(std::move(entries), number).first->first);
  return number;
}

void TreeProjection::AddAbsent(const ObjectId& tree) {
  std::lock_guard lock(mutex_);
  absent_.insert(tree);
}

uint32_t TreeProjection::InternName(std::string_view name) {
  if (listed_count_ != 0) {
    const auto at = std::lower_bound(listed_->names.begin(), listed_->names.end(), name);
    if (at != listed_->names.end() && *at == name) {
      return static_cast<uint32_t>(at - listed_->names.begin());
    }
  }
  std::lock_guard lock(mutex_);
  auto known = name_numbers_.find(name);
  if (known != name_numbers_.end()) return known->second;
  uint32_t number = listed_count_ + static_cast<uint32_t>(names_.size());
  names_.emplace_back(name);
  name_numbers_.emplace(names_.back(), number);
  return number;
}

void TreeProjection::AddGap(const ObjectId& tree, std::string why) {
  std::lock_guard lock(mutex_);
  gaps_.try_emplace(tree, std::move(why));
}

std::vector<Gap> TreeProjection::gaps() const {
  std::lock_guard lock(mutex_);
  std::vector<Gap> result;
  for (const auto& [tree, why] : gaps_) result.push_back({tree.ToHex(), "", "", why});
  return result;
}

}  // namespace picket
