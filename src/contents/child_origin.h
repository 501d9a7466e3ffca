// The origin of a child, given its parent's: one place that composes the mappings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/blob.h"

namespace picket {

// The child called `name`, which may be "", in the parent's section at `offset`, whose byte `inner`
// stands at offset + inner * outer_bytes / inner_bytes of the parent. inner_bytes == 0
// (compressed), in the child or above it, ends the mapping: offsets then count in the child.
Origin ChildOrigin(const Origin& parent, std::string_view name, uint64_t offset,
                   uint64_t outer_bytes, uint64_t inner_bytes);

// The section of a blob of this origin that the byte `inner` stands in; null where it has none.
const TextSection* SectionAt(const Origin& origin, uint64_t inner);

// Where `inner` of a blob of this origin stands in the outermost blob, rounded up for the end of a
// span. Never leaves 64 bits; inner_bytes is not 0.
uint64_t MapOutward(const Origin& origin, uint64_t inner, bool up);

}  // namespace picket
