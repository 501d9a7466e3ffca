// Raw DEFLATE (RFC 1951) of a whole buffer, under a limit.
#pragma once

#include <cstdint>
#include <string>

#include "contents/packed.h"

namespace picket {

struct Inflated {
  PackedEnd end = PackedEnd::kDamaged;
  // What came out before the end, whatever that is; empty where it is kTooLarge.
  std::string bytes;
};

// `expected` is what the container says the size is: a hint that costs nothing when it lies.
// Never gives more than `limit` bytes, and never takes more memory than a small multiple of them.
Inflated InflateRaw(Bytes compressed, uint64_t expected, uint64_t limit);

}  // namespace picket
