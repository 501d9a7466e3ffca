#include "git/store_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "git/forest_reader.h"

namespace picket {
namespace {

class StoreReader : public ForestReader {
 public:
  StoreReader(const ObjectInventory& inventory, const LongFirst& order, const ObjectSource& source,
              CommitRecords* commits)
      : ForestReader(source), inventory_(inventory), order_(order), commits_(commits) {}

  void WillVisit(size_t first, size_t end) override {
    std::vector<ObjectId> oids;
    for (size_t item = first; item < std::min(end, inventory_.object_items.size()); ++item) {
      const InventoryItem& what = inventory_.object_items[order_(item)];
      if (what.forest == kNone) oids.push_back(inventory_.objects[what.index].oid);
    }
    ExpectSingles(std::move(oids));
  }

  void Visit(size_t item, BlobVisitor& visitor) override {
    if (item >= inventory_.object_items.size()) {
      VisitSingle(item - inventory_.object_items.size() + inventory_.objects.size(), visitor);
      return;
    }
    const size_t position = order_(item);
    const InventoryItem& what = inventory_.object_items[position];
    FetchAfter(inventory_, inventory_.object_items, position);
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
  const LongFirst& order_;
  CommitRecords* commits_;
};

}  // namespace

uint64_t StoreSource::stored_bytes() const {
  uint64_t bytes = 0;
  for (const auto& forest : inventory_.forests) bytes += forest->pack().bytes().size();
  return bytes;
}

std::unique_ptr<BlobReader> StoreSource::NewReader() const {
  return std::make_unique<StoreReader>(inventory_, order_, source_, commits_);
}

}  // namespace picket
