// A set of bytes, as 256 bits: a rule holds three of them and a program nearly a thousand rules, so
// that a byte for each member would be most of what a start writes.
#pragma once

#include <array>
#include <cstddef>
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
  void Add(const ByteSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void AddRange(uint8_t first, uint8_t last) {
    for (int byte = first; byte <= last; ++byte) Add(static_cast<uint8_t>(byte));
  }
  // Of each letter of Latin-1 the other case, too.
  void AddOtherCase() {
    AddOtherCase(0x07fffffe, &words_[1]);
    AddOtherCase(0x7f7fffff, &words_[3]);
  }
  void Invert() {
    for (uint64_t& word : words_) word = ~word;
  }
  // Of these and of those that they share their low six bits with, by the latter.
  uint64_t low_bits() const { return words_[0] | words_[1] | words_[2] | words_[3]; }
  bool empty() const { return *this == ByteSet(); }
  const Words& words() const { return words_; }

  bool operator==(const ByteSet&) const = default;

 private:
  // `upper` are the bits of capitals; their small letters are 32 bytes on.
  static void AddOtherCase(uint64_t upper, uint64_t* word) {
    *word |= (*word & upper) << 32 | (*word >> 32 & upper);
  }

  Words words_{};
};

}  // namespace picket
