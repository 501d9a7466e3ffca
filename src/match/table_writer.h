// Appends numbers, little-endian, and strings with a 32-bit length: what ByteReader reads back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace picket {

class TableWriter {
 public:
  void U8(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void U32(uint32_t value) { LittleEndian(value, 4); }
  void U64(uint64_t value) { LittleEndian(value, 8); }
  void Raw(std::string_view bytes) { bytes_ += bytes; }
  void Text(std::string_view text) {
    U32(static_cast<uint32_t>(text.size()));
    bytes_ += text;
  }
  std::string Take() { return std::move(bytes_); }

 private:
  void LittleEndian(uint64_t value, int width) {
    for (int i = 0; i < width; ++i) U8(static_cast<uint8_t>(value >> (8 * i)));
  }

  std::string bytes_;
};

}  // namespace picket
