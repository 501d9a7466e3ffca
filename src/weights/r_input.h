// The numbers and texts of R's serialization in its three forms: big-endian ("X"), native, which
// is little-endian everywhere that counts ("B"), and text ("A").
// Source: R Internals, "Serialization Formats"; R, src/main/serialize.c.
#pragma once

#include <cstdint>
#include <string>

#include "core/byte_reader.h"
#include "core/bytes.h"

namespace picket {

enum class RForm : uint8_t { kBigEndian, kLittleEndian, kText };

class RInput {
 public:
  // Longer texts are no names: their head is kept.
  static constexpr uint64_t kMaxText = 64;

  // `bytes` outlives the reader, which begins at `offset`.
  RInput(Bytes bytes, uint64_t offset, RForm form) : reader_(bytes, offset), form_(form) {}

  // False from the first read on that was cut off or no number.
  bool ok() const { return reader_.ok(); }
  uint64_t offset() const { return reader_.offset(); }
  uint64_t remaining() const { return reader_.remaining(); }
  void Fail() { reader_.Fail(); }

  int32_t Int();
  // A text of `length` bytes; at most kMaxText of them are handed out.
  std::string Text(uint64_t length);
  // `count` numbers of `width` bytes each.
  void Skip(uint64_t count, uint64_t width);

 private:
  Bytes Word();
  uint8_t TextByte();

  ByteReader reader_;
  RForm form_;
};

}  // namespace picket
