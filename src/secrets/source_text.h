// Text that is to a matcher what source code is: the same words, assignments, quotes, hashes and
// long lines, and no secret.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace picket {

// At least `bytes` bytes; the same for the same seed everywhere.
std::string GenerateSourceText(uint64_t seed, size_t bytes);

}  // namespace picket
