#include "git/store_source.h"

#include <string>
#include <utility>

#include "git/pack/forest_walk.h"

namespace picket {
namespace {

ObjectKind KindOf(ObjectType type) {
  switch (type) {
    case ObjectType::kCommit: return ObjectKind::kCommit;
    case ObjectType::kTag: return ObjectKind::kTag;
    case ObjectType::kTree: return ObjectKind::kTree;
    case ObjectType::kBlob: break;
  }
  return ObjectKind::kBlob;
}

class StoreReader : public BlobReader, private ForestVisitor {
 public:
  StoreReader(const ObjectInventory& inventory, const ObjectSource& source, CommitRecords* commits)
      : inventory_(inventory),
        commits_(commits),
        singles_(source),
        walk_(singles_.database(), {.object_bytes = source.options().memory_limit}) {}

  void Visit(size_t item, BlobVisitor& visitor) override {
    visitor_ = &visitor;
    if (item >= inventory_.object_items.size()) {
      singles_.Visit(item - inventory_.object_items.size() + inventory_.objects.size(), visitor);
      return;
    }
    const InventoryItem& what = inventory_.object_items[item];
    if (what.forest == kNone) {
      singles_.Visit(what.index, visitor);
    } else {
      walk_.Walk(*inventory_.forests[what.forest], what.index, *this);
    }
  }

 private:
  void OnObject(const WalkedObject& object) override {
    const DeltaForest::Entry& entry = object.forest.entries()[object.entry];
    if (entry.label == DeltaForest::kNone) return;
    if (commits_ != nullptr && entry.type == ObjectType::kCommit) {
      commits_->Note(entry.label, object.bytes);
    }
    const BlobRef ref{KindOf(entry.type), object.forest.id(object.entry), entry.label, {}};
    Derivation derivation;
    derivation.depth = object.depth;
    derivation.is_base = entry.wanted_below;
    if (object.copies != nullptr && entry.base != DeltaForest::kNone &&
        object.forest.entries()[entry.base].label != DeltaForest::kNone) {
      derivation.base = object.forest.id(entry.base);
      derivation.copies = *object.copies;
    }
    const bool alone = !derivation.is_base && derivation.base.empty();
    visitor_->OnBlob({ref, object.bytes}, alone ? nullptr : &derivation);
  }

  void OnLarge(const DeltaForest& forest, uint32_t entry) override {
    singles_.VisitStreamed(forest.entries()[entry].label, *visitor_);
  }

  void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) override {
    const ObjectId oid = forest.id(entry);
    const DeltaForest::Entry& known = forest.entries()[entry];
    // Another pack, or a loose file, may hold it too, and soundly.
    if (singles_.database().CountCopies(oid) > 1) {
      singles_.Visit(known.label, *visitor_);
      return;
    }
    visitor_->OnGap(
        {oid.ToHex(), "", "", "the " + std::string(ToString(known.type)) + " is damaged: " + why});
  }

  const ObjectInventory& inventory_;
  CommitRecords* commits_;
  ObjectReader singles_;
  ForestWalk walk_;
  BlobVisitor* visitor_ = nullptr;
};

}  // namespace

std::unique_ptr<BlobReader> StoreSource::NewReader() const {
  return std::make_unique<StoreReader>(inventory_, source_, commits_);
}

}  // namespace picket
