#include "scan/held_blobs.h"

#include <cassert>
#include <cstring>

namespace picket {

HeldBlobs::HeldBlobs() : joint_(new uint8_t[kRoom]), refs_(kMost) { blobs_.reserve(kMost); }

void HeldBlobs::Add(const Blob& blob) {
  assert(!is_full() && blob.bytes.size() <= kMostBytes);
  // Its list of names is kept, so that it takes no memory anew.
  BlobRef& ref = refs_[blobs_.size()];
  ref = blob.ref;
  uint8_t* const at = joint_.get() + used_;
  if (!blob.bytes.empty()) std::memcpy(at, blob.bytes.data(), blob.bytes.size());
  at[blob.bytes.size()] = '\n';
  used_ += blob.bytes.size() + 1;
  blobs_.push_back({ref, {at, blob.bytes.size()}});
}

void HeldBlobs::Clear() {
  blobs_.clear();
  used_ = 0;
}

}  // namespace picket
