// Small blobs that are held back until there are enough to be looked at together: what a scan costs
// however little there is to scan is most of what a short text costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/blob.h"
#include "core/sieve.h"

namespace picket {

class HeldBlobs {
 public:
  // Bytes of one blob, and how many blobs.
  static constexpr uint64_t kMostBytes = 256;
  static constexpr size_t kMost = 128;

  HeldBlobs();
  HeldBlobs(const HeldBlobs&) = delete;
  HeldBlobs& operator=(const HeldBlobs&) = delete;

  static bool Takes(const Blob& blob, const Derivation* derivation) {
    return derivation == nullptr && blob.bytes.size() <= kMostBytes && blob.left_out.empty() &&
           blob.origin.depth == 0 && blob.origin.member.empty();
  }
  // Copies the blob. There must be room.
  void Add(const Blob& blob);
  void Clear();

  bool empty() const { return blobs_.empty(); }
  bool is_full() const { return blobs_.size() == kMost || kRoom - used_ < kMostBytes + 1; }
  // Valid until the next Add() or Clear().
  BlobGroup group() const { return {{joint_.get(), used_}, blobs_}; }

 private:
  static constexpr size_t kRoom = 8 << 10;

  std::unique_ptr<uint8_t[]> joint_;
  size_t used_ = 0;
  std::vector<BlobRef> refs_;  // kMost of them
  std::vector<Blob> blobs_;
};

}  // namespace picket
