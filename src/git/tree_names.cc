#include "git/tree_names.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "git/long_first.h"
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
// Beginnings of entries that one thread holds, four bytes each.
constexpr uint64_t kMaxStarts = uint64_t{8} << 20;
// Rows are counted in portions of this.
constexpr uint64_t kChargedBytes = uint64_t{64} << 10;
constexpr uint32_t kNotHeld = UINT32_MAX;

// Names and their numbers, open addressing, compared in full: a hash alone could be made to hide a
// name. They lie one after the other, each behind its number and length, and a slot says where.
class NameNumbers {
 public:
  NameNumbers() : slots_(1024) {}

  // The number of a name; of one that is not there make_number(name) says it.
  template <typename MakeNumber>
  uint32_t Find(std::string_view name, const MakeNumber& make_number) {
    const auto hash = static_cast<uint32_t>(HashOf(name));
    const size_t mask = slots_.size() - 1;
    for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
      Slot& at = slots_[slot];
      if (at.place == kFree) {
        const uint32_t number = make_number(name);
        at = {hash, Append({number, static_cast<uint32_t>(name.size())}, name)};
        if (++count_ * 2 > slots_.size()) Grow();
        return number;
      }
      if (at.hash != hash) continue;
      Head head;
      std::memcpy(&head, &held_[at.place], sizeof head);
      if (head.length == name.size() &&
          std::memcmp(&held_[at.place + sizeof head], name.data(), name.size()) == 0) {
        return head.number;
      }
    }
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  struct Slot {
    uint32_t hash = 0;
    uint32_t place = kFree;  // in held_
  };
  struct Head {
    uint32_t number = 0;
    uint32_t length = 0;
  };

  // Names are let go before they are 4 GiB: see kMaxNameBytes and kMaxTreeBytes.
  uint32_t Append(const Head& head, std::string_view name) {
    const auto place = static_cast<uint32_t>(held_.size());
    const auto* const bytes = reinterpret_cast<const char*>(&head);
    held_.insert(held_.end(), bytes, bytes + sizeof head);
    held_.insert(held_.end(), name.begin(), name.end());
    return place;
  }

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
      if (old.place == kFree) continue;
      size_t slot = old.hash & mask;
      while (slots_[slot].place != kFree) slot = (slot + 1) & mask;
      slots_[slot] = old;
    }
  }

  std::vector<Slot> slots_;
  std::vector<char> held_;
  size_t count_ = 0;
};

// What all threads found; each thread tells it only of names that are new to that thread.
class SharedNames {
 public:
  // The number of the name, or kNotHeld.
  uint32_t Add(std::string name) {
    std::lock_guard lock(mutex_);
    const auto known = names_.find(name);
    if (known != names_.end()) return known->second;
    uint64_t cost = name.size() + kNameOverhead;
    if (cost > kMaxNameBytes - bytes_) {
      full_ = true;
      return kNotHeld;
    }
    bytes_ += cost;
    const uint32_t number = static_cast<uint32_t>(names_.size());
    names_.emplace(std::move(name), number);
    return number;
  }
  void AddGap(Gap gap) {
    std::lock_guard lock(mutex_);
    gaps_.push_back(std::move(gap));
  }

  bool full() const { return full_; }

  // `positions` gets the position of each name by its number.
  TreeNames Take(std::vector<uint32_t>* positions) {
    TreeNames result;
    std::vector<std::pair<std::string_view, uint32_t>> sorted(names_.begin(), names_.end());
    std::sort(sorted.begin(), sorted.end());
    positions->resize(sorted.size());
    for (const auto& [name, number] : sorted) {
      (*positions)[number] = static_cast<uint32_t>(result.names.size());
      result.names.emplace_back(name);
    }
    if (full_) {
      gaps_.push_back({"file names", "", "", "the history has more distinct ones than 256 MiB"});
    }
    std::sort(gaps_.begin(), gaps_.end());
    result.gaps = std::move(gaps_);
    return result;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, uint32_t> names_;
  std::vector<Gap> gaps_;
  uint64_t bytes_ = 0;
  bool full_ = false;
};

// Where the entries of one tree begin, and where the last one ends.
using Starts = std::vector<uint32_t>;

class Reader : private ForestVisitor {
 public:
  Reader(const Repository& repository, const ObjectInventory& inventory, const KnownIds& known,
         bool lists_absent, SharedNames* shared, TreeRows* rows)
      : inventory_(inventory),
        known_(known),
        lists_absent_(lists_absent),
        database_(repository.NewObjectDatabase()),
        walk_(*database_, {.object_bytes = kMaxTreeBytes}),
        shared_(shared),
        rows_(rows) {}

