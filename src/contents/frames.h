// What the frame formats of Zstandard and LZ4 share: a mark of four bytes, and skippable frames.
#pragma once

#include "contents/packed.h"

namespace picket {

// The frame with this mark at `at`, or behind up to 64 skippable frames that begin there. Skippable
// frames alone are nobody's, and hold nothing packed.
std::optional<PackedMark> FindFrame(Bytes bytes, uint64_t at, uint32_t magic);

}  // namespace picket
