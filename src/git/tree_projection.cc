#include "git/tree_projection.h"

#include <algorithm>
#include <utility>

#include "git/parallel.h"
#include "git/tree_cursor.h"
#include "git/tree_row_follower.h"

namespace picket {
namespace {

// Of trees that one descent holds open.
constexpr uint64_t kMaxHeldBytes = uint64_t{1} << 30;

// Of all nodes.
constexpr uint64_t kMaxBytes = uint64_t{320} << 20;
// Rounds through the rows, each of which finds the nodes of folders one level higher, and mostly of
// several at once.
constexpr int kMostRounds = 64;
// Entries that are told in one tree of deltas, 28 bytes each.
constexpr size_t kMostOwn = size_t{2} << 20;

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
      most_bytes_(most_bytes),
      nodes_(most_bytes != 0 ? most_bytes : kMaxBytes) {
  for (std::atomic<uint32_t>& state : states_) state.store(kUnread, std::memory_order_relaxed);
  for (uint32_t i = 0; i < objects.size(); ++i) {
    if (objects[i].empty()) continue;
    objects_.emplace(objects[i], i);
    object_heads_.set(HeadOf(objects[i].raw()));
  }
  for (uint32_t i = 0; i < names.size(); ++i) wanted_names_.emplace(names[i], i);
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
  if (most_bytes_ != 0 && live_->is_too_much()) {
    is_too_much_ = true;
  } else if (!live_->gave_up()) {
    ProjectRows(threads);
  }
}

// The nodes of the trees of a chunk. One thread's own.
class TreeProjection::RowReader {
 public:
  explicit RowReader(TreeProjection* projection)
      : projection_(*projection), rows_(*projection->listed_->rows) {}

  struct Result {
    bool waits = false;  // for folders whose nodes are not known yet
    bool found = false;  // some node that was not known
    bool is_too_much = false;
  };

  Result Read(const TreeRowChunk& chunk) {
    Result result;
    own_.clear();
    const bool whole = follower_.Follow(
        chunk, [this](const TreeRow& row, uint32_t* index) { return Choose(row, index); },
        [&](uint32_t label, uint32_t depth, std::span<const FollowedRow> rows) {
          OnTree(label, depth, rows, &result);
        });
    result.is_too_much = !whole || own_.size() > kMostOwn || projection_.is_too_much();
    return result;
  }

 private:
  static constexpr uint32_t kLost = kNone - 1;

  struct Own {
    ProjectedEntry entry;
    uint32_t folder = kNone;  // whose node is still to be looked up; kLost: it is not in the store
  };
  // Blocks stand for entries up to `end`.
  struct Part {
    uint32_t block = 0;
    uint32_t end = 0;
  };
  // What became of a tree.
  struct Held {
    bool is_known = false;
    uint32_t node = 0;
    std::vector<uint32_t> entries;  // in own_
    std::vector<Part> parts;
  };

  bool Choose(const TreeRow& row, uint32_t* index) {
    if (own_.size() > kMostOwn || !projection_.live_->Counts(row)) return false;
    Own own;
    own.entry.name = rows_.NamePosition(row.name);
    own.entry.type = uint32_t{row.type} << 12;
    if (projection_.name_marks_[row.name])
      own.entry.wanted_name = projection_.names_at_.at(row.name);
    if (row.type == TreeRow::kDirectory) {
      if (row.object == kNone) {
        own.folder = kLost;
      } else if (projection_.live_->IsLive(row.object)) {
        own.folder = row.object;
      }
    } else if (row.object != kNone && projection_.object_marks_[row.object]) {
      own.entry.object = projection_.objects_at_.at(row.object);
    }
    *index = static_cast<uint32_t>(own_.size());
    own_.push_back(own);
    return true;
  }

