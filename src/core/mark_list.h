// Where the bits of a mask stand, written down without a question: how many there are can't be
// predicted, and a wrong guess costs as much as the whole mask.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/x86.h"

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

// Up to so many words behind the end that ListMarksAvx512() returns are written over.
inline constexpr size_t kMarksAtOnce = 16;

#ifdef PICKET_X86

alignas(64) inline constexpr std::array<uint8_t, 64> kBitPlaces = [] {
  std::array<uint8_t, 64> places{};
  for (size_t i = 0; i < places.size(); ++i) places[i] = static_cast<uint8_t>(i);
  return places;
}();

// The same, sixteen at once: for masks of more than a few bits. Finding words took a tenth less
// time with it than with four bit by bit; split words, of which two are enough, a fifth more.
__attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"),
               always_inline)) inline uint32_t*
ListMarksAvx512(uint64_t mask, size_t base, uint32_t* out) {
  uint32_t* const end = out + std::popcount(mask);
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  __m512i places = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(kBitPlaces.data()));
  while (true) {
    const __m512i first = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
    _mm512_storeu_si512(out, _mm512_add_epi32(first, bases));
    out += kMarksAtOnce;
    if (out >= end) return end;
    places = _mm512_alignr_epi32(places, places, 4);
  }
}

#endif

}  // namespace picket
