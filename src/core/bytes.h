// Bytes: a view of immutable bytes. Whoever hands one out states how long it lives.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace picket {

using Bytes = std::span<const uint8_t>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Half-open range of bytes, [offset, offset + length).
struct Span {
  uint64_t offset = 0;
  uint64_t length = 0;

  uint64_t end() const { return offset + length; }
  auto operator<=>(const Span&) const = default;
};

}  // namespace picket