  void Read(const InventoryItem& item) {
    if (item.forest != kNone) {
      walk_.Walk(*inventory_.forests[item.forest], item.index, *this);
    } else {
      ReadWhole(inventory_.trees[item.index].oid, item.index, "");
    }
  }

  // The items are read next.
  void Expect(std::span<const InventoryItem> items) {
    std::vector<ObjectId> oids;
    for (const InventoryItem& item : items)
      if (item.forest == kNone) oids.push_back(inventory_.trees[item.index].oid);
    if (!oids.empty()) database_->Expect(std::move(oids), LooseAhead::Part::kWhole);
  }

  // What was told since the last time is the chunk at `position`.
  void Keep(size_t position) {
    FindEntries();
    Charge();
    if (keeps_rows_) rows_->Keep(position, std::move(chunk_));
    chunk_ = TreeRowChunk();
    charged_ = 0;
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
    start_count_ -= starts->capacity();
    const uint32_t label = object.forest.entries()[object.entry].label;
    chunk_.Begin(label, static_cast<uint32_t>(object.depth));
    const bool whole = object.copies == nullptr ? AddAll(object.bytes, starts)
                                                : AddNew(object, starts_[object.depth - 1], starts);
    EndTree();
    if (whole && label != kNone) rows_->SetWhole(label);
    if (!whole) AddGap(object.id, kBrokenEntry);
    start_count_ += starts->capacity();
    // Whose base has none is read from its first entry on.
    for (size_t i = 0; start_count_ > kMaxStarts && i < starts_.size(); ++i) {
      if (i == object.depth) continue;
      start_count_ -= starts_[i].capacity();
      starts_[i] = Starts();
    }
  }

  void OnLarge(const DeltaForest& forest, uint32_t entry) override {
    AddGap(forest.id(entry), "the tree is over 1 GiB");
  }

  void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) override {
    const ObjectId oid = forest.id(entry);
    if (database_->CountCopies(oid) > 1) {
      ReadWhole(oid, forest.entries()[entry].label, why);
    } else {
      AddGap(oid, why);
    }
  }

  void ReadWhole(const ObjectId& oid, uint32_t label, std::string why) {
    RawObject object;
    if (database_->Read(oid, &object, &why) != ReadStatus::kOk) {
      AddGap(oid, why.empty() ? "the tree can't be read" : why);
      return;
    }
    Starts starts;
    chunk_.Begin(label, TreeRowChunk::kAlone);
    const bool whole = AddAll(object.bytes(), &starts);
    EndTree();
    if (whole) {
      rows_->SetWhole(label);
    } else {
      AddGap(oid, kBrokenEntry);
    }
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
          if (keeps_rows_ && next != last) {
            chunk_.Copy(static_cast<uint32_t>(next - base.begin()),
                        static_cast<uint32_t>(last - next));
          }
          const size_t held = starts->size();
          starts->resize(held + static_cast<size_t>(last - next));
          const uint32_t shift = static_cast<uint32_t>(at - base_at);  // may wrap around
          std::transform(next, last, starts->begin() + static_cast<ptrdiff_t>(held),
                         [shift](uint32_t start) { return start + shift; });
          next = last;
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
    const uint32_t name = NumberOf(cursor.name());
    if (keeps_rows_) {
      chunk_.Add(name, static_cast<uint8_t>((cursor.mode() & TreeCursor::kTypeMask) >> 12));
      if (chunk_.bytes() - charged_ >= kChargedBytes) Charge();
    }
    if (cursor.is_gitlink() || (!keeps_rows_ && !lists_absent_)) return;
    Entry& entry = entries_[entry_count_++];
    entry = {cursor.id(), cursor.is_directory()};
    (entry.is_directory ? known_.trees() : known_.objects()).FetchSlot(entry.oid);
    if (entry_count_ == entries_.size()) FindEntries();
  }

