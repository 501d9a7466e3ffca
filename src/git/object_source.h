// Git objects, names and messages as blobs to be examined, for a list of any origin: what a push
// changes, or every object of the store in pack order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "core/blob.h"
#include "core/blob_source.h"
#include "core/change_list.h"
#include "core/object_id.h"
#include "git/object_type.h"
#include "git/repository.h"

namespace picket {

ObjectKind KindOf(ObjectType type);

// One thing to be examined. Views live as long as the list.
struct ListedObject {
  ObjectKind kind = ObjectKind::kBlob;
  ObjectId oid;
  // The content itself where it is no Git object.
  std::string_view text;
  std::vector<std::string_view> names;
  // Not examined and reported as skipped, for this reason; empty: examined.
  std::string_view left_out;
};

// Const and shared by all threads.
class ObjectList {
 public:
  virtual ~ObjectList() = default;
  virtual size_t size() const = 0;
  virtual ListedObject At(size_t position) const = 0;
};

// The objects of a change list, in its order. `left_out[i]`: every place of object i is excluded;
// may be shorter than the list. The change list must outlive this.
class ChangedObjects : public ObjectList {
 public:
  explicit ChangedObjects(const ChangeList& changes, std::vector<bool> left_out = {})
      : changes_(changes), left_out_(std::move(left_out)) {}

  size_t size() const override { return changes_.objects.size(); }
  // One name of each ending, the first that the change brings: detectors use them for suspicion
  // only.
  ListedObject At(size_t position) const override;
  bool IsLeftOut(size_t position) const {
    return position < left_out_.size() && left_out_[position];
  }

 private:
  const ChangeList& changes_;
  std::vector<bool> left_out_;
};

struct SourceOptions {
  // Objects over this are read from an unlinked temporary file, mapped; bytes.
  uint64_t memory_limit = uint64_t{64} << 20;
  // For all such files at one time (policy: limits.temp_bytes); bytes.
  uint64_t temporary_bytes = uint64_t{16} << 30;
  // An object that is missing is skipped, not lost, where the repository has a promisor. Not for
  // pre-receive: what is pushed has to be there.
  bool may_be_promised = false;
  // Once it is requested, an object that takes long to read is given up.
  std::stop_token stop = {};
};

class ObjectSource : public BlobSource {
 public:
  // All must outlive the source and its readers.
  ObjectSource(const Repository& repository, const ObjectList& objects,
               const SourceOptions& options = {});

  size_t item_count() const override { return objects_.size(); }
  std::unique_ptr<BlobReader> NewReader() const override;
  const Repository& repository() const { return repository_; }
  const SourceOptions& options() const { return options_; }

 private:
  friend class ObjectReader;

  const Repository& repository_;
  const ObjectList& objects_;
  SourceOptions options_;
  // What the temporary files of all readers hold at the moment.
  mutable std::atomic<uint64_t> temporary_in_use_{0};
};

// Visits single objects of a list, by position.
class ObjectReader : public BlobReader {
 public:
  // `source` must outlive this.
  explicit ObjectReader(const ObjectSource& source);

  void Visit(size_t item, BlobVisitor& visitor) override;
  // The same for an object that must not be built in memory, however small it is: what it is a
  // delta of is large.
  void VisitStreamed(size_t item, BlobVisitor& visitor);
  ObjectDatabase& database() { return *database_; }

 private:
  void Visit(size_t item, bool streamed, BlobVisitor& visitor);
  void VisitObject(const BlobRef& ref, ObjectType type, bool streamed, BlobVisitor& visitor);
  // `arrival` may be null. Of a tree the names.
  void HandOut(const BlobRef& ref, ObjectType type, Bytes bytes, Arrival* arrival,
               BlobVisitor& visitor) const;
  // False where the object has to be read by Git: what is a delta.
  bool VisitWhole(const BlobRef& ref, const ObjectHeader& header, BlobVisitor& visitor);
  void VisitLarge(const BlobRef& ref, const ObjectHeader& header, BlobVisitor& visitor);

  const ObjectSource& source_;
  std::unique_ptr<ObjectDatabase> database_;
};

}  // namespace picket
