#include "core/byte_reader.h"

#include <cstring>

namespace picket {

ByteReader::ByteReader(Bytes bytes, uint64_t offset) : bytes_(bytes) { Seek(offset); }

void ByteReader::Fail() {
  if (!ok_) return;
  ok_ = false;
  failed_at_ = offset_;
}

bool ByteReader::Need(uint64_t count) {
  if (ok_ && count <= bytes_.size() - offset_) return true;
  Fail();
  return false;
}

uint64_t ByteReader::LittleEndian(int width) {
  if (!Need(static_cast<uint64_t>(width))) return 0;
  uint64_t value = 0;
  for (int i = width - 1; i >= 0; --i)
    value = value << 8 | bytes_[offset_ + static_cast<uint64_t>(i)];
  offset_ += static_cast<uint64_t>(width);
  return value;
}

uint64_t ByteReader::BigEndian(int width) {
  if (!Need(static_cast<uint64_t>(width))) return 0;
  uint64_t value = 0;
  for (int i = 0; i < width; ++i) value = value << 8 | bytes_[offset_ + static_cast<uint64_t>(i)];
  offset_ += static_cast<uint64_t>(width);
  return value;
}

uint8_t ByteReader::U8() { return static_cast<uint8_t>(LittleEndian(1)); }
uint16_t ByteReader::U16Le() { return static_cast<uint16_t>(LittleEndian(2)); }
uint32_t ByteReader::U32Le() { return static_cast<uint32_t>(LittleEndian(4)); }
uint64_t ByteReader::U64Le() { return LittleEndian(8); }
uint32_t ByteReader::U32Be() { return static_cast<uint32_t>(BigEndian(4)); }
uint64_t ByteReader::U64Be() { return BigEndian(8); }

Bytes ByteReader::Take(uint64_t count) {
  if (!Need(count)) return {};
  Bytes view = bytes_.subspan(offset_, count);
  offset_ += count;
  return view;
}

Bytes ByteReader::TakeUntil(uint8_t delimiter) {
  if (remaining() == 0) {
    Fail();
    return {};
  }
  const uint8_t* start = bytes_.data() + offset_;
  const void* hit = std::memchr(start, delimiter, bytes_.size() - offset_);
  if (hit == nullptr) {
    Fail();
    return {};
  }
  uint64_t length = static_cast<uint64_t>(static_cast<const uint8_t*>(hit) - start);
  Bytes view = bytes_.subspan(offset_, length);
  offset_ += length + 1;
  return view;
}

void ByteReader::Skip(uint64_t count) {
  if (Need(count)) offset_ += count;
}

void ByteReader::Seek(uint64_t offset) {
  if (!ok_) return;
  if (offset > bytes_.size()) {
    Fail();
    return;
  }
  offset_ = offset;
}

uint8_t ByteReader::Peek() const { return remaining() == 0 ? 0 : bytes_[offset_]; }

}  // namespace picket
