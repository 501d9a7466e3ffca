// The vector instructions that what looks at every byte of a text is written for. Whatever a
// processor has, all find the same.
#pragma once

#include <cstdint>
#include <span>

namespace picket {

enum class Instructions : uint8_t {
  kPlain,   // none
  kSsse3,   // what Hyperscan needs at least
  kAvx2,    // with BMI and POPCNT
  kAvx512,  // F, BW, VL, VBMI and VBMI2, with BMI and POPCNT
};

// Those that this processor has, the best ones last.
std::span<const Instructions> KnownInstructions();
Instructions BestInstructions();

}  // namespace picket
