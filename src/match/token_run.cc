#include "match/token_run.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "core/x86.h"

namespace picket {
namespace {

constexpr unsigned kBlock = 64;

// Each kind of byte is a set of high halves and a set of low halves: the nibbles of a byte look up
// one table each, and a kind is present where both have its bit. The last kind has DEL in it, which
// no set of halves that has ^ _ ~ can leave out.
constexpr uint8_t kUpper = 1 | 2;
constexpr uint8_t kLower = 4 | 8;
constexpr uint8_t kDigit = 16;

struct Halves {
  std::array<uint8_t, 16> low{};
  std::array<uint8_t, 16> high{};
};

constexpr Halves MakeHalves() {
  struct Kind {
    uint8_t bit;
    uint16_t high;
    uint16_t low;
  };
  constexpr uint16_t kFromOne = 0xfffe;
  constexpr uint16_t kToTen = 0x07ff;
  constexpr Kind kKinds[] = {
      {1, 1 << 4, kFromOne},           // A-O
      {2, 1 << 5, kToTen},             // P-Z
      {4, 1 << 6, kFromOne},           // a-o
      {8, 1 << 7, kToTen},             // p-z
      {kDigit, 1 << 3, 0x03ff},        // 0-9
      {32, 1 << 2, 0xec2a},            // ! # % * + - . /
      {64, 1 << 3 | 1 << 4, 0x2401},   // : = @, and 0 J M again
      {128, 1 << 5 | 1 << 7, 0xc000},  // ^ _ ~ DEL
  };
  Halves halves;
  for (const Kind& kind : kKinds) {
    for (size_t i = 0; i < 16; ++i) {
      if ((kind.high >> i & 1) != 0) halves.high[i] |= kind.bit;
      if ((kind.low >> i & 1) != 0) halves.low[i] |= kind.bit;
    }
  }
  return halves;
}

constexpr Halves kHalves = MakeHalves();

constexpr uint8_t KindsOf(uint8_t byte) {
  if (byte >= 0x80) return 0;
  return kHalves.low[byte & 15] & kHalves.high[byte >> 4];
}

constexpr std::array<uint8_t, 256> MakeKinds() {
  std::array<uint8_t, 256> kinds{};
  for (size_t i = 0; i < 256; ++i) kinds[i] = KindsOf(static_cast<uint8_t>(i));
  return kinds;
}

constexpr std::array<uint8_t, 256> kKindsOf = MakeKinds();

constexpr std::array<bool, 256> MakeHexBytes() {
  std::array<bool, 256> hex{};
  for (char c : std::string_view("0123456789abcdefABCDEF-")) hex[static_cast<uint8_t>(c)] = true;
  return hex;
}

constexpr std::array<bool, 256> kHexBytes = MakeHexBytes();

// One bit for each byte of a block, the first byte's the lowest.
struct Masks {
  uint64_t token = 0;
  uint64_t digit = 0;
  uint64_t upper = 0;
  uint64_t lower = 0;
  uint64_t joint = 0;  // - and _
};

// From bit `from` up to but without bit `to`; `from` <= `to` <= 64.
uint64_t Bits(size_t from, size_t to) {
  const uint64_t below = to == kBlock ? ~uint64_t{0} : (uint64_t{1} << to) - 1;
  return from == kBlock ? 0 : below & ~((uint64_t{1} << from) - 1);
}

uint32_t PopCount(uint64_t mask) { return static_cast<uint32_t>(std::popcount(mask)); }

// Words of bitmaps that are worked on together; plain operators, of which the compiler makes what
// the processor has.
constexpr size_t kLanes = 8;
using Lanes [[gnu::vector_size(kLanes * sizeof(uint64_t))]] = uint64_t;

// A word for each block of a text, with an empty one before the first and some behind the last, so
// that all can be worked on by the lane.
struct Bitmaps {
  Bitmaps(std::vector<uint64_t>* space, size_t count)
      : blocks(count), lanes((count + kLanes - 1) / kLanes * kLanes) {
    const size_t size = 1 + lanes + kLanes;
    if (space->size() < 8 * size) space->resize(8 * size);
    uint64_t* next = space->data();
    for (uint64_t** words : {&token, &digit, &upper, &lower, &joint, &solid, &telling, &marks}) {
      *words = next + 1;
      next[0] = 0;
      std::fill(*words + count, next + size, 0);
      next += size;
    }
  }

