// Deltas: an object told as copies from another one and inserted bytes.
// https://git-scm.com/docs/gitformat-pack, "Deltified representation"
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"

namespace picket {

// The two sizes are ten bytes each at most.
inline constexpr size_t kDeltaHeadBytes = 20;

struct DeltaHead {
  uint64_t base_size = 0;
  // A claim; MeasureDelta() checks it.
  uint64_t result_size = 0;
  uint64_t length = 0;  // of the head itself
};

// False where the head is cut short or a size does not fit 64 bits. `delta` may be just its start.
bool ReadDeltaHead(Bytes delta, DeltaHead* head);

// Reads the head and every instruction. False where one is reserved or cut short, reaches beyond a
// base of the stated size, or where all together do not make the stated result: no memory is spent
// on a size that the instructions don't produce.
bool MeasureDelta(Bytes delta, DeltaHead* head);

// Fills `out`, which has exactly the result's size. False where an instruction is reserved, leaves
// the base, the delta or the result, or does not end with both. `copies` (may be null) gets the
// copied ranges by offset.
bool ApplyDelta(Bytes base, Bytes delta, std::span<uint8_t> out, std::vector<CopiedRange>* copies);

}  // namespace picket
