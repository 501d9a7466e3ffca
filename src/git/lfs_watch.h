// Looks on while blobs go by, and keeps the pointers of Git LFS among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "core/blob_source.h"
#include "core/object_id.h"
#include "git/lfs_pointer.h"

namespace picket {

struct MetPointer {
  // BlobRef::position.
  uint64_t position = 0;
  ObjectId blob;
  LfsPointer pointer;
};

// Yields what `source` yields, which outlives it.
class LfsWatch : public BlobSource {
 public:
  explicit LfsWatch(const BlobSource& source) : source_(source) {}

  size_t item_count() const override { return source_.item_count(); }
  uint64_t objects_in(size_t item) const override { return source_.objects_in(item); }
  uint64_t object_count() const override { return source_.object_count(); }
  uint64_t stored_bytes() const override { return source_.stored_bytes(); }
  std::unique_ptr<BlobReader> NewReader() const override;

  // Safe from all threads, as soon as the blob has gone by.
  bool IsPointer(uint64_t position) const;
  // All of them, by position; when nobody reads any more.
  std::vector<MetPointer> Met() const;

 private:
  class Reader;
  void Add(const BlobRef& ref, const LfsPointer& pointer) const;

  const BlobSource& source_;
  mutable std::mutex mutex_;
  mutable std::vector<MetPointer> met_;
  mutable std::unordered_set<uint64_t> positions_;
};

}  // namespace picket