  void OnTree(uint32_t label, uint32_t depth, std::span<const FollowedRow> rows, Result* result) {
    const bool alone = depth == TreeRowChunk::kAlone;
    if (!alone && held_.size() <= depth) held_.resize(depth + size_t{1});
    Held& held = alone ? alone_ : held_[depth];
    held.is_known = false;
    // Of one that is damaged the gap has to be told: it is read.
    if (label == kNone || !rows_.IsWhole(label)) return;
    bool waits = false;
    if (!Resolve(rows, &held.entries, &waits)) {
      result->waits |= waits;
      return;
    }
    const bool has_base = !alone && depth > 0 && held_[depth - 1].is_known;
    if (!MakeNode(has_base ? &held_[depth - 1] : nullptr, &held)) return;
    held.is_known = true;
    std::atomic<uint32_t>& state = projection_.states_[label];
    if (state.load(std::memory_order_relaxed) != kUnread) return;
    state.store(held.node, std::memory_order_release);
    result->found = true;
  }

  // Those that lead somewhere. False where that is not known yet, or has to be read.
  bool Resolve(std::span<const FollowedRow> rows, std::vector<uint32_t>* entries, bool* waits) {
    entries->clear();
    for (const FollowedRow& row : rows) {
      Own& own = own_[row.index];
      if (own.folder == kLost) return false;
      if (own.folder != kNone) {
        const uint32_t node = projection_.states_[own.folder].load(std::memory_order_acquire);
        if (node == kUnread) {
          *waits = true;
          return false;
        }
        own.entry.child = node;
        own.folder = kNone;
      }
      if (!own.entry.leads_nowhere()) entries->push_back(row.index);
    }
    return true;
  }

  bool IsSame(uint32_t* entry, uint32_t base) const {
    if (*entry == base) return true;
    if (own_[*entry].entry != own_[base].entry) return false;
    *entry = base;  // for the versions of this one
    return true;
  }

  // The blocks before and after what differs from the base are the base's. False where there are
  // too many, or it lies too deep.
  bool MakeNode(const Held* base, Held* held) {
    std::vector<uint32_t>& entries = held->entries;
    const size_t size = entries.size();
    const size_t base_size = base == nullptr ? 0 : base->entries.size();
    size_t same = 0;  // at the beginning
    while (same < size && same < base_size && IsSame(&entries[same], base->entries[same])) ++same;
    if (base != nullptr && same == size && same == base_size) {
      held->node = base->node;
      held->parts = base->parts;
      return true;
    }
    size_t rest = 0;  // at the end
    const size_t most = std::min(size, base_size) - same;
    while (rest < most && IsSame(&entries[size - 1 - rest], base->entries[base_size - 1 - rest]))
      ++rest;
    held->parts.clear();
    size_t begin = 0;
    for (size_t i = 0; base != nullptr && i < base->parts.size(); ++i) {
      if (base->parts[i].end >= same) break;
      held->parts.push_back(base->parts[i]);
      begin = base->parts[i].end;
    }
    while (begin < size) {
      if (begin >= size - rest && TakeRest(*base, begin + base_size - size, size, held)) break;
      size_t end = begin + 1;
      while (end < size && !TreeNodes::EndsBlock(own_[entries[end - 1]].entry.name,
                                                 own_[entries[end]].entry.name)) {
        ++end;
      }
      std::vector<ProjectedEntry> block;
      block.reserve(end - begin);
      for (size_t i = begin; i < end; ++i) block.push_back(own_[entries[i]].entry);
      const std::optional<uint32_t> number = projection_.nodes_.AddBlock(std::move(block));
      if (!number) return Refuse(TreeNodes::Refusal::kTooMuch);
      held->parts.push_back({*number, static_cast<uint32_t>(end)});
      begin = end;
    }
    std::vector<uint32_t> blocks;
    blocks.reserve(held->parts.size());
    for (const Part& part : held->parts) blocks.push_back(part.block);
    TreeNodes::Refusal refusal{};
    const std::optional<uint32_t> node = projection_.nodes_.AddNode(std::move(blocks), &refusal);
    if (!node) return Refuse(refusal);
    held->node = *node;
    return true;
  }

