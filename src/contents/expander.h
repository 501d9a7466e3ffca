// One expander turns a blob into the blobs that stand inside it - archive members, decoded text -
// under one budget. The caller hands every child to every detector and expands it in turn.
#pragma once

#include <cstdint>
#include <span>

#include "core/blob.h"
#include "core/detector.h"

namespace picket {

// Bounds for everything below one outermost blob. What does not fit is a Gap.
struct ExpandLimits {
  uint64_t bytes = uint64_t{1} << 30;  // decoded or inflated, in all
  uint32_t children = 200'000;
  int depth = 8;
};

// What is left of the limits for the current outermost blob.
struct ExpandBudget {
  uint64_t bytes = 0;
  uint32_t children = 0;

  // Takes `count` bytes or one child from the budget; false when they are not there.
  bool TakeBytes(uint64_t count);
  bool TakeChild();
};

class ChildVisitor {
 public:
  virtual ~ChildVisitor() = default;
  // `child` is valid during the call only.
  virtual void OnChild(const Blob& child) = 0;
};

// One thread's own.
class Expander {
 public:
  explicit Expander(const ExpandLimits& limits);

  // Fills the budget again; call before each outermost blob.
  void Reset();

  // True where all of `blob` stands in children that it then visits - a notebook's text, its
  // pictures, and what stands beside it - so that its own bytes need not be read one by one; false,
  // and none is visited, for all else. To be called before Expand().
  bool ExpandInstead(const Blob& blob, FindingSink& sink, ChildVisitor& visitor);
  // Visits the children of `blob`, one level down, but for those that were visited `instead`.
  // `hints` are the marks of encoded text that the detectors met in it. Gaps and disagreements
  // between readers of a container go to `sink`.
  void Expand(const Blob& blob, std::span<const EncodedHint> hints, FindingSink& sink,
              ChildVisitor& visitor, bool instead = false);

 private:
  ExpandLimits limits_;
  ExpandBudget budget_;
};

}  // namespace picket
