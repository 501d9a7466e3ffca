// A bounds-checked cursor: the only way a parser in this house reads bytes.
//
// The first read that does not fit fails the reader for good. From then on every read returns zero
// or an empty view, so that a parser may read a whole header and ask ok() once.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace picket {

class ByteReader {
 public:
  // `bytes` must outlive the reader and every view taken from it.
  explicit ByteReader(Bytes bytes, uint64_t offset = 0);

  bool ok() const { return ok_; }
  // Where the first failure happened; meaningful only when !ok().
  uint64_t failed_at() const { return failed_at_; }
  uint64_t offset() const { return offset_; }
  uint64_t remaining() const { return ok_ ? bytes_.size() - offset_ : 0; }
  bool at_end() const { return remaining() == 0; }

  uint8_t U8();
  uint16_t U16Le();
  uint32_t U32Le();
  uint64_t U64Le();
  uint32_t U32Be();
  uint64_t U64Be();

  // The next `count` bytes as a view into the reader's bytes.
  Bytes Take(uint64_t count);
  // Up to and excluding the next `delimiter`, which is consumed too. Fails when there is none.
  Bytes TakeUntil(uint8_t delimiter);
  void Skip(uint64_t count);
  void Seek(uint64_t offset);
  // The next byte without consuming it; 0 at the end, without failing.
  uint8_t Peek() const;
  void Fail();

 private:
  bool Need(uint64_t count);
  uint64_t LittleEndian(int width);
  uint64_t BigEndian(int width);

  Bytes bytes_;
  uint64_t offset_ = 0;
  uint64_t failed_at_ = 0;
  bool ok_ = true;
};

}  // namespace picket
