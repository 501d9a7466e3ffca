// A set of bytes as a table: one load to ask.
#pragma once

#include <array>
#include <cstdint>

namespace picket {

class ByteSet {
 public:
  bool Contains(uint8_t byte) const { return table_[byte] != 0; }
  void Add(uint8_t byte) { table_[byte] = 1; }
  void AddRange(uint8_t first, uint8_t last) {
    for (int byte = first; byte <= last; ++byte) table_[static_cast<size_t>(byte)] = 1;
  }
  void Invert() {
    for (uint8_t& entry : table_) entry ^= 1;
  }
  bool empty() const { return *this == ByteSet(); }

  bool operator==(const ByteSet&) const = default;

 private:
  std::array<uint8_t, 256> table_{};
};

}  // namespace picket
