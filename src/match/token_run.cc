#include "match/token_run.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#define PICKET_X86 1
#endif

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

// One bit for each byte of a block, the first byte's the lowest.
struct Masks {
  uint64_t token = 0;
  uint64_t digit = 0;
  uint64_t upper = 0;
  uint64_t lower = 0;
};

// From bit `from` up to but without bit `to`; `from` <= `to` <= 64.
uint64_t Bits(unsigned from, unsigned to) {
  const uint64_t below = to == 64 ? ~uint64_t{0} : (uint64_t{1} << to) - 1;
  return from == 64 ? 0 : below & ~((uint64_t{1} << from) - 1);
}

unsigned PopCount(uint64_t mask) { return static_cast<unsigned>(std::popcount(mask)); }

// Where the next 15 bits are set too.
uint64_t Sixteens(uint64_t mask) {
  mask &= mask >> 1;
  mask &= mask >> 2;
  mask &= mask >> 4;
  return mask & mask >> 8;
}

// Takes blocks in order and reports runs; a run that reaches a block's end stays open. Most of
// those turn out too short, so that no more is kept of a run's first block than the block.
class RunBuilder {
 public:
  explicit RunBuilder(std::vector<TokenRun>* runs) : runs_(runs) {}

  void Take(uint32_t base, const Masks& block) {
    uint64_t inner = block.token;
    if (open_) {
      if (inner == ~uint64_t{0}) {
        Count(block, 0, kBlock);
        return;
      }
      Close(base, block);
      inner &= inner + 1;
    }
    if (inner >> (kBlock - 1) != 0) {
      const auto last = static_cast<unsigned>(std::countl_one(inner));
      open_ = true;
      counted_ = false;
      begin_ = base + kBlock - last;
      first_ = block;
      inner &= Bits(0, kBlock - last);
    }
    TakeInner(base, block, inner);
  }

  void Finish(uint32_t end) {
    if (open_) Close(end, Masks());
  }

 private:
  // How many letters of one case stand at the end of what was counted.
  struct Streak {
    unsigned letters = 0;

    // True when it grows to a solid run in a block's bytes from `from` to `to`.
    bool Extend(uint64_t mask, unsigned from, unsigned to) {
      mask &= Bits(from, to);
      const auto first = static_cast<unsigned>(std::countr_one(mask >> from));
      const bool solid = letters + first >= kSolidRun || Sixteens(mask) != 0;
      const auto behind = static_cast<unsigned>(std::countl_one(mask << (kBlock - to)));
      letters = first == to - from ? letters + first : behind;
      return solid;
    }
  };

  // The open run has the block's bytes from `from` to `to`, at least one.
  void Add(const Masks& block, unsigned from, unsigned to) {
    const uint64_t mask = Bits(from, to);
    run_.digit = run_.digit || (block.digit & mask) != 0;
    upper_ += PopCount(block.upper & mask);
    lower_ += PopCount(block.lower & mask);
    const bool upper = upper_streak_.Extend(block.upper, from, to);
    const bool lower = lower_streak_.Extend(block.lower, from, to);
    run_.solid = run_.solid || upper || lower;
  }

  void Count(const Masks& block, unsigned from, unsigned to) {
    if (!counted_) {
      counted_ = true;
      run_ = {};
      upper_ = lower_ = 0;
      upper_streak_ = lower_streak_ = {};
      Add(first_, begin_ % kBlock, kBlock);
    }
    if (from < to) Add(block, from, to);
  }

  // The open run ends in this block.
  void Close(uint32_t base, const Masks& block) {
    open_ = false;
    const auto ones = static_cast<unsigned>(std::countr_one(block.token));
    const uint32_t size = base + ones - begin_;
    if (size < kShortestRun) return;
    const bool digit = ((first_.digit >> begin_ % kBlock) | (block.digit & Bits(0, ones))) != 0;
    if (!digit && size < kSolidRun) return;
    Count(block, 0, ones);
    run_.begin = begin_;
    run_.end = base + ones;
    run_.mixed = IsMixed(upper_, lower_);
    Report(run_);
  }

  static bool IsMixed(unsigned upper, unsigned lower) {
    return upper >= kMixedLetters && lower >= kMixedLetters;
  }

  void Report(const TokenRun& run) {
    const bool wanted = run.digit ? run.size() >= kShortestRun
                                  : run.size() >= kSolidRun && (run.mixed || run.solid);
    if (wanted) runs_->push_back(run);
  }

