#include "git/promised.h"

#include <mutex>
#include <optional>
#include <string>

#include "git/pack/forest_walk.h"
#include "git/parallel.h"
#include "git/raw_objects.h"

namespace picket {
namespace {

constexpr size_t kChunk = 64;

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
      RawObject bytes;
      if (object.type == ObjectType::kBlob ||
          database_->Read(object.oid, &bytes, nullptr) != ReadStatus::kOk) {
        return;
      }
      Read(object.oid, bytes.type(), bytes.bytes());
      return;
    }
    const DeltaForest& forest = *inventory_.forests[item.forest];
    if (forest.entries()[item.index].type != ObjectType::kBlob) {
      walk_.Walk(forest, item.index, *this);
    }
  }

  const std::unordered_set<ObjectId>& absent() const { return absent_; }
  void MoveAbsentTo(std::unordered_set<ObjectId>* all) {
    all->merge(absent_);
    absent_.clear();
  }

 private:
  void OnObject(const WalkedObject& object) override {
    Read(object.id, object.forest.entries()[object.entry].type, object.bytes);
  }
  void OnLarge(const DeltaForest&, uint32_t) override {}
  void OnDamaged(const DeltaForest&, uint32_t, const std::string&) override {}

  void Read(const ObjectId& oid, ObjectType type, Bytes bytes) {
    if (type == ObjectType::kCommit) {
      const std::optional<CommitHeader> header = TryParseCommit(bytes, database_->id_bytes());
      if (!header) return;
      Add(header->tree);
      if (repository_.shallow().contains(oid)) return;
      for (const ObjectId& parent : header->parents) Add(parent);
    } else if (const std::optional<TagHeader> header = TryParseTag(bytes, database_->id_bytes())) {
      Add(header->target);
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
};

}  // namespace

uint64_t CountPromised(const Repository& repository, const ObjectInventory& inventory,
                       const KnownIds& known, std::unordered_set<ObjectId> absent,
                       unsigned threads) {
  std::mutex mutex;
  ForEachChunk(inventory.object_items.size(), kChunk, threads, [&] {
    return [&, reader = std::make_unique<Reader>(repository, inventory, known)](size_t begin,
                                                                                size_t end) {
      for (size_t i = begin; i < end; ++i) reader->Read(inventory.object_items[i]);
      if (reader->absent().empty()) return;
      std::lock_guard lock(mutex);
      reader->MoveAbsentTo(&absent);
    };
  });
  for (const Ref& ref : repository.Refs()) {
    if (!known.Contains(ref.target)) absent.insert(ref.target);
  }
  return absent.size();
}

}  // namespace picket
