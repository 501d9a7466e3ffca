// Short text: names of files and refs, words, numbers. It is most of what a push of many small
// things brings, and nearly no container.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace picket {

inline constexpr uint64_t kMostShortText = 256;  // bytes

// No more than that, all of it printable ASCII, tabs and line ends.
inline bool IsShortText(Bytes bytes) {
  if (bytes.size() > kMostShortText) return false;
  // All of them are looked at, which is done many at a time.
  unsigned others = 0;
  for (const uint8_t byte : bytes) {
    const auto is = [byte](char first, char last) {
      return static_cast<unsigned>(byte >= first) & static_cast<unsigned>(byte <= last);
    };
    others |= (is(' ', '~') | is('\t', '\n') | is('\r', '\r')) ^ 1U;
  }
  return others == 0;
}

}  // namespace picket