  // All blocks of the base from its entry `begin` on; false where none begins there.
  static bool TakeRest(const Held& base, size_t begin, size_t size, Held* held) {
    auto part = std::lower_bound(base.parts.begin(), base.parts.end(), begin,
                                 [](const Part& one, size_t at) { return one.end <= at; });
    const size_t first = part == base.parts.begin() ? 0 : (part - 1)->end;
    if (first != begin) return false;
    const size_t base_size = base.entries.size();
    for (; part != base.parts.end(); ++part)
      held->parts.push_back({part->block, static_cast<uint32_t>(part->end + size - base_size)});
    return true;
  }

  // Reading the tree tells the gap.
  bool Refuse(TreeNodes::Refusal refusal) {
    if (refusal == TreeNodes::Refusal::kTooMuch && projection_.most_bytes_ != 0)
      projection_.is_too_much_.store(true, std::memory_order_relaxed);
    return false;
  }

  TreeProjection& projection_;
  const TreeRows& rows_;
  TreeRowFollower follower_;
  std::vector<Own> own_;    // of the chunk
  std::vector<Held> held_;  // by depth
  Held alone_;
};

// A folder's node is needed for that of the folder above. Git writes a folder before what is in it,
// so the last chunks come first; what still waits in the end, for something that is damaged or for
// itself, is read when it is asked for.
void TreeProjection::ProjectRows(unsigned threads) {
  const std::vector<TreeRowChunk>& chunks = listed_->rows->chunks();
  std::vector<uint8_t> done(chunks.size(), 0);
  std::atomic<bool> goes_on{true};
  for (int round = 0; goes_on && !is_too_much() && round < kMostRounds; ++round) {
    goes_on = false;
    ForEachChunk(chunks.size(), 16, threads, [&] {
      return [&, reader = RowReader(this)](size_t begin, size_t end) mutable {
        for (size_t i = begin; i < end && !is_too_much(); ++i) {
          const size_t at = chunks.size() - 1 - i;
          if (done[at] != 0) continue;
          const RowReader::Result result = reader.Read(chunks[at]);
          done[at] = result.waits && !result.is_too_much ? 0 : 1;
          if (result.is_too_much && most_bytes_ != 0) is_too_much_ = true;
          if (result.found) goes_on = true;
        }
      };
    });
  }
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
  if (descent->path.size() >= TreeNodes::kMostLevels) {
    AddGap(trees_[tree].oid, "it lies deeper than 2,048 folders");
    return 0;
  }
  if (std::find(descent->path.begin(), descent->path.end(), tree) != descent->path.end()) {
    AddGap(trees_[tree].oid, "it holds itself");
    return 0;
  }
  descent->path.push_back(tree);
  uint32_t node = ReadTree(tree, descent);
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
    if (entry.leads_nowhere()) continue;
    entry.name = InternName(cursor.name());
    entries.push_back(entry);
  }
  descent->held_bytes -= bytes;
  if (cursor.broken()) AddGap(stored.oid, "an entry of the tree is damaged");
  return Intern(stored.oid, entries);
}

uint32_t TreeProjection::Intern(const ObjectId& tree, std::span<const ProjectedEntry> entries) {
  TreeNodes::Refusal refusal{};
  if (const std::optional<uint32_t> node = nodes_.Add(entries, &refusal)) return *node;
  if (refusal == TreeNodes::Refusal::kTooDeep) {
    AddGap(tree, "what was found lies deeper than 2,048 folders below it");
  } else if (most_bytes_ != 0) {
    is_too_much_.store(true, std::memory_order_relaxed);
  } else {
    AddGap(tree,
           "there are more versions of the folders that hold what was found than are followed");
  }
  return 0;
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
