// Bytes that tell what else a text has to be searched for, all found in one pass.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/instructions.h"

namespace picket {

struct TextSigns {
  // There is a NUL: text of two bytes a character may stand there.
  bool nul = false;
  // Where each "@" stands.
  std::vector<uint32_t> at_signs;
  // Where escapes of printable ASCII begin: %41, &#65;, &#x41;, \x41, \u0041, \u{41} and \/. For
  // each of % & and the backslash the first alone.
  std::vector<uint32_t> escapes;
};

inline constexpr uint32_t kEscapeKinds = 3;
// Of a byte that an escape begins with, below kEscapeKinds.
constexpr uint32_t EscapeKindOf(uint8_t lead) { return lead == '%' ? 0 : lead == '&' ? 1 : 2; }

// Replaces `signs` by those of `text`; escapes count that begin at `escapes_from` or behind. `text`
// has fewer than 2^32 bytes. Over twenty gigabytes a second.
void FindSigns(Bytes text, uint64_t escapes_from, TextSigns* signs,
               Instructions with = BestInstructions());

}  // namespace picket
