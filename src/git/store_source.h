// Everything that a store holds as blobs to be examined: packs as trees of deltas, the rest object
// by object.
#pragma once

#include <cstddef>
#include <memory>

#include "core/blob_source.h"
#include "git/commit_records.h"
#include "git/long_first.h"
#include "git/object_source.h"
#include "git/pack_order.h"

namespace picket {

class StoreSource : public BlobSource {
 public:
  // `objects` lists the objects of `inventory` in its order, and then anything else. All must
  // outlive the source and its readers. A reader holds up to 64 MiB of bases beside the object at
  // hand, its base and a delta (see WalkLimits). `commits` (may be null) is told of commits.
  StoreSource(const ObjectInventory& inventory, const ObjectList& objects,
              const ObjectSource& source, CommitRecords* commits = nullptr)
      : inventory_(inventory),
        objects_(objects),
        source_(source),
        commits_(commits),
        order_(inventory.long_object_items) {}

  size_t item_count() const override {
    return inventory_.object_items.size() + objects_.size() - inventory_.objects.size();
  }
  uint64_t stored_bytes() const override;
  std::unique_ptr<BlobReader> NewReader() const override;

 private:
  const ObjectInventory& inventory_;
  const ObjectList& objects_;
  // Of the same list: for what is large, loose, damaged in one pack, or no Git object.
  const ObjectSource& source_;
  CommitRecords* commits_;
  LongFirst order_;  // of the inventory's items
};

}  // namespace picket