  void FindEntries() {
    const std::span<const Entry> entries = std::span(entries_).first(entry_count_);
    for (const Entry& entry : entries) {
      (entry.is_directory ? known_.trees() : known_.objects()).FetchObject(entry.oid);
    }
    for (const Entry& entry : entries) {
      const uint32_t found =
          entry.is_directory ? known_.FindTree(entry.oid) : known_.FindObject(entry.oid);
      if (entry.is_directory) {
        chunk_.AddFolder(found);
      } else {
        chunk_.AddFile(found);
      }
      if (lists_absent_ && found == kNone && !known_.Contains(entry.oid)) absent_.insert(entry.oid);
    }
    entry_count_ = 0;
  }

  void EndTree() {
    chunk_.End();
    if (chunk_.bytes() - charged_ >= kChargedBytes) Charge();
  }

  void Charge() {
    keeps_rows_ = keeps_rows_ && rows_->Charge(chunk_.bytes() - charged_);
    if (!keeps_rows_) chunk_ = TreeRowChunk();
    charged_ = chunk_.bytes();
  }

  uint32_t NumberOf(std::string_view name) {
    const uint32_t number = seen_.Find(name, [&](std::string_view is_new) {
      seen_bytes_ += is_new.size() + kNameOverhead;
      return shared_->Add(std::string(is_new));
    });
    if (seen_bytes_ > kMaxNameBytes) {
      seen_ = NameNumbers();
      seen_bytes_ = 0;
    }
    return number;
  }

  void AddGap(const ObjectId& oid, std::string why) {
    shared_->AddGap({oid.ToHex(), "", "", std::move(why)});
  }

  static constexpr const char* kBrokenEntry = "an entry of the tree is damaged";

  const ObjectInventory& inventory_;
  const KnownIds& known_;
  bool lists_absent_;
  std::unique_ptr<ObjectDatabase> database_;
  ForestWalk walk_;
  SharedNames* shared_;
  TreeRows* rows_;
  struct Entry {
    ObjectId oid;
    bool is_directory = false;
  };

  TreeRowChunk chunk_;
  // Entries whose objects are still to be found.
  std::array<Entry, 64> entries_;
  size_t entry_count_ = 0;
  uint64_t charged_ = 0;  // bytes of the chunk that the rows count
  bool keeps_rows_ = true;
  std::vector<Starts> starts_;  // by depth
  uint64_t start_count_ = 0;    // that there is room for in all of them
  NameNumbers seen_;
  uint64_t seen_bytes_ = 0;
  std::unordered_set<ObjectId> absent_;
};

}  // namespace

TreeNames ListTreeNames(const Repository& repository, const ObjectInventory& inventory,
                        const KnownIds& known, bool lists_absent, unsigned threads) {
  SharedNames shared;
  std::unordered_set<ObjectId> absent;
  std::mutex mutex;
  const size_t count = inventory.tree_items.size();
  const size_t chunks = (count + kChunk - 1) / kChunk;
  auto rows = std::make_shared<TreeRows>(inventory.trees.size(), chunks);
  std::vector<uint32_t> long_chunks;
  for (const uint32_t item : inventory.long_tree_items) {
    const auto chunk = static_cast<uint32_t>(item / kChunk);
    if (std::find(long_chunks.begin(), long_chunks.end(), chunk) == long_chunks.end())
      long_chunks.push_back(chunk);
  }
  const LongFirst order(std::move(long_chunks));
  ForEachChunk(chunks, 1, threads, [&] {
    return [&, reader = std::make_unique<Reader>(repository, inventory, known, lists_absent,
                                                 &shared, rows.get())](size_t turn, size_t) {
      const size_t chunk = order(turn);
      const size_t end = std::min(count, (chunk + 1) * kChunk);
      reader->Expect(std::span(inventory.tree_items).subspan(chunk * kChunk, end - chunk * kChunk));
      for (size_t i = chunk * kChunk; i < end; ++i) {
        FetchAfter(inventory, inventory.tree_items, i);
        reader->Read(inventory.tree_items[i]);
      }
      reader->Keep(chunk);
      if (reader->absent().empty()) return;
      std::lock_guard lock(mutex);
      reader->MoveAbsentTo(&absent);
    };
  });
  std::vector<uint32_t> positions;
  TreeNames names = shared.Take(&positions);
  names.absent = std::move(absent);
  rows->SetNamePositions(std::move(positions));
  if (!rows->is_full() && !shared.full()) names.rows = std::move(rows);
  return names;
}

}  // namespace picket
