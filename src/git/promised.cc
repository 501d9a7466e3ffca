#include "git/promised.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "git/pack/forest_walk.h"
#include "git/parallel.h"
#include "git/raw_objects.h"

namespace picket {
namespace {

constexpr size_t kChunk = 64;
// Objects of which one is read by itself.
constexpr size_t kFewOf = 64;

// Reads commits and tags for what they name. An object that can't be read is a gap elsewhere.
class Reader : private ForestVisitor {
 public:
  Reader(const Repository& repository, const ObjectInventory& inventory, const KnownIds& known)
      : repository_(repository),
        inventory_(inventory),
        known_(known),
        database_(repository.NewObjectDatabase()),
        walk_(*database_, {}) {}

  void Read(const InventoryItem& item) {
    if (item.forest == kNone) {
      const StoredObject object = inventory_.objects[item.index];
      if (object.type != ObjectType::kBlob) Read(object.oid);
      return;
    }
    const DeltaForest& forest = *inventory_.forests[item.forest];
    if (forest.entries()[item.index].type != ObjectType::kBlob) {
      walk_.Walk(forest, item.index, *this);
    }
  }

  void Read(const ObjectId& oid) {
    RawObject bytes;
    if (database_->Read(oid, &bytes, nullptr) != ReadStatus::kOk) {
      has_read_all_ = false;
      return;
    }
    Read(oid, bytes.type(), bytes.bytes());
  }

  const std::unordered_set<ObjectId>& absent() const { return absent_; }
  bool has_read_all() const { return has_read_all_; }
  void MoveAbsentTo(std::unordered_set<ObjectId>* all) {
    all->merge(absent_);
    absent_.clear();
  }

 private:
  void OnObject(const WalkedObject& object) override {
    Read(object.id, object.forest.entries()[object.entry].type, object.bytes);
  }
  void OnLarge(const DeltaForest&, uint32_t) override { has_read_all_ = false; }
  void OnDamaged(const DeltaForest&, uint32_t, const std::string&) override {
    has_read_all_ = false;
  }

  void Read(const ObjectId& oid, ObjectType type, Bytes bytes) {
    if (type == ObjectType::kCommit) {
      const std::optional<CommitHeader> header = TryParseCommit(bytes, database_->id_bytes());
      if (!header) {
        has_read_all_ = false;
        return;
      }
      Add(header->tree);
      if (repository_.shallow().contains(oid)) return;
      for (const ObjectId& parent : header->parents) Add(parent);
    } else if (const std::optional<TagHeader> header = TryParseTag(bytes, database_->id_bytes())) {
      Add(header->target);
    } else {
      has_read_all_ = false;
    }
  }

  void Add(const ObjectId& oid) {
    if (!oid.empty() && !known_.Contains(oid)) absent_.insert(oid);
  }

  const Repository& repository_;
  const ObjectInventory& inventory_;
  const KnownIds& known_;
  std::unique_ptr<ObjectDatabase> database_;
  ForestWalk walk_;
  std::unordered_set<ObjectId> absent_;
  bool has_read_all_ = true;
};

// Positions of tags, and of commits that were not noted.
std::vector<uint32_t> NotNoted(const ObjectInventory& inventory, const CommitRecords& records) {
  std::vector<uint32_t> rest;
  uint32_t commit = 0;
  for (uint32_t i = 0; i < inventory.objects.size(); ++i) {
    const ObjectType type = inventory.objects.type(i);
    if (type == ObjectType::kBlob) continue;
    if (type != ObjectType::kCommit || !records.Has(commit++)) rest.push_back(i);
  }
  return rest;
}

}  // namespace

PromisedCount CountPromised(const Repository& repository, const ObjectInventory& inventory,
                            const KnownIds& known, const CommitRecords& records,
                            std::unordered_set<ObjectId> absent, unsigned threads) {
  PromisedCount count;
  const std::vector<uint32_t> rest = NotNoted(inventory, records);
  // Of many it is cheaper to build all in the order of their deltas.
  const bool one_by_one = rest.size() <= inventory.objects.size() / kFewOf;
  std::mutex mutex;
  ForEachChunk(one_by_one ? rest.size() : inventory.object_items.size(), kChunk, threads, [&] {
    return [&, reader = std::make_unique<Reader>(repository, inventory, known)](size_t begin,
                                                                                size_t end) {
      for (size_t i = begin; i < end; ++i) {
        if (one_by_one) {
          reader->Read(inventory.objects[rest[i]].oid);
        } else {
          reader->Read(inventory.object_items[i]);
        }
      }
      if (reader->absent().empty() && reader->has_read_all()) return;
      std::lock_guard lock(mutex);
      reader->MoveAbsentTo(&absent);
      count.has_read_all = count.has_read_all && reader->has_read_all();
    };
  });
  for (const Ref& ref : repository.Refs()) {
    if (!known.Contains(ref.target)) absent.insert(ref.target);
  }
  count.objects = absent.size();
  return count;
}

}  // namespace picket
