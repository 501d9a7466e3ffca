#include "match/text_signs.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "core/x86.h"

namespace picket {
namespace {

// Bits of a byte that begins an escape; the byte behind it has the same one.
constexpr uint8_t kPercent = 1;
constexpr uint8_t kAmpersand = 2;
constexpr uint8_t kBackslash = 4;
constexpr uint8_t kEscape = kPercent | kAmpersand | kBackslash;
constexpr uint8_t kAtSign = 8;

struct Kinds {
  constexpr Kinds() {
    first['%'] = kPercent;
    first['&'] = kAmpersand;
    first['\\'] = kBackslash;
    first['@'] = kAtSign;
    for (uint8_t c = '2'; c <= '7'; ++c) second[c] = kPercent;
    second['#'] = kAmpersand;
    for (char c : std::string_view("/xu")) second[static_cast<uint8_t>(c)] = kBackslash;
  }

  std::array<uint8_t, 256> first{};
  std::array<uint8_t, 256> second{};
};

constexpr Kinds kKinds;

bool IsHex(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsHighDigit(uint8_t c) { return c >= '2' && c <= '7'; }

// `text` begins with a byte of such a bit, and what may follow it.
bool IsEscape(Bytes text) {
  const auto at = [text](size_t i) -> uint8_t { return i < text.size() ? text[i] : 0; };
  if (text[0] == '%') return IsHex(at(2));
  if (text[0] == '&') return at(2) == 'x' || (at(2) >= '0' && at(2) <= '9');
  if (at(1) == 'x') return IsHighDigit(at(2));
  if (at(1) == 'u') {
    return (at(2) == '0' && at(3) == '0' && IsHighDigit(at(4))) ||
           (at(2) == '{' && IsHighDigit(at(3)) && IsHex(at(4)));
  }
  return true;
}

struct Walk {
  Bytes text;
  uint64_t escapes_from;
  TextSigns* signs;
  uint8_t seen = 0;

  void TakeEscape(size_t at) {
    const uint8_t kind = kKinds.first[text[at]];
    if ((seen & kind) != 0 || at < escapes_from || !IsEscape(text.subspan(at))) return;
    seen |= kind;
    signs->escapes.push_back(static_cast<uint32_t>(at));
  }

  void TakePlainly(size_t at) {
    const uint8_t kind = kKinds.first[text[at]];
    if (kind == kAtSign) signs->at_signs.push_back(static_cast<uint32_t>(at));
    const bool may_escape =
        at + 1 < text.size() && (kind & kKinds.second[text[at + 1]] & kEscape) != 0;
    if (may_escape) TakeEscape(at);
  }

  void TakePlainlyFrom(size_t at) {
    for (; at < text.size(); ++at) {
      if (text[at] == 0) signs->nul = true;
      TakePlainly(at);
    }
  }
};

#ifdef PICKET_X86

// A byte above 127 is taken for the one 128 below.
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) inline __m512i LookUp(
    const std::array<uint8_t, 256>& kinds, __m512i block) {
  return _mm512_permutex2var_epi8(_mm512_loadu_si512(kinds.data()), block,
                                  _mm512_loadu_si512(kinds.data() + 64));
}

// Each byte that is marked is looked at again. One byte behind the block is read.
__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi"), always_inline)) inline void TakeBlock(
    const uint8_t* block, size_t at, Walk& walk) {
  const __m512i first = LookUp(kKinds.first, _mm512_loadu_si512(block));
  const __m512i second = LookUp(kKinds.second, _mm512_loadu_si512(block + 1));
  uint64_t marks = _mm512_test_epi8_mask(first, _mm512_or_si512(second, _mm512_set1_epi8(kAtSign)));
  for (; marks != 0; marks &= marks - 1) {
    walk.TakePlainly(at + static_cast<size_t>(std::countr_zero(marks)));
  }
}

__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi"))) void FindAvx512(Walk& walk) {
  constexpr size_t kBlock = 64;
  __mmask64 nuls = 0;
  const uint8_t* bytes = walk.text.data();
  const size_t size = walk.text.size();
  size_t at = 0;
  for (; at + kBlock < size; at += kBlock) {
    const __m512i block = _mm512_loadu_si512(bytes + at);
    nuls |= _mm512_testn_epi8_mask(block, block);
    TakeBlock(bytes + at, at, walk);
  }
  // What is left is copied, with zeros behind.
  std::array<uint8_t, kBlock + 1> rest{};
  std::copy(bytes + at, bytes + size, rest.begin());
  walk.signs->nul = nuls != 0 || std::find(bytes + at, bytes + size, 0) != bytes + size;
  TakeBlock(rest.data(), at, walk);
}

__attribute__((target("avx2,bmi"))) void FindAvx2(Walk& walk) {
  constexpr size_t kBlock = 32;
  const uint8_t* bytes = walk.text.data();
  size_t at = 0;
  for (; at + kBlock <= walk.text.size(); at += kBlock) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + at));
    const __m256i nul = _mm256_cmpeq_epi8(block, _mm256_setzero_si256());
    if (_mm256_movemask_epi8(nul) != 0) walk.signs->nul = true;
    __m256i any = _mm256_setzero_si256();
    for (char c : std::string_view("@%&\\")) {
      any = _mm256_or_si256(any, _mm256_cmpeq_epi8(block, _mm256_set1_epi8(c)));
    }
    for (auto marks = static_cast<uint32_t>(_mm256_movemask_epi8(any)); marks != 0;
         marks &= marks - 1) {
      walk.TakePlainly(at + static_cast<size_t>(std::countr_zero(marks)));
    }
  }
  walk.TakePlainlyFrom(at);
}

#endif

}  // namespace

void FindSigns(Bytes text, uint64_t escapes_from, TextSigns* signs, Instructions with) {
  signs->nul = false;
  signs->at_signs.clear();
  signs->escapes.clear();
  Walk walk{text, escapes_from, signs};
#ifdef PICKET_X86
  if (with == Instructions::kAvx512) return FindAvx512(walk);
  if (with == Instructions::kAvx2) return FindAvx2(walk);
#else
  (void)with;
#endif
  walk.TakePlainlyFrom(0);
}

}  // namespace picket
