#include "contents/quote_marks.h"

#include <cstring>

#include "core/x86.h"

namespace picket {
namespace {

constexpr size_t kBlock = 64;

struct Piece {
  const uint8_t* bytes;
  size_t size;
  uint32_t* out;
};

// `mark` tells of a block, `list` writes down where (core/mark_list.h). Of the last block, which
// the text may end in, a copy is looked at, with zeros behind.
template <typename Mark, typename List>
[[gnu::always_inline]] inline uint32_t* Walk(const Piece& piece, Mark mark, List list) {
  uint32_t* out = piece.out;
  size_t at = 0;
  for (; at + kBlock <= piece.size; at += kBlock) out = list(mark(piece.bytes + at), at, out);
  if (at == piece.size) return out;
  std::array<uint8_t, kBlock> rest{};
  std::memcpy(rest.data(), piece.bytes + at, piece.size - at);
  return list(mark(rest.data()), at, out);
}

uint64_t MarkPlainly(const uint8_t* block) {
  uint64_t marks = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    if (block[i] == '"' || block[i] == '\\') marks |= uint64_t{1} << i;
  }
  return marks;
}

// Few blocks have more.
constexpr size_t kAtOnce = 8;

#ifdef PICKET_X86

__attribute__((target("avx2"))) uint64_t MarkAvx2(const uint8_t* block) {
  const auto half = [block](size_t at) __attribute__((target("avx2"))) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + at));
    const __m256i any = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
    return uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(any))};
  };
  return half(0) | half(kBlock / 2) << (kBlock / 2);
}

__attribute__((target("avx2,bmi,popcnt"), flatten)) uint32_t* ListAvx2(const Piece& piece) {
  return Walk(
      piece, [](const uint8_t* block) __attribute__((target("avx2"))) { return MarkAvx2(block); },
      &ListMarks<kAtOnce>);
}

__attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"), flatten)) uint32_t*
ListAvx512(const Piece& piece) {
  return Walk(
      piece, [](const uint8_t* block) __attribute__((target("avx512f,avx512bw"))) {
        const __m512i bytes = _mm512_loadu_si512(block);
        return uint64_t{_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')) |
                        _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'))};
      },
      [](uint64_t marks, size_t block, uint32_t * out)
          __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"))) {
            return ListMarksAvx512(marks, block, out);
          });
}

#endif

uint32_t* ListWith(Instructions with, const Piece& piece) {
#ifdef PICKET_X86
  if (with == Instructions::kAvx512) return ListAvx512(piece);
  if (with == Instructions::kAvx2) return ListAvx2(piece);
#else
  (void)with;
#endif
  return Walk(piece, &MarkPlainly, &ListMarks<kAtOnce>);
}

}  // namespace

void QuoteMarks::List(uint64_t begin) {
  const uint64_t size = std::min(kPiece, text_.size() - begin);
  uint32_t* const end = ListWith(with_, {text_.data() + begin, size, marks_.data()});
  *end = kNone;
  next_ = marks_.data();
  begin_ = begin;
  end_ = begin + size;
}

}  // namespace picket
