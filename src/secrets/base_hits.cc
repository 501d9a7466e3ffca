#include "secrets/base_hits.h"

#include <algorithm>

namespace picket {

KeptHits* BaseHits::Begin(const Derivation& derivation, const ObjectId& oid) {
  // What came at this depth, or below it, is the base of nothing more.
  while (levels_.size() > derivation.depth) {
    bytes_ -= levels_.back().bytes;
    levels_.pop_back();
  }
  oldest_ = std::min(oldest_, levels_.size());
  if (!derivation.is_base) return nullptr;
  levels_.resize(derivation.depth + 1);
  levels_.back().oid = oid;
  return &levels_.back().hits;
}

const KeptHits* BaseHits::BaseOf(const Derivation& derivation) const {
  if (derivation.base.empty() || derivation.depth == 0) return nullptr;
  if (levels_.size() < derivation.depth) return nullptr;
  const Level& level = levels_[derivation.depth - 1];
  return level.oid == derivation.base ? &level.hits : nullptr;
}

void BaseHits::End(const Derivation& derivation) {
  if (!derivation.is_base) return;
  Level& last = levels_.back();
  last.bytes = last.hits.installed.memory_bytes() + last.hits.own.memory_bytes();
  bytes_ += last.bytes;
  for (; bytes_ > most_bytes_ && oldest_ < levels_.size(); ++oldest_) {
    bytes_ -= levels_[oldest_].bytes;
    levels_[oldest_] = Level();
  }
}

}  // namespace picket