  size_t blocks;
  size_t lanes;
  uint64_t* token = nullptr;
  uint64_t* digit = nullptr;
  uint64_t* upper = nullptr;
  uint64_t* lower = nullptr;
  // Where kSolidRun letters of one case begin.
  uint64_t* solid = nullptr;
  uint64_t* joint = nullptr;
  // Capitals that make a run mixed: behind a joint, or with another one behind them at once or
  // after a small letter.
  uint64_t* telling = nullptr;
  // Somewhere in every run that is reported, and in few others.
  uint64_t* marks = nullptr;
};

// Words with the word behind each. Functions change them in place, because vectors as parameters
// depend on the processor.
struct Ahead {
  explicit Ahead(const uint64_t* words) {
    std::memcpy(&now, words, sizeof(now));
    std::memcpy(&next, words + 1, sizeof(next));
  }

  // Keeps what begins a row of `to` bits, of what begins rows of `from`; powers of 2. As with the
  // others, `next` is wrong at its end.
  void KeepRows(unsigned from, unsigned to) {
    for (unsigned by = from; by < to; by *= 2) {
      now &= now >> by | next << (kBlock - by);
      next &= next >> by;
    }
  }
  // Sets the bits that have one of theirs less than `size` ahead.
  void Reach(unsigned size) {
    for (unsigned by = 1; by < size; by *= 2) {
      now |= now >> by | next << (kBlock - by);
      next |= next >> by;
    }
  }
  // Sets those that have one of theirs `by` ahead, and no others.
  void Move(unsigned by) { now = now >> by | next << (kBlock - by); }

