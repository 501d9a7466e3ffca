#include "git/tree_names.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "git/pack/forest_walk.h"
#include "git/parallel.h"
#include "git/tree_cursor.h"

namespace picket {
namespace {

constexpr size_t kChunk = 16;
constexpr uint64_t kMaxNameBytes = uint64_t{256} << 20;
// What a name costs beside its own bytes.
constexpr uint64_t kNameOverhead = 64;
constexpr uint64_t kMaxTreeBytes = uint64_t{1} << 30;

// A set of names, open addressing, compared in full: a hash alone could be made to hide a name.
class NameSet {
 public:
  NameSet() : slots_(1024) {}

  // False where it was there already.
  bool Insert(std::string_view name) {
    uint64_t hash = HashOf(name);
    size_t mask = slots_.size() - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
      Slot& at = slots_[slot];
      if (at.name == nullptr) {
        at = {hash, &names_.emplace_back(name)};
        if (names_.size() * 2 > slots_.size()) Grow();
        return true;
      }
      if (at.hash == hash && *at.name == name) return false;
    }
  }

  const std::deque<std::string>& names() const { return names_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    const std::string* name = nullptr;
  };

  static uint64_t HashOf(std::string_view name) {
    uint64_t hash = name.size();
    while (!name.empty()) {
      uint64_t word = 0;
      size_t count = std::min<size_t>(name.size(), sizeof word);
      std::memcpy(&word, name.data(), count);
      hash = (std::rotl(hash, 23) ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 29;
      name.remove_prefix(count);
    }
    return hash;
  }

  void Grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    size_t mask = slots_.size() - 1;
    for (const Slot& old : before) {
      if (old.name == nullptr) continue;
      size_t slot = old.hash & mask;
      while (slots_[slot].name != nullptr) slot = (slot + 1) & mask;
      slots_[slot] = old;
    }
  }

  std::vector<Slot> slots_;
  std::deque<std::string> names_;
};

// What all threads found; each thread tells it only of names that are new to that thread.
class SharedNames {
 public:
  void Add(const std::string& name) {
    std::lock_guard lock(mutex_);
    uint64_t cost = name.size() + kNameOverhead;
    if (cost > kMaxNameBytes - bytes_) {
      full_ = true;
    } else if (names_.insert(name).second) {
      bytes_ += cost;
    }
  }
  void AddGap(Gap gap) {
    std::lock_guard lock(mutex_);
    gaps_.push_back(std::move(gap));
  }

  TreeNames Take() {
    TreeNames result;
    result.names.assign(names_.begin(), names_.end());
    std::sort(result.names.begin(), result.names.end());
    if (full_) {
      gaps_.push_back({"file names", "", "", "the history has more distinct ones than 256 MiB"});
    }
    std::sort(gaps_.begin(), gaps_.end());
    result.gaps = std::move(gaps_);
    return result;
  }

 private:
  std::mutex mutex_;
  std::unordered_set<std::string> names_;
  std::vector<Gap> gaps_;
  uint64_t bytes_ = 0;
  bool full_ = false;
};

// Where the entries of one tree begin, and where the last one ends.
using Starts = std::vector<uint32_t>;

class Reader : private ForestVisitor {
 public:
  Reader(const Repository& repository, const ObjectInventory& inventory, const KnownIds* known,
         SharedNames* shared)
      : inventory_(inventory),
        known_(known),
        database_(repository.NewObjectDatabase()),
        walk_(*database_, {.object_bytes = kMaxTreeBytes}),
        shared_(shared) {}

  void Read(const InventoryItem& item) {
    if (item.forest != kNone) {
      walk_.Walk(*inventory_.forests[item.forest], item.index, *this);
    } else {
      ReadWhole(inventory_.trees[item.index].oid, "");
    }
  }

  const std::unordered_set<ObjectId>& absent() const { return absent_; }
  void MoveAbsentTo(std::unordered_set<ObjectId>* all) {
    all->merge(absent_);
    absent_.clear();
  }

 private:
  void OnObject(const WalkedObject& object) override {
    if (starts_.size() <= object.depth) starts_.resize(object.depth + 1);
    Starts* starts = &starts_[object.depth];
    const bool whole = object.copies == nullptr ? AddAll(object.bytes, starts)
                                                : AddNew(object, starts_[object.depth - 1], starts);
    if (!whole) AddGap(object.forest.id(object.entry), kBrokenEntry);
  }

  void OnLarge(const DeltaForest& forest, uint32_t entry) override {
    AddGap(forest.id(entry), "the tree is over 1 GiB");
  }

