#include "weights/protobuf.h"

#include <vector>

namespace picket {
namespace {

constexpr uint64_t kGroup = 3;
constexpr size_t kMaxGroups = 100;

}  // namespace

bool ProtobufReader::Fail() {
  ok_ = false;
  return false;
}

bool ProtobufReader::Varint(uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at_ >= message_.size()) return false;
    uint8_t byte = message_[at_++];
    if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

// No model format has groups, but every reader passes over them where a message holds one.
bool ProtobufReader::SkipGroup(uint32_t number) {
  std::vector<uint64_t> open{number};
  while (!open.empty()) {
    uint64_t tag = 0;
    uint64_t length = 0;
    if (!Varint(tag)) return false;
    switch (tag & 7) {
      case 0:
        if (!Varint(length)) return false;
        length = 0;
        break;
      case 1: length = 8; break;
      case 2:
        if (!Varint(length)) return false;
        break;
      case 3:
        if (open.size() >= kMaxGroups) return false;
        open.push_back(tag >> 3);
        break;
      case 4:
        if (open.back() != tag >> 3) return false;
        open.pop_back();
        break;
      case 5: length = 4; break;
      default: return false;
    }
    if (length > message_.size() - at_) return false;
    at_ += length;
  }
  return true;
}

bool ProtobufReader::Next(ProtobufField& field) {
  uint64_t tag = 0;
  while (true) {
    if (!ok_ || at_ == message_.size()) return false;
    field = {};
    if (!Varint(tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff) return Fail();
    field.number = static_cast<uint32_t>(tag >> 3);
    if ((tag & 7) != kGroup) break;
    if (!SkipGroup(field.number)) return Fail();
  }
  uint64_t length = 0;
  switch (tag & 7) {
    case 0: return Varint(field.value) || Fail();
    case 1: length = 8; break;
    case 5: length = 4; break;
    case 2:
      if (!Varint(length)) return Fail();
      field.delimited = true;
      break;
    default: return Fail();
  }
  if (length > message_.size() - at_) return Fail();
  Bytes bytes = message_.subspan(at_, length);
  at_ += length;
  if (field.delimited) {
    field.bytes = bytes;
  } else {
    for (uint64_t i = length; i-- > 0;) field.value = field.value << 8 | bytes[i];
  }
  return true;
}

}  // namespace picket
