// LZMA without a header of its own, as zip and 7z keep it.
#pragma once

#include "contents/packed.h"

namespace picket {

// What executables and samples are made more compressible with, and that is undone afterwards.
enum class LzmaFilter : uint8_t {
  kNone,
  kDelta,
  kX86,
  kPowerPc,
  kIa64,
  kArm,
  kArmThumb,
  kSparc,
  kArm64
};

struct RawLzma {
  bool second = false;  // LZMA2
  // As the container states them: 5 bytes for LZMA, 1 for LZMA2.
  Bytes properties = {};
  // What comes out, UINT64_MAX when that is not known; LZMA2 says it itself.
  uint64_t size = UINT64_MAX;
  LzmaFilter filter = LzmaFilter::kNone;
  Bytes filter_properties = {};
};

// Null when the properties are none that exist. A larger window than kMaxPackedWindow is refused by
// Decode, where more than that comes out. Keeps none of the views.
std::unique_ptr<PackedDecoder> NewRawLzmaDecoder(const RawLzma& raw);

}  // namespace picket
