// Visits the objects of a list by trees of deltas, and singly what is in none, too large to be
// built or damaged in its pack.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/blob_source.h"
#include "git/object_source.h"
#include "git/pack/forest_walk.h"

namespace picket {

// One thread's own. It holds up to 64 MiB of bases beside the object at hand, its base and a delta
// (see WalkLimits).
class ForestReader : public BlobReader, private ForestVisitor {
 public:
  // `source` is over the list whose positions the labels of forests are; it must outlive this.
  explicit ForestReader(const ObjectSource& source)
      : singles_(source),
        walk_(singles_.database(),
              {.object_bytes = source.options().memory_limit, .stop = source.options().stop}) {}

 protected:
  void VisitTree(const DeltaForest& forest, uint32_t root, BlobVisitor& visitor) {
    visitor_ = &visitor;
    walk_.Walk(forest, root, *this);
  }
  void VisitSingle(size_t position, BlobVisitor& visitor) { singles_.Visit(position, visitor); }
  // These are visited singly next, in this order.
  void ExpectSingles(std::vector<ObjectId> oids) {
    if (!oids.empty()) singles_.database().Expect(std::move(oids), LooseAhead::Part::kWhole);
  }

  // Called for each object of a tree that is visited, before the visitor.
  virtual void OnBuilt(const DeltaForest::Entry& entry, Bytes bytes) {
    static_cast<void>(entry);
    static_cast<void>(bytes);
  }
  // What is known of an object's names.
  virtual std::vector<std::string_view> NamesOf(uint32_t position) const {
    static_cast<void>(position);
    return {};
  }

 private:
  void OnObject(const WalkedObject& object) override;
  void OnLarge(const DeltaForest& forest, uint32_t entry) override;
  void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) override;

  ObjectReader singles_;
  ForestWalk walk_;
  BlobVisitor* visitor_ = nullptr;
};

}  // namespace picket
