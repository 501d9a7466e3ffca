#include "git/pack/delta.h"

#include <cstring>

namespace picket {
namespace {

bool ReadSize(Bytes delta, uint64_t* at, uint64_t* size) {
  *size = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (*at >= delta.size()) return false;
    const uint64_t byte = delta[(*at)++];
    if (shift == 63 && (byte & 0x7eU) != 0) return false;
    *size |= (byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  return false;
}

// Most ranges are no longer, and a copy of known length is a few instructions.
constexpr uint64_t kShort = 64;

// Little-endian, only the bytes whose bits in `present` are set.
bool ReadSparse(Bytes delta, uint64_t* at, unsigned present, unsigned count, uint64_t* value) {
  *value = 0;
  if (delta.size() - *at >= count) {
    for (unsigned i = 0; i < count; ++i) {
      if ((present >> i & 1) != 0) *value |= uint64_t{delta[(*at)++]} << (8 * i);
    }
    return true;
  }
  for (unsigned i = 0; i < count; ++i) {
    if ((present >> i & 1) == 0) continue;
    if (*at >= delta.size()) return false;
    *value |= uint64_t{delta[(*at)++]} << (8 * i);
  }
  return true;
}

// A copy from the base, or bytes of the delta itself.
struct Instruction {
  bool is_copy = false;
  uint64_t offset = 0;
  uint64_t length = 0;

  bool Read(Bytes delta, uint64_t* at, uint64_t base_size) {
    const unsigned code = delta[(*at)++];
    is_copy = (code & 0x80U) != 0;
    if (!is_copy) {
      offset = *at;
      length = code;
      if (length == 0 || length > delta.size() - *at) return false;
      *at += length;
      return true;
    }
    if (!ReadSparse(delta, at, code & 15U, 4, &offset) ||
        !ReadSparse(delta, at, code >> 4 & 7U, 3, &length)) {
      return false;
    }
    if (length == 0) length = 0x10000;
    return offset <= base_size && length <= base_size - offset;
  }
};

}  // namespace

bool ReadDeltaHead(Bytes delta, DeltaHead* head) {
  uint64_t at = 0;
  if (!ReadSize(delta, &at, &head->base_size) || !ReadSize(delta, &at, &head->result_size)) {
    return false;
  }
  head->length = at;
  return true;
}

bool MeasureDelta(Bytes delta, DeltaHead* head) {
  if (!ReadDeltaHead(delta, head)) return false;
  uint64_t at = head->length;
  uint64_t filled = 0;
  Instruction instruction;
  while (at < delta.size()) {
    if (!instruction.Read(delta, &at, head->base_size)) return false;
    if (instruction.length > head->result_size - filled) return false;
    filled += instruction.length;
  }
  return filled == head->result_size;
}

bool ApplyDelta(Bytes base, Bytes delta, std::span<uint8_t> out, std::vector<CopiedRange>* copies) {
  DeltaHead head;
  if (!ReadDeltaHead(delta, &head) || head.base_size != base.size() ||
      head.result_size != out.size()) {
    return false;
  }
  if (copies != nullptr) copies->clear();
  uint64_t at = head.length;
  uint64_t filled = 0;
  Instruction instruction;
  while (at < delta.size()) {
    if (!instruction.Read(delta, &at, base.size())) return false;
    const uint64_t length = instruction.length;
    if (length > out.size() - filled) return false;
    const Bytes from = instruction.is_copy ? base : delta;
    if (length <= kShort && out.size() - filled >= kShort &&
        from.size() - instruction.offset >= kShort) {
      // What is too much is written again by what comes next.
      std::memcpy(out.data() + filled, from.data() + instruction.offset, kShort);
    } else {
      std::memcpy(out.data() + filled, from.data() + instruction.offset, length);
    }
    if (copies != nullptr && instruction.is_copy) {
      copies->push_back({instruction.offset, filled, length});
    }
    filled += length;
  }
  return filled == out.size();
}

}  // namespace picket
