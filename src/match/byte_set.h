// A set of bytes, as 256 bits: a rule holds three of them and a program nearly a thousand rules, so
// that a byte for each member would be most of what a start writes.
#pragma once

#include <array>
#include <cstdint>

namespace picket {

class ByteSet {
 public:
  // The bits of bytes 0 to 63, 64 to 127 and so on, the lowest bit first.
  using Words = std::array<uint64_t, 4>;

  ByteSet() = default;
  explicit ByteSet(const Words& words) : words_(words) {}

  bool Contains(uint8_t byte) const { return (words_[byte >> 6] >> (byte & 63) & 1) != 0; }
  void Add(uint8_t byte) { words_[byte >> 6] |= uint64_t{1} << (byte & 63); }
  void AddRange(uint8_t first, uint8_t last) {
    for (int byte = first; byte <= last; ++byte) Add(static_cast<uint8_t>(byte));
  }
  void Invert() {
    for (uint64_t& word : words_) word = ~word;
  }
  bool empty() const { return *this == ByteSet(); }
  const Words& words() const { return words_; }

  bool operator==(const ByteSet&) const = default;

 private:
  Words words_{};
};

}  // namespace picket
