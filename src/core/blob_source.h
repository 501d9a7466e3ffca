// Where blobs come from: list first, then visit. A source lists work items; each worker thread asks
// for a reader of its own and visits items by index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/blob.h"
#include "core/finding.h"

namespace picket {

class BlobVisitor {
 public:
  virtual ~BlobVisitor() = default;
  // `derivation` is null where the blob neither is made from another nor others from it.
  virtual void OnBlob(const Blob& blob, const Derivation* derivation) = 0;
  // Whether OnBlob() may get content that comes in meanwhile (Blob::arrival). Where not all of it
  // has come, the same object's gap, or the object once more, follows.
  virtual bool TakesArriving() const { return false; }
  // The object can't be examined: the gap says why.
  virtual void OnGap(Gap gap) = 0;
  // The object was left out on purpose (an excluded path, an object that a promisor may supply).
  virtual void OnSkipped(Skipped skipped) = 0;
};

// One thread's own.
class BlobReader {
 public:
  virtual ~BlobReader() = default;
  // The items from `first` to before `end` are visited next, in this order.
  virtual void WillVisit(size_t first, size_t end) {
    static_cast<void>(first);
    static_cast<void>(end);
  }
  // Yields every blob of item `item` (one object, or one tree of deltas), or says why not.
  // Throws Error only where the run can't go on.
  virtual void Visit(size_t item, BlobVisitor& visitor) = 0;
};

// Const after construction and shared by all threads.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  virtual size_t item_count() const = 0;
  // How many objects an item stands for, and all of them together.
  virtual uint64_t objects_in(size_t item) const {
    static_cast<void>(item);
    return 1;
  }
  virtual uint64_t object_count() const { return item_count(); }
  // About as many bytes are read for all items; 0 where that is not known.
  virtual uint64_t stored_bytes() const { return 0; }
  virtual std::unique_ptr<BlobReader> NewReader() const = 0;
};

}  // namespace picket
