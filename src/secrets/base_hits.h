// The hits of the blobs that are bases of those to come: a tree of deltas is walked depth first, so
// that these are the ones between its root and the blob at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/blob.h"
#include "core/object_id.h"
#include "match/hit_list.h"

namespace picket {

struct KeptHits {
  HitList installed;
  HitList own;  // of an organisation's own rules
};

// One thread's own.
class BaseHits {
 public:
  // In all; beyond it those nearest to the root are let go, and what is made from them is scanned
  // whole. A chain as long as Git makes them (50) takes a hundredth of it.
  static constexpr uint64_t kMostBytes = uint64_t{16} << 20;

  explicit BaseHits(uint64_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  // For each blob that comes with a derivation: where its hits are to be kept; null when nothing is
  // made from it. Valid until End(), and so is what BaseOf() says in between.
  KeptHits* Begin(const Derivation& derivation, const ObjectId& oid);
  // Null when they are not known.
  const KeptHits* BaseOf(const Derivation& derivation) const;
  void End(const Derivation& derivation);

 private:
  struct Level {
    ObjectId oid;  // empty: nothing is kept
    KeptHits hits;
    uint64_t bytes = 0;
  };

  uint64_t most_bytes_;
  std::vector<Level> levels_;  // by depth
  size_t oldest_ = 0;          // those before have been let go
  uint64_t bytes_ = 0;
};

}  // namespace picket
