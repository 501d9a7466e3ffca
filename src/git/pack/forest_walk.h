// Walks trees of deltas, so that every object is inflated once and every base built once.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "git/pack/delta_forest.h"
#include "git/pack/object_bytes.h"
#include "git/pack/pack_entry.h"

namespace picket {

// An object and, unless it is a root, how it was made.
struct WalkedObject {
  const DeltaForest& forest;
  uint32_t entry = 0;
  // Valid during the call, like `bytes`.
  const ObjectId& id;
  Bytes bytes;
  // Distance to the root of the tree; the objects come parents before children.
  size_t depth = 0;
  // Not for roots: the bytes of the object that was visited last at depth - 1, and the ranges that
  // were copied from them, by offset. Valid during the call.
  Bytes base;
  const std::vector<CopiedRange>* copies = nullptr;
};

class ForestVisitor {
 public:
  virtual ~ForestVisitor() = default;
  // Called for every entry below a root that is labelled, and for those above such a one.
  virtual void OnObject(const WalkedObject& object) = 0;
  // A labelled entry that has not been built, since it or a base of it is larger than the limit.
  virtual void OnLarge(const DeltaForest& forest, uint32_t entry) = 0;
  // A labelled entry that can't be built: a clause that names pack and offset.
  virtual void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) = 0;
};

struct WalkLimits {
  // Objects and deltas over this are not built; bytes.
  uint64_t object_bytes = uint64_t{64} << 20;
  // For the bases that a walk holds while it is below them. Beyond it, those nearest to the root
  // are dropped and built again when they are needed: memory for time. The object at hand and its
  // base are held in any case, and a delta while it is applied. For each thread; bytes.
  uint64_t base_bytes = uint64_t{64} << 20;
  // Once it is requested a walk ends before its next object.
  std::stop_token stop = {};
};

// One thread's own.
class ForestWalk {
 public:
  // `database` answers for bases outside of the pack, and must outlive this.
  ForestWalk(ObjectDatabase& database, const WalkLimits& limits)
      : database_(database), limits_(limits) {}

  // Everything that is labelled below `root`, in the order of DeltaForest::RelabelInOrder().
  void Walk(const DeltaForest& forest, uint32_t root, ForestVisitor& visitor);

 private:
  struct Frame {
    uint32_t entry = 0;
    size_t next_child = 0;
    bool live = false;  // `object` holds the bytes
    ObjectBytes object;
  };
  enum class Built : uint8_t { kGood, kLarge, kDamaged };

  uint32_t NextAfter(const DeltaForest& forest, uint32_t child) const;
  Built BuildRoot(const DeltaForest& forest, uint32_t entry, ObjectBytes* object);
  Built BuildDelta(const DeltaForest& forest, uint32_t entry, Bytes base, ObjectBytes* object);
  Built InflateDelta(const DeltaForest& forest, uint32_t entry, const PackEntryHeader& header);
  Built Restore(const DeltaForest& forest, size_t frame);
  void Push(const DeltaForest& forest, uint32_t entry, ObjectBytes object);
  ObjectBytes TakeSpare();
  void GiveSpare(ObjectBytes object);
  void Drop(Frame* frame);
  void KeepToBudget();
  void LeaveAll();
  void TellBelow(const DeltaForest& forest, uint32_t entry, Built built, ForestVisitor& visitor);

  ObjectDatabase& database_;
  WalkLimits limits_;
  PackInflater inflater_;
  ObjectBytes delta_;
  std::vector<CopiedRange> copies_;
  std::vector<Frame> frames_;       // from the root down to depth_
  size_t depth_ = 0;                // frames in use
  uint64_t live_bytes_ = 0;         // of all live frames
  std::vector<ObjectBytes> spare_;  // small ones, to be used again
};

}  // namespace picket
