// What a push brings as blobs to be examined: where it came in a large pack, by trees of deltas, so
// that each object is inflated once and each base built once; the rest object by object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/blob_source.h"
#include "core/change_list.h"
#include "git/object_source.h"
#include "git/pack/delta_forest.h"

namespace picket {

class ChangeSource : public BlobSource {
 public:
  // `objects` are those of `changes`, and `source` is over them; all must outlive this and its
  // readers. Packs are looked at where Repository::temporary_dir() is a quarantine; `threads` (1 or
  // more) read their headers. A reader holds what one of StoreSource does.
  ChangeSource(const ChangeList& changes, const ChangedObjects& objects, const ObjectSource& source,
               unsigned threads);

  size_t item_count() const override { return trees_.size() + singles_.size(); }
  uint64_t object_count() const override { return objects_.size(); }
  uint64_t objects_in(size_t item) const override;
  std::unique_ptr<BlobReader> NewReader() const override;

 private:
  class Reader;
  struct Tree {
    uint32_t forest = 0;   // into forests_
    uint32_t root = 0;     // an entry of it
    uint32_t objects = 0;  // of the list, at and below it
  };

  void AddPack(const std::shared_ptr<const PackFile>& pack, ObjectDatabase& database,
               unsigned threads, std::vector<bool>* taken);

  const ChangeList& changes_;
  const ChangedObjects& objects_;
  const ObjectSource& source_;
  // The labels of the entries are positions in the list.
  std::vector<std::unique_ptr<const DeltaForest>> forests_;
  std::vector<Tree> trees_;
  std::vector<uint32_t> singles_;  // positions of what stands in no tree
};

}  // namespace picket
