#include "match/split_word.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#define PICKET_X86 1
#endif

namespace picket {
namespace {

constexpr size_t kBlock = 64;

constexpr uint8_t kWord = 1;
constexpr uint8_t kQuote = 2;
constexpr uint8_t kBackslash = 4;
constexpr uint8_t kEquals = 8;
constexpr uint8_t kLineEnd = 16;
constexpr uint8_t kLetter = 32;  // or digit
constexpr uint8_t kLayout = 64;  // a blank, + & ~ . <

struct Kinds {
  constexpr Kinds() {
    for (char c : std::string_view("+-./:@_")) Mark(c, kWord);
    for (char c : std::string_view("\"'`")) Mark(c, kQuote);
    Mark('\\', kBackslash);
    Mark('=', kEquals);
    for (char c : std::string_view("\r\n")) Mark(c, kLineEnd);
    for (char c : std::string_view(" \t+&~.<")) Mark(c, kLayout);
    for (char c = '0'; c <= '9'; ++c) Mark(c, kWord | kLetter);
    for (char c = 'A'; c <= 'Z'; ++c) Mark(c, kWord | kLetter);
    for (char c = 'a'; c <= 'z'; ++c) Mark(c, kWord | kLetter);
  }
  constexpr void Mark(char c, uint8_t kinds) { of[static_cast<uint8_t>(c)] |= kinds; }

  std::array<uint8_t, 256> of{};
};

constexpr Kinds kKinds;

uint8_t KindsAt(Bytes text, size_t at) { return at < text.size() ? kKinds.of[text[at]] : 0; }

bool MayJoin(Bytes text, size_t at) {
  const uint8_t kind = kKinds.of[text[at]];
  const uint8_t next = KindsAt(text, at + 1);
  if ((kind & kEquals) != 0) return (next & kLineEnd) != 0;
  if ((kind & kBackslash) != 0) return (next & (kBackslash | kQuote | kLineEnd)) != 0;
  if ((kind & kQuote) == 0) return false;
  if ((next & kLetter) == 0) return (next & (kLayout | kLineEnd | kBackslash | kQuote)) != 0;
  const uint8_t second = KindsAt(text, at + 2);
  if ((second & (kQuote | kBackslash)) != 0) return true;
  return (second & kLetter) != 0 && (KindsAt(text, at + 3) & (kQuote | kBackslash)) != 0;
}

void Take(Bytes text, size_t at, std::vector<Landmark>* found) {
  if (!MayJoin(text, at)) return;
  const size_t floor = at - std::min<size_t>(at, kLongestSplitWord);
  size_t begin = at;
  while (begin > floor && IsSplitWordByte(text[begin - 1])) --begin;
  if (at - begin < kShortestSplitWord) return;
  found->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(at)});
}

void FindPlainly(Bytes text, size_t from, std::vector<Landmark>* found) {
  for (size_t at = from; at < text.size(); ++at) {
    if ((kKinds.of[text[at]] & (kQuote | kBackslash | kEquals)) != 0) Take(text, at, found);
  }
}

#ifdef PICKET_X86

// A byte and the one behind it may make a joint where their bits have one in common. These are more
// than MayJoin has: of a quote and a letter no more is asked.
struct Pairs {
  static constexpr uint8_t kWordBit = 8;

  constexpr Pairs() {
    for (size_t byte = 0; byte < first.size(); ++byte) {
      const uint8_t kinds = kKinds.of[byte];
      if ((kinds & kQuote) != 0) first[byte] |= 1;
      if ((kinds & kBackslash) != 0) first[byte] |= 2;
      if ((kinds & kEquals) != 0) first[byte] |= 4;
      if ((kinds & kWord) != 0) first[byte] |= kWordBit;
      if ((kinds & (kLayout | kLetter | kLineEnd | kBackslash | kQuote)) != 0) second[byte] |= 1;
      if ((kinds & (kLineEnd | kBackslash | kQuote)) != 0) second[byte] |= 2;
      if ((kinds & kLineEnd) != 0) second[byte] |= 4;
    }
  }

  std::array<uint8_t, 128> first{};
  std::array<uint8_t, 128> second{};
};

constexpr Pairs kPairs;

// A byte above 127 is taken for the one 128 below; what is marked is looked at again.
__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi"))) void FindAvx512(
    Bytes text, std::vector<Landmark>* found) {
  const __m512i first_low = _mm512_loadu_si512(kPairs.first.data());
  const __m512i first_high = _mm512_loadu_si512(kPairs.first.data() + kBlock);
  const __m512i second_low = _mm512_loadu_si512(kPairs.second.data());
  const __m512i second_high = _mm512_loadu_si512(kPairs.second.data() + kBlock);
  uint64_t before = 0;  // the word bytes of the block before
  size_t at = 0;
  for (; at + kBlock < text.size(); at += kBlock) {
    const uint8_t* block = text.data() + at;
    const __m512i first =
        _mm512_permutex2var_epi8(first_low, _mm512_loadu_si512(block), first_high);
    const __m512i second =
        _mm512_permutex2var_epi8(second_low, _mm512_loadu_si512(block + 1), second_high);
    const uint64_t word = _mm512_test_epi8_mask(first, _mm512_set1_epi8(Pairs::kWordBit));
    uint64_t marks = _mm512_test_epi8_mask(first, second);
    for (unsigned back = 1; back <= kShortestSplitWord; ++back) {
      marks &= word << back | before >> (kBlock - back);
    }
    before = word;
    for (; marks != 0; marks &= marks - 1) {
      Take(text, at + static_cast<size_t>(std::countr_zero(marks)), found);
    }
  }
  FindPlainly(text, at, found);
}

__attribute__((target("avx2,bmi"))) void FindAvx2(Bytes text, std::vector<Landmark>* found) {
  constexpr size_t kHalf = 32;
  size_t at = 0;
  for (; at + kHalf <= text.size(); at += kHalf) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
    __m256i any = _mm256_setzero_si256();
    for (char c : std::string_view("\"'`\\=")) {
      any = _mm256_or_si256(any, _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c)));
    }
    for (auto marks = static_cast<uint32_t>(_mm256_movemask_epi8(any)); marks != 0;
         marks &= marks - 1) {
      Take(text, at + static_cast<size_t>(std::countr_zero(marks)), found);
    }
  }
  FindPlainly(text, at, found);
}

#endif

}  // namespace

bool IsSplitWordByte(uint8_t byte) { return (kKinds.of[byte] & kWord) != 0; }

bool IsInSplitWord(Bytes text, uint64_t begin, uint64_t end) {
  const uint64_t last = std::min<uint64_t>(text.size(), begin + kLongestSplitWord + 1);
  while (end < last && IsSplitWordByte(text[end])) ++end;
  return end < last && MayJoin(text, end);
}

void FindSplitWords(Bytes text, std::vector<Landmark>* found, Instructions with) {
  found->clear();
#ifdef PICKET_X86
  if (with == Instructions::kAvx512) return FindAvx512(text, found);
  if (with == Instructions::kAvx2) return FindAvx2(text, found);
#else
  (void)with;
#endif
  FindPlainly(text, 0, found);
}

}  // namespace picket