  Lanes now;
  Lanes next;
};

// True for what is carried out of the last word.
bool FindTelling(const Bitmaps& maps, size_t at, bool carry) {
  // Adding a bit to a row of bits clears all from there to its end.
  for (size_t i = at; i < at + kLanes; ++i) {
    uint64_t sum = 0;
    const bool first = __builtin_add_overflow(maps.token[i], maps.joint[i], &sum);
    carry = __builtin_add_overflow(sum, uint64_t{carry}, &sum) || first;
    maps.telling[i] = ~sum;
  }
  Lanes behind_joint;
  std::memcpy(&behind_joint, maps.telling + at, sizeof(behind_joint));
  Ahead next(maps.upper + at);
  Ahead second = next;
  Ahead small(maps.lower + at);
  const Lanes capital = next.now;
  next.Move(1);
  second.Move(2);
  small.Move(1);
  const Lanes telling = capital & (next.now | (small.now & second.now) | behind_joint);
  std::memcpy(maps.telling + at, &telling, sizeof(telling));
  return carry;
}

// A run is marked where kShortestRun bytes of it begin with a digit among them, or kSolidRun bytes
// with a telling capital, or of letters of one case.
void FindMarks(const Bitmaps& maps, size_t at) {
  Ahead upper(maps.upper + at);
  Ahead lower(maps.lower + at);
  upper.KeepRows(1, kSolidRun);
  lower.KeepRows(1, kSolidRun);
  const Lanes solid = upper.now | lower.now;
  Ahead run(maps.token + at);
  Ahead digit(maps.digit + at);
  Ahead telling(maps.telling + at);
  digit.Reach(kShortestRun);
  telling.Reach(kSolidRun);
  run.KeepRows(1, kShortestRun);
  Lanes marks = run.now & digit.now;
  run.KeepRows(kShortestRun, kSolidRun);
  marks |= (run.now & telling.now) | solid;
  std::memcpy(maps.solid + at, &solid, sizeof(solid));
  std::memcpy(maps.marks + at, &marks, sizeof(marks));
}

// Sets what depends on more than one byte.
void Mark(const Bitmaps& maps) {
  bool carry = false;
  for (size_t at = 0; at < maps.lanes; at += kLanes) {
    carry = FindTelling(maps, at, carry);
    // Looks ahead.
    if (at != 0) FindMarks(maps, at - kLanes);
  }
  if (maps.lanes != 0) FindMarks(maps, maps.lanes - kLanes);
}

// The run with the byte `at` in it.
TokenRun RunAround(const Bitmaps& maps, size_t at) {
  size_t first = at / kBlock;
  size_t last = first;
  uint64_t gaps = ~maps.token[first] & Bits(0, at % kBlock);
  // Before the first block is none that has token bytes; a word of it has index -1.
  const uint64_t* word = maps.token + first;
  while (gaps == 0) gaps = ~*--word;
  const size_t begin = static_cast<size_t>(word - maps.token + 1) * kBlock -
                       static_cast<size_t>(std::countl_zero(gaps));
  gaps = ~maps.token[last] & Bits(at % kBlock, kBlock);
  while (gaps == 0) gaps = ~maps.token[++last];
  const size_t end = last * kBlock + static_cast<size_t>(std::countr_zero(gaps));
  TokenRun run{static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  bool telling = false;
  uint32_t upper = 0;
  uint32_t lower = 0;
  first = begin / kBlock;
  for (size_t i = first; i * kBlock < end; ++i) {
    const uint64_t mask =
        Bits(i == first ? begin % kBlock : 0, std::min<size_t>(kBlock, end - i * kBlock));
    run.digit = run.digit || (maps.digit[i] & mask) != 0;
    run.solid = run.solid || (maps.solid[i] & mask) != 0;
    telling = telling || (maps.telling[i] & mask) != 0;
    upper += PopCount(maps.upper[i] & mask);
    lower += PopCount(maps.lower[i] & mask);
  }
  run.mixed = telling && upper >= kMixedLetters && lower >= kMixedLetters;
  return run;
}

// Two passes: which blocks hold a run that is wanted can't be predicted, so that the first, over
// all of them, asks no question; it takes two thirds of the time.
void Report(const Bitmaps& maps, std::vector<TokenRun>* runs) {
  size_t done = 0;
  for (size_t i = 0; i < maps.blocks; ++i) {
    const size_t base = i * kBlock;
    uint64_t marks = maps.marks[i];
    while (true) {
      if (done > base) marks &= ~Bits(0, std::min<size_t>(kBlock, done - base));
      if (marks == 0) break;
      const TokenRun run = RunAround(maps, base + static_cast<size_t>(std::countr_zero(marks)));
      if (run.digit || run.solid || run.mixed) runs->push_back(run);
      done = run.end;
    }
  }
}

Masks ClassifyPlainly(const uint8_t* block) {
  Masks masks;
  for (size_t i = 0; i < kBlock; ++i) {
    const uint8_t kinds = kKindsOf[block[i]];
    const uint64_t bit = uint64_t{1} << i;
    if (kinds != 0) masks.token |= bit;
    if ((kinds & kDigit) != 0) masks.digit |= bit;
    if ((kinds & kUpper) != 0) masks.upper |= bit;
    if ((kinds & kLower) != 0) masks.lower |= bit;
    if (block[i] == '-' || block[i] == '_') masks.joint |= bit;
  }
  return masks;
}

template <typename Classify>
[[gnu::always_inline]] inline void Find(Bytes text, std::vector<uint64_t>* space,
                                        std::vector<TokenRun>* runs, Classify classify) {
  runs->clear();
  const Bitmaps maps(space, (text.size() + kBlock - 1) / kBlock);
  const auto take = [&maps](size_t block, const Masks& masks) {
    maps.token[block] = masks.token;
    maps.digit[block] = masks.digit;
    maps.upper[block] = masks.upper;
    maps.lower[block] = masks.lower;
    maps.joint[block] = masks.joint;
  };
  const size_t whole = text.size() / kBlock;
  for (size_t block = 0; block < whole; ++block) {
    take(block, classify(text.data() + block * kBlock));
  }
  if (whole < maps.blocks) {
    std::array<uint8_t, kBlock> rest{};
    std::memcpy(rest.data(), text.data() + whole * kBlock, text.size() - whole * kBlock);
    take(whole, classify(rest.data()));
  }
  Mark(maps);
  Report(maps, runs);
}

using Space = std::vector<uint64_t>;

void FindPlainly(Bytes text, Space* space, std::vector<TokenRun>* runs) {
  Find(text, space, runs, &ClassifyPlainly);
}

#ifdef PICKET_X86

// The bit of each kind is shifted to where movemask looks, which is each byte's highest.
__attribute__((target("avx2"))) Masks ClassifyAvx2(const uint8_t* block) {
  const __m256i low = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(kHalves.low.data())));
  const __m256i high = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(kHalves.high.data())));
  Masks masks;
  for (int half = 0; half < 2; ++half) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + 32 * half));
    const __m256i nibbles = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i kinds =
        _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, nibbles));
    const auto mask = [half](__m256i set) __attribute__((target("avx2"))) {
      return uint64_t{static_cast<uint32_t>(_mm256_movemask_epi8(set))} << (32 * half);
    };
    masks.token |= mask(_mm256_cmpeq_epi8(kinds, _mm256_setzero_si256()));
    masks.digit |= mask(_mm256_slli_epi16(kinds, 3));
    masks.upper |= mask(_mm256_or_si256(_mm256_slli_epi16(kinds, 7), _mm256_slli_epi16(kinds, 6)));
    masks.lower |= mask(_mm256_or_si256(_mm256_slli_epi16(kinds, 5), _mm256_slli_epi16(kinds, 4)));
    masks.joint |= mask(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('-')),
                                        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('_'))));
  }
  masks.token = ~masks.token;
  return masks;
}

__attribute__((target("avx2,bmi,popcnt"), flatten)) void FindAvx2(Bytes text, Space* space,
                                                                  std::vector<TokenRun>* runs) {
  Find(
      text, space, runs,
      [](const uint8_t* block) __attribute__((target("avx2"))) { return ClassifyAvx2(block); });
}

// One look-up in place of two, and a mask for each kind at once.
struct Kinds128 {
  static constexpr uint8_t kDigitBit = 1;
  static constexpr uint8_t kUpperBit = 2;
  static constexpr uint8_t kLowerBit = 4;
  static constexpr uint8_t kJointBit = 8;
  static constexpr uint8_t kOtherBit = 16;

