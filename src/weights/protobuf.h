// A bounds-checked walk over the fields of one protobuf message, without a schema.
// Source: Protocol Buffers, "Encoding".
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace picket {

struct ProtobufField {
  uint32_t number = 0;
  // Of a varint or a fixed number.
  uint64_t value = 0;
  // Of a length-delimited field: a view into the message.
  Bytes bytes;
  bool delimited = false;
};

class ProtobufReader {
 public:
  // `message` outlives the reader and the fields.
  explicit ProtobufReader(Bytes message) : message_(message) {}

  // The next field that is no group; false at the end, and where the bytes are no protobuf.
  bool Next(ProtobufField& field);
  // False: reading ended where the bytes are no protobuf.
  bool ok() const { return ok_; }

 private:
  bool Varint(uint64_t& value);
  bool SkipGroup(uint32_t number);
  bool Fail();

  Bytes message_;
  uint64_t at_ = 0;
  bool ok_ = true;
};

}  // namespace picket
