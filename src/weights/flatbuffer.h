// A bounds-checked walk over a FlatBuffer, without a schema: positions are offsets in the buffer,
// fields are known by their number.
//
// The first step that leaves the buffer fails the view for good; from then on every question is
// answered with nothing. Offsets may share and overlap what they point at, so a caller that follows
// vectors of vectors spends steps: each Field and each element costs one.
// Source: FlatBuffers, "FlatBuffer Internals".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/bytes.h"

namespace picket {

struct FlatVector {
  uint64_t begin = 0;  // of the first element
  uint32_t count = 0;
};

class FlatBuffer {
 public:
  // `bytes` outlives the view and what it hands out.
  explicit FlatBuffer(Bytes bytes);

  // False: an offset led out of the buffer, or to no table.
  bool ok() const { return ok_; }
  // All steps (4 a byte, and then some) are spent: what is left can't be told.
  bool spent() const { return steps_ == 0; }

  // The root table.
  uint64_t Root();
  // Where the field stands; nullopt where the table leaves it out.
  std::optional<uint64_t> Field(uint64_t table, unsigned number);
  // Scalars of a field, 0 where it is left out.
  uint8_t U8(uint64_t table, unsigned number);
  uint32_t U32(uint64_t table, unsigned number);
  uint64_t U64(uint64_t table, unsigned number);
  // The table that a field leads to.
  std::optional<uint64_t> Table(uint64_t table, unsigned number);
  // The vector that a field leads to, all of whose elements of `width` bytes are there; an empty
  // one where the field is left out.
  FlatVector Vector(uint64_t table, unsigned number, uint64_t width);
  // The table that an element of a vector of tables leads to.
  uint64_t Element(const FlatVector& vector, uint32_t index);
  // A string or a vector of bytes.
  Bytes Content(uint64_t table, unsigned number);
  std::string_view String(uint64_t table, unsigned number) {
    return AsText(Content(table, number));
  }

 private:
  uint64_t Number(uint64_t at, uint64_t width);
  uint64_t Follow(uint64_t at);

  Bytes bytes_;
  uint64_t steps_;
  bool ok_ = true;
};

}  // namespace picket
