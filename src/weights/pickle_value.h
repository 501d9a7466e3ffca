// How the pickle machine packs a value into 8 bytes: kind in the top 4 bits, 20 bits of size or
// count, 40 bits of offset, index or serial number.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace picket::pickle_value {

inline constexpr uint64_t kNoFrame = UINT64_MAX;
inline constexpr uint64_t kTupleSlots = 4096;
// Of a tuple's items; arrays of more dimensions are not followed.
inline constexpr uint64_t kTupleItems = 8;
inline constexpr size_t kNameKept = 4096;
inline constexpr size_t kMaxGiantIndexes = 1024;
inline constexpr size_t kMaxLongBytes = 4096;
inline constexpr uint64_t kSizeMax = (1u << 20) - 1;
inline constexpr uint64_t kNumberMax = (uint64_t{1} << 40) - 2;
inline constexpr uint64_t kGiantIndex = uint64_t{1} << 63;

// Kinds of Value. A kPlain has 1 as payload when it is None. A kNumber has the number plus one as
// payload, 0 where it is not kept; a kResult has the number of its dtype as size, 0 where it is
// none.
enum : uint64_t {
  kAbsent,
  kPlain,
  kUnknown,
  kGlobal,
  kResult,
  kTuple,
  kBytes,
  kLongBytes,
  kText,  // + PickleText, four of them
  kNumber = kText + 4,
  kLongText,
};

constexpr uint64_t Pack(uint64_t kind, uint64_t payload = 0, uint64_t size = 0) {
  return kind << 60 | std::min(size, kSizeMax) << 40 | (payload & ((uint64_t{1} << 40) - 1));
}
inline constexpr uint64_t kNone = Pack(kPlain, 1);
constexpr uint64_t KindOf(uint64_t value) { return value >> 60; }
constexpr uint64_t SizeOf(uint64_t value) { return value >> 40 & kSizeMax; }
constexpr uint64_t PayloadOf(uint64_t value) { return value & ((uint64_t{1} << 40) - 1); }

inline bool IsText(uint64_t value) { return KindOf(value) >= kText && KindOf(value) < kText + 4; }

}  // namespace picket::pickle_value