  constexpr Kinds128() {
    for (uint8_t byte = 0; byte < 128; ++byte) {
      const uint8_t kinds = KindsOf(byte);
      if (kinds == 0) continue;
      of[byte] = (kinds & kDigit) != 0        ? kDigitBit
                 : (kinds & kUpper) != 0      ? kUpperBit
                 : (kinds & kLower) != 0      ? kLowerBit
                 : byte == '-' || byte == '_' ? kJointBit
                                              : kOtherBit;
    }
  }

  std::array<uint8_t, 128> of{};
};

constexpr Kinds128 kKinds128;

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))) Masks ClassifyAvx512(
    const uint8_t* block) {
  const __m512i bytes = _mm512_loadu_si512(block);
  const __mmask64 ascii = ~_mm512_movepi8_mask(bytes);
  const __m512i kinds =
      _mm512_maskz_permutex2var_epi8(ascii, _mm512_loadu_si512(kKinds128.of.data()), bytes,
                                     _mm512_loadu_si512(kKinds128.of.data() + kBlock));
  const auto mask = [kinds](uint8_t bits)
      __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))) {
    return uint64_t{_mm512_test_epi8_mask(kinds, _mm512_set1_epi8(static_cast<char>(bits)))};
  };
  Masks masks;
  masks.token = mask(0xff);
  masks.digit = mask(Kinds128::kDigitBit);
  masks.upper = mask(Kinds128::kUpperBit);
  masks.lower = mask(Kinds128::kLowerBit);
  masks.joint = mask(Kinds128::kJointBit);
  return masks;
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,bmi,popcnt"), flatten)) void FindAvx512(
    Bytes text, Space* space, std::vector<TokenRun>* runs) {
  Find(
      text, space, runs,
      [](const uint8_t* block) __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))) {
        return ClassifyAvx512(block);
      });
}

// Hyperscan needs SSSE3 anyway.
__attribute__((target("ssse3"))) Masks ClassifySsse3(const uint8_t* block) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kHalves.low.data()));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kHalves.high.data()));
  Masks masks;
  for (int quarter = 0; quarter < 4; ++quarter) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * quarter));
    const __m128i nibbles = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
    const __m128i kinds =
        _mm_and_si128(_mm_shuffle_epi8(low, bytes), _mm_shuffle_epi8(high, nibbles));
    const auto mask = [quarter](__m128i set) __attribute__((target("ssse3"))) {
      return uint64_t{static_cast<uint16_t>(_mm_movemask_epi8(set))} << (16 * quarter);
    };
    masks.token |= mask(_mm_cmpeq_epi8(kinds, _mm_setzero_si128()));
    masks.digit |= mask(_mm_slli_epi16(kinds, 3));
    masks.upper |= mask(_mm_or_si128(_mm_slli_epi16(kinds, 7), _mm_slli_epi16(kinds, 6)));
    masks.lower |= mask(_mm_or_si128(_mm_slli_epi16(kinds, 5), _mm_slli_epi16(kinds, 4)));
    masks.joint |= mask(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_'))));
  }
  masks.token = ~masks.token;
  return masks;
}

__attribute__((target("ssse3"), flatten)) void FindSsse3(Bytes text, Space* space,
                                                         std::vector<TokenRun>* runs) {
  Find(
      text, space, runs,
      [](const uint8_t* block) __attribute__((target("ssse3"))) { return ClassifySsse3(block); });
}

#endif

}  // namespace

bool IsTokenByte(uint8_t byte) { return kKindsOf[byte] != 0; }

bool IsHexByte(uint8_t byte) { return kHexBytes[byte]; }

// Looks at every kHexRun-th byte first, and around it only where that is one.
bool HasHexRun(Bytes text) {
  for (size_t probe = kHexRun - 1; probe < text.size(); probe += kHexRun) {
    if (!IsHexByte(text[probe])) continue;
    size_t begin = probe;
    while (begin > 0 && IsHexByte(text[begin - 1])) --begin;
    size_t end = probe + 1;
    while (end < text.size() && end - begin < kHexRun && IsHexByte(text[end])) ++end;
    if (end - begin >= kHexRun) return true;
  }
  return false;
}

void TokenRunFinder::Find(Bytes text, std::vector<TokenRun>* runs) {
  switch (with_) {
#ifdef PICKET_X86
    case Instructions::kAvx512: return FindAvx512(text, &space_, runs);
    case Instructions::kAvx2: return FindAvx2(text, &space_, runs);
    case Instructions::kSsse3: return FindSsse3(text, &space_, runs);
#endif
    default: return FindPlainly(text, &space_, runs);
  }
}

}  // namespace picket
