#include "match/split_word.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "core/mark_list.h"
#include "core/x86.h"

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

// Of a byte and the three behind it. Which do can't be predicted, so that nothing branches.
bool MayJoin(uint8_t kind, uint8_t next, uint8_t second, uint8_t third) {
  constexpr uint8_t kEnd = kQuote | kBackslash;
  const auto has = [](uint8_t byte, unsigned kinds) { return unsigned{(byte & kinds) != 0}; };
  const unsigned word =
      has(next, kLetter) & (has(second, kEnd) | (has(second, kLetter) & has(third, kEnd)));
  const unsigned other = has(next, kLayout | kLineEnd | kEnd) & ~has(next, kLetter);
  return ((has(kind, kQuote) & (word | other)) |
          (has(kind, kBackslash) & has(next, kEnd | kLineEnd)) |
          (has(kind, kEquals) & has(next, kLineEnd))) != 0;
}

bool MayJoin(Bytes text, size_t at) {
  return MayJoin(KindsAt(text, at), KindsAt(text, at + 1), KindsAt(text, at + 2),
                 KindsAt(text, at + 3));
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

// How many word bytes stand before bit `at`, up to 64, by the mask of its block and of the one
// before.
uint32_t WordBefore(uint64_t before, uint64_t word, size_t at) {
  const uint64_t last = at == 0 ? before : word << (kBlock - at) | before >> at;
  return static_cast<uint32_t>(std::countl_one(last));
}

// A byte above 127 may be taken for the one 128 below; what is marked is looked at again, by the
// stride of blocks, because neither how many are marked nor which of them count can be predicted.
__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,lzcnt,popcnt"))) void FindAvx512(
    Bytes text, std::vector<Landmark>* found) {
  constexpr size_t kStride = 64;
  constexpr size_t kAtOnce = 2;
  const __m512i first_low = _mm512_loadu_si512(kPairs.first.data());
  const __m512i first_high = _mm512_loadu_si512(kPairs.first.data() + kBlock);
  const __m512i second_low = _mm512_loadu_si512(kPairs.second.data());
  const __m512i second_high = _mm512_loadu_si512(kPairs.second.data() + kBlock);
  const size_t blocks =
      text.size() < kBehindSplitWord ? 0 : (text.size() - kBehindSplitWord) / kBlock;
  // The word bytes of each block, and of the one before the first.
  std::array<uint64_t, 1 + kStride> words{};
  std::array<uint32_t, kStride * kBlock + kAtOnce> marked;
  std::array<Landmark, kBlock> taken;
  for (size_t from = 0; from < blocks; from += kStride) {
    const size_t count = std::min(kStride, blocks - from);
    const uint8_t* stride = text.data() + from * kBlock;
    uint32_t* end = marked.data();
    for (size_t i = 0; i < count; ++i) {
      const uint8_t* block = stride + i * kBlock;
      const __m512i bytes = _mm512_loadu_si512(block);
      const __m512i first = _mm512_permutex2var_epi8(first_low, bytes, first_high);
      const __m512i second =
          _mm512_permutex2var_epi8(second_low, _mm512_loadu_si512(block + 1), second_high);
      const uint64_t word = _mm512_test_epi8_mask(first, _mm512_set1_epi8(Pairs::kWordBit)) &
                            ~_mm512_movepi8_mask(bytes);
      uint64_t marks = _mm512_test_epi8_mask(first, second);
      for (unsigned back = 1; back <= kShortestSplitWord; ++back) {
        marks &= word << back | words[i] >> (kBlock - back);
      }
      words[i + 1] = word;
      end = ListMarks<kAtOnce>(marks, i * kBlock, end);
    }
    size_t kept = 0;
    for (const uint32_t* mark = marked.data(); mark != end; ++mark) {
      const size_t i = *mark / kBlock;
      const size_t at = from * kBlock + *mark;
      uint32_t length = WordBefore(words[i], words[i + 1], *mark % kBlock);
      if (length == kBlock) {
        const size_t most = std::min<size_t>(at, kLongestSplitWord);
        while (length < most && IsSplitWordByte(text[at - length - 1])) ++length;
      }
      const auto kind = [&](size_t ahead) { return kKinds.of[text[at + ahead]]; };
      taken[kept] = {static_cast<uint32_t>(at) - length, static_cast<uint32_t>(at)};
      kept += MayJoin(kind(0), kind(1), kind(2), kind(3)) ? 1u : 0u;
      if (kept < taken.size()) continue;
      found->insert(found->end(), taken.begin(), taken.end());
      kept = 0;
    }
    found->insert(found->end(), taken.begin(), taken.begin() + kept);
    words[0] = words[count];
  }
  FindPlainly(text, blocks * kBlock, found);
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
