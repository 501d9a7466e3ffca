// The product's opener: contents/expander.h behind the scanner's seam.
#pragma once

#include <memory>
#include <span>

#include "contents/expander.h"
#include "scan/blob_scanner.h"

namespace picket {

class ExpanderOpener final : public Opener {
 public:
  explicit ExpanderOpener(const ExpandLimits& limits) : expander_(limits) {}

  void Reset() override { expander_.Reset(); }
  bool OpenInstead(const Blob& blob, FindingSink& sink, ChildVisitor& visitor) override {
    return expander_.ExpandInstead(blob, sink, visitor);
  }
  void Open(const Blob& blob, std::span<const EncodedHint> hints, FindingSink& sink,
            ChildVisitor& visitor, bool instead) override {
    expander_.Expand(blob, hints, sink, visitor, instead);
  }

 private:
  Expander expander_;
};

inline OpenerFactory NewExpanderOpener(const ExpandLimits& limits) {
  return [limits] { return std::make_unique<ExpanderOpener>(limits); };
}

}  // namespace picket
