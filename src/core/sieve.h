// What a session is that can tell of many small blobs at once which of them are worth a scan.
#pragma once

#include <span>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"

namespace picket {

// Small blobs that are looked at together: whole ones, none of which is made from another.
struct BlobGroup {
  // The bytes of all of them in their order, a line break behind each.
  Bytes joint;
  std::span<const Blob> blobs;
};

class Sieve {
 public:
  virtual ~Sieve() = default;
  // Sets (*speaks)[i] wherever Session::Scan() of blob i may add anything to its sink, and clears
  // none; those that are set already need no look.
  virtual void Sift(const BlobGroup& group, std::vector<bool>* speaks) = 0;
};

}  // namespace picket
