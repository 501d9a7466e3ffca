// A gap about a blob that is being opened: one place that words who it is about.
#pragma once

#include <string>

#include "core/blob.h"
#include "core/detector.h"

namespace picket {

// `reason` is a clause that completes "could not be examined: ".
inline void AddExpandGap(const Blob& blob, std::string reason, FindingSink& sink) {
  Gap gap;
  gap.member = blob.origin.member;
  gap.reason = std::move(reason);
  sink.Add(std::move(gap));
}

}  // namespace picket
