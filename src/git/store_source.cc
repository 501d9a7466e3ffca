#include "git/store_source.h"

#include "git/forest_reader.h"

namespace picket {
namespace {

class StoreReader : public ForestReader {
 public:
  StoreReader(const ObjectInventory& inventory, const ObjectSource& source, CommitRecords* commits)
      : ForestReader(source), inventory_(inventory), commits_(commits) {}

  void Visit(size_t item, BlobVisitor& visitor) override {
    if (item >= inventory_.object_items.size()) {
      VisitSingle(item - inventory_.object_items.size() + inventory_.objects.size(), visitor);
      return;
    }
    const InventoryItem& what = inventory_.object_items[item];
    FetchAfter(inventory_, inventory_.object_items, item);
    if (what.forest == kNone) {
      VisitSingle(what.index, visitor);
    } else {
      VisitTree(*inventory_.forests[what.forest], what.index, visitor);
    }
  }

 private:
  void OnBuilt(const DeltaForest::Entry& entry, Bytes bytes) override {
    if (commits_ != nullptr && entry.type == ObjectType::kCommit)
      commits_->Note(entry.label, bytes);
  }

  const ObjectInventory& inventory_;
  CommitRecords* commits_;
};

}  // namespace

std::unique_ptr<BlobReader> StoreSource::NewReader() const {
  return std::make_unique<StoreReader>(inventory_, source_, commits_);
}

}  // namespace picket
