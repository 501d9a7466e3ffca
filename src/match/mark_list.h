// Where the bits of a mask stand, written down without a question: how many there are can't be
// predicted, and a wrong guess costs as much as the whole mask.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace picket {

// Writes the places of the bits of `mask`, `base` added, from `out` on and returns the end of them.
// At least `AtOnce` are written, whether there are as many or not; so many should seldom be
// exceeded.
template <size_t AtOnce>
[[gnu::always_inline]] inline uint32_t* ListMarks(uint64_t mask, size_t base, uint32_t* out) {
  uint32_t* const end = out + std::popcount(mask);
  const auto write = [&] {
    *out++ = static_cast<uint32_t>(base + static_cast<size_t>(std::countr_zero(mask)));
    mask &= mask - 1;
  };
  for (size_t i = 0; i < AtOnce; ++i) write();
  while (out < end) write();
  return end;
}

}  // namespace picket