  void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) override {
    const ObjectId oid = forest.id(entry);
    if (database_->CountCopies(oid) > 1) {
      ReadWhole(oid, why);
    } else {
      AddGap(oid, why);
    }
  }

  void ReadWhole(const ObjectId& oid, std::string why) {
    RawObject object;
    if (database_->Read(oid, &object, &why) != ReadStatus::kOk) {
      AddGap(oid, why.empty() ? "the tree can't be read" : why);
      return;
    }
    Starts starts;
    if (!AddAll(object.bytes(), &starts)) AddGap(oid, kBrokenEntry);
  }

  bool AddAll(Bytes tree, Starts* starts) {
    starts->clear();
    TreeCursor cursor(tree, database_->id_bytes());
    uint32_t at = 0;
    while (cursor.Next()) {
      starts->push_back(at);
      at = static_cast<uint32_t>(cursor.raw_id().data() + cursor.raw_id().size() - tree.data());
      Add(cursor);
    }
    starts->push_back(at);
    return !cursor.broken();
  }

  // An entry that was copied whole from an entry of the base has been looked at there: only what
  // the delta brings is parsed.
  bool AddNew(const WalkedObject& object, const Starts& base, Starts* starts) {
    starts->clear();
    const Bytes tree = object.bytes;
    auto copy = object.copies->begin();
    auto next = base.begin();  // trees are versions of each other, in one order
    uint64_t at = 0;
    while (at < tree.size()) {
      while (copy != object.copies->end() && copy->offset + copy->length <= at) ++copy;
      if (copy != object.copies->end() && copy->offset <= at) {
        const uint64_t base_at = at - copy->offset + copy->base_offset;
        const uint64_t base_end = copy->base_offset + copy->length;
        if (next == base.end() || *next > base_at) next = base.begin();
        next = std::lower_bound(next, base.end(), base_at);
        if (next != base.end() && *next == base_at) {
          // The last mark within the copied range begins an entry that may go on beyond it.
          const auto last = std::upper_bound(next, base.end(), base_end) - 1;
          for (; next != last; ++next) {
            starts->push_back(static_cast<uint32_t>(*next - base_at + at));
          }
          at += *last - base_at;
          if (*last != base_at) continue;
        }
      }
      TreeCursor cursor(tree.subspan(at), database_->id_bytes());
      if (!cursor.Next()) {
        starts->push_back(static_cast<uint32_t>(at));
        return false;
      }
      starts->push_back(static_cast<uint32_t>(at));
      at = static_cast<uint64_t>(cursor.raw_id().data() + cursor.raw_id().size() - tree.data());
      Add(cursor);
    }
    starts->push_back(static_cast<uint32_t>(at));
    return true;
  }

  void Add(const TreeCursor& cursor) {
    AddName(cursor.name());
    if (known_ == nullptr || cursor.is_gitlink()) return;
    const ObjectId oid = cursor.id();
    if (!known_->Contains(oid)) absent_.insert(oid);
  }

  void AddName(std::string_view name) {
    if (!seen_.Insert(name)) return;
    shared_->Add(seen_.names().back());
    seen_bytes_ += name.size() + kNameOverhead;
    if (seen_bytes_ <= kMaxNameBytes) return;
    seen_ = NameSet();
    seen_bytes_ = 0;
  }

  void AddGap(const ObjectId& oid, std::string why) {
    shared_->AddGap({oid.ToHex(), "", "", std::move(why)});
  }

  static constexpr const char* kBrokenEntry = "an entry of the tree is damaged";

  const ObjectInventory& inventory_;
  const KnownIds* known_;
  std::unique_ptr<ObjectDatabase> database_;
  ForestWalk walk_;
  SharedNames* shared_;
  std::vector<Starts> starts_;  // by depth
  NameSet seen_;
  uint64_t seen_bytes_ = 0;
  std::unordered_set<ObjectId> absent_;
};

}  // namespace

TreeNames ListTreeNames(const Repository& repository, const ObjectInventory& inventory,
                        const KnownIds* known, unsigned threads) {
  SharedNames shared;
  std::unordered_set<ObjectId> absent;
  std::mutex mutex;
  ForEachChunk(inventory.tree_items.size(), kChunk, threads, [&] {
    return [&, reader = std::make_unique<Reader>(repository, inventory, known, &shared)](
               size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) reader->Read(inventory.tree_items[i]);
      if (reader->absent().empty()) return;
      std::lock_guard lock(mutex);
      reader->MoveAbsentTo(&absent);
    };
  });
  TreeNames names = shared.Take();
  names.absent = std::move(absent);
  return names;
}

}  // namespace picket