  // The runs of `inner`, which begin and end in this block.
  void TakeInner(uint32_t base, const Masks& block, uint64_t inner) {
    uint64_t sixteens = Sixteens(inner);
    // Adding a digit's bit carries through the rest of its run to the first bit behind it.
    uint64_t ends = (inner + (block.digit & inner)) & ~inner;
    if ((sixteens | ends) == 0) return;
    const size_t first = runs_->size();
    for (; ends != 0; ends &= ends - 1) {
      const auto end = static_cast<unsigned>(std::countr_zero(ends));
      const auto begin = static_cast<unsigned>(64 - std::countl_zero(~inner & Bits(0, end)));
      sixteens &= ~Bits(begin, end);
      Report({base + begin, base + end, true, false, false});
    }
    const size_t middle = runs_->size();
    while (sixteens != 0) {
      const auto begin = static_cast<unsigned>(std::countr_zero(sixteens));
      const auto end = begin + static_cast<unsigned>(std::countr_one(inner >> begin));
      const uint64_t mask = Bits(begin, end);
      sixteens &= ~mask;
      Report({base + begin, base + end, false,
              IsMixed(PopCount(block.upper & mask), PopCount(block.lower & mask)),
              (Sixteens(block.upper & mask) | Sixteens(block.lower & mask)) != 0});
    }
    if (first != middle && middle != runs_->size()) Merge(first, middle);
  }

  void Merge(size_t first, size_t middle) {
    const auto at = [this](size_t i) { return runs_->begin() + static_cast<std::ptrdiff_t>(i); };
    std::inplace_merge(at(first), at(middle), runs_->end(),
                       [](const TokenRun& a, const TokenRun& b) { return a.begin < b.begin; });
  }

  std::vector<TokenRun>* runs_;
  bool open_ = false;
  uint32_t begin_ = 0;
  Masks first_;  // of the block that the open run begins in
  // Whether what follows counts the open run so far.
  bool counted_ = false;
  TokenRun run_;
  unsigned upper_ = 0;
  unsigned lower_ = 0;
  Streak upper_streak_;
  Streak lower_streak_;
};

Masks ClassifyPlainly(const uint8_t* block) {
  Masks masks;
  for (size_t i = 0; i < kBlock; ++i) {
    const uint8_t kinds = kKindsOf[block[i]];
    const uint64_t bit = uint64_t{1} << i;
    if (kinds != 0) masks.token |= bit;
    if ((kinds & kDigit) != 0) masks.digit |= bit;
    if ((kinds & kUpper) != 0) masks.upper |= bit;
    if ((kinds & kLower) != 0) masks.lower |= bit;
  }
  return masks;
}

template <typename Classify>
[[gnu::always_inline]] inline void Walk(Bytes text, std::vector<TokenRun>* runs,
                                        Classify classify) {
  runs->clear();
  RunBuilder builder(runs);
  const size_t whole = text.size() / kBlock * kBlock;
  for (size_t at = 0; at < whole; at += kBlock) {
    builder.Take(static_cast<uint32_t>(at), classify(text.data() + at));
  }
  if (whole < text.size()) {
    std::array<uint8_t, kBlock> rest{};
    std::memcpy(rest.data(), text.data() + whole, text.size() - whole);
    builder.Take(static_cast<uint32_t>(whole), classify(rest.data()));
  }
  builder.Finish(static_cast<uint32_t>(text.size()));
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
  }
  masks.token = ~masks.token;
  return masks;
}

__attribute__((target("avx2,bmi,lzcnt,popcnt"), flatten)) void WalkAvx2(
    Bytes text, std::vector<TokenRun>* runs) {
  Walk(
      text, runs,
      [](const uint8_t* block) __attribute__((target("avx2"))) { return ClassifyAvx2(block); });
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
  }
  masks.token = ~masks.token;
  return masks;
}

__attribute__((target("ssse3"), flatten)) void WalkSsse3(Bytes text, std::vector<TokenRun>* runs) {
  Walk(
      text, runs,
      [](const uint8_t* block) __attribute__((target("ssse3"))) { return ClassifySsse3(block); });
}

#endif

using Finder = void (*)(Bytes, std::vector<TokenRun>*);

Finder ChooseFinder() {
#ifdef PICKET_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("popcnt")) {
    return &WalkAvx2;
  }
  if (__builtin_cpu_supports("ssse3")) return &WalkSsse3;
#endif
  return &FindTokenRunsPlainly;
}

}  // namespace

bool IsTokenByte(uint8_t byte) { return kKindsOf[byte] != 0; }

void FindTokenRuns(Bytes text, std::vector<TokenRun>* runs) {
  static const Finder kFinder = ChooseFinder();
  kFinder(text, runs);
}

void FindTokenRunsPlainly(Bytes text, std::vector<TokenRun>* runs) {
  Walk(text, runs, &ClassifyPlainly);
}

}  // namespace picket
