// Raw DEFLATE (RFC 1951) under a limit.
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"

namespace picket {

enum class InflateEnd : uint8_t {
  kWhole,
  kDamaged,   // `bytes` holds what came out before the damage
  kTooLarge,  // more than the limit would come out; `bytes` is empty
};

struct Inflated {
  InflateEnd end = InflateEnd::kDamaged;
  std::string bytes;
};

// `expected` is what the container says the size is: a hint that costs nothing when it lies.
// Never gives more than `limit` bytes, and never takes more memory than a small multiple of them.
Inflated InflateRaw(Bytes compressed, uint64_t expected, uint64_t limit);

}  // namespace picket
