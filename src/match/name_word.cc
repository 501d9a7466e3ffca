#include "match/name_word.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#define PICKET_X86 1
#endif

namespace picket {
namespace {

// Those that stand eight apart are looked for together, so that they should be as long, and not be
// other words when they are mixed.
constexpr std::array<std::string_view, 14> kNames = {
    "api",    "pat", "auth", "bearer", "default", "login", "pass",
    "secret", "key", "pwd",  "cred",   "token",   "value", "private"};

constexpr std::string_view kPat = "pat";

// What goes on with such a letter is path or pattern.
bool GoesOnFromPat(uint8_t behind) {
  return std::string_view("cehitCEHIT").find(static_cast<char>(behind)) != std::string_view::npos;
}

constexpr uint8_t Fold(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

struct NameLists {
  std::vector<Landmark>* names;
  std::vector<Landmark>* passwords;

  // Of a piece of the text that starts at `base`.
  void Add(Bytes piece, uint64_t base, size_t at, uint32_t length) const {
    const auto begin = static_cast<uint32_t>(base + at);
    const Landmark name{begin, begin + length};
    names->push_back(name);
    if (IsPasswordName(piece[at], piece[at + 1], piece[at + 2])) passwords->push_back(name);
  }
};

void WalkPlainly(Bytes text, const NameLists& lists) {
  for (size_t at = 0; at < text.size(); ++at) {
    const uint32_t length = NameLength(text.subspan(at));
    if (length != 0) lists.Add(text, 0, at, length);
  }
}

#ifdef PICKET_X86

constexpr size_t kFirst = 4;  // letters of a name that are looked at
constexpr size_t kBlock = 64;
constexpr size_t kBehind = sizeof(uint64_t);

// A name has a bit, which it may share with another; a byte that may be its letter at a place has
// that bit there. A name of three letters takes any fourth.
constexpr uint8_t BitOf(size_t name) { return static_cast<uint8_t>(1 << (name % 8)); }

constexpr bool MayBe(size_t name, size_t place, uint8_t byte) {
  return place >= kNames[name].size() || Fold(byte) == static_cast<uint8_t>(kNames[name][place]);
}

using Bits = std::array<uint8_t, 128>;

constexpr std::array<Bits, kFirst> MakeBits() {
  std::array<Bits, kFirst> bits{};
  for (size_t name = 0; name < kNames.size(); ++name) {
    for (size_t place = 0; place < kFirst; ++place) {
      for (uint8_t byte = 0; byte < 128; ++byte) {
        if (MayBe(name, place, byte)) bits[place][byte] |= BitOf(name);
      }
    }
  }
  return bits;
}

constexpr std::array<Bits, kFirst> kBits = MakeBits();

// The same by the halves of a byte: a bit that both lead to.
struct Nibbles {
  std::array<std::array<uint8_t, 16>, kFirst> low{};
  std::array<std::array<uint8_t, 16>, kFirst> high{};
};

constexpr Nibbles MakeNibbles() {
  Nibbles nibbles;
  for (size_t name = 0; name < kNames.size(); ++name) {
    for (size_t place = 0; place < kFirst; ++place) {
      for (size_t byte = 0; byte < 256; ++byte) {
        if (!MayBe(name, place, static_cast<uint8_t>(byte))) continue;
        nibbles.low[place][byte & 15] |= BitOf(name);
        nibbles.high[place][byte >> 4] |= BitOf(name);
      }
    }
  }
  return nibbles;
}

constexpr Nibbles kNibbles = MakeNibbles();

// A name as eight folded bytes are compared with it. No name stands where `letters` has what `mask`
// hasn't.
struct Word {
  uint64_t letters = 1;
  uint64_t mask = 0;
  uint32_t length = 0;
  bool pat = false;
};

// By the first three letters, which no two names share.
constexpr unsigned kSlotBits = 5;

constexpr size_t SlotOf(uint64_t letters, uint32_t factor) {
  return (static_cast<uint32_t>(letters & 0xffffff) * factor) >> (32 - kSlotBits);
}

constexpr Word MakeWord(std::string_view name) {
  Word word{0, 0, static_cast<uint32_t>(name.size()), name == kPat};
  for (size_t i = 0; i < name.size(); ++i) {
    word.letters |= uint64_t{static_cast<uint8_t>(name[i])} << (8 * i);
    word.mask |= uint64_t{0xff} << (8 * i);
  }
  return word;
}

constexpr bool Collides(uint32_t factor) {
  uint64_t taken = 0;
  for (std::string_view name : kNames) {
    const uint64_t slot = uint64_t{1} << SlotOf(MakeWord(name).letters, factor);
    if ((taken & slot) != 0) return true;
    taken |= slot;
  }
  return false;
}

constexpr uint32_t FindFactor() {
  uint32_t factor = 0x9e3779b1;
  while (Collides(factor)) factor += 2;
  return factor;
}

constexpr uint32_t kFactor = FindFactor();

constexpr std::array<Word, size_t{1} << kSlotBits> MakeWords() {
  std::array<Word, size_t{1} << kSlotBits> words{};
  for (std::string_view name : kNames) {
    words[SlotOf(MakeWord(name).letters, kFactor)] = MakeWord(name);
  }
  return words;
}

constexpr auto kWords = MakeWords();
constexpr uint64_t kFoldAll = 0x2020202020202020;

// A piece of the text from `base` on, with `whole` bytes of it and eight more that may be read.
struct Piece {
  Bytes bytes;
  uint64_t base = 0;
  size_t whole = 0;
};

void TakeWord(const Piece& piece, size_t at, const NameLists& lists) {
  uint64_t letters = 0;
  std::memcpy(&letters, piece.bytes.data() + at, sizeof(letters));
  letters |= kFoldAll;
  const Word& word = kWords[SlotOf(letters, kFactor)];
  if ((letters & word.mask) != word.letters) return;
  if (!word.pat) {
    lists.Add(piece.bytes, piece.base, at, word.length);
  } else if (at + word.length < piece.whole && !GoesOnFromPat(piece.bytes[at + word.length])) {
    lists.Add(piece.bytes, piece.base, at, word.length + 1);
  }
}

// `mark` tells of a block, and of eight bytes behind it, at which of its bytes a name may begin.
// The blocks are marked by the stride, since which of them have one can't be predicted.
template <typename Mark>
[[gnu::always_inline]] inline void WalkBlocks(const Piece& piece, size_t blocks,
                                              const NameLists& lists, Mark mark) {
  constexpr size_t kStride = 64;
  std::array<uint64_t, kStride> marks;
  std::array<uint8_t, kStride> marked;
  for (size_t from = 0; from < blocks; from += kStride) {
    const size_t count = std::min(kStride, blocks - from);
    size_t all = 0;
    for (size_t i = 0; i < count; ++i) {
      marks[i] = mark(piece.bytes.data() + (from + i) * kBlock);
      marked[all] = static_cast<uint8_t>(i);
      all += marks[i] != 0 ? 1u : 0u;
    }
    for (size_t i = 0; i < all; ++i) {
      const size_t base = (from + marked[i]) * kBlock;
      for (uint64_t bits = marks[marked[i]]; bits != 0; bits &= bits - 1) {
        TakeWord(piece, base + static_cast<size_t>(std::countr_zero(bits)), lists);
      }
    }
  }
}

// What is behind the last block that has eight bytes behind it is copied, with zeros behind.
template <typename Mark>
[[gnu::always_inline]] inline void Walk(Bytes text, const NameLists& lists, Mark mark) {
  const size_t blocks = text.size() < kBehind ? 0 : (text.size() - kBehind) / kBlock;
  WalkBlocks({text, 0, text.size()}, blocks, lists, mark);
  const Bytes rest = text.subspan(blocks * kBlock);
  std::array<uint8_t, 2 * kBlock + kBehind> copy{};
  std::copy(rest.begin(), rest.end(), copy.begin());
  WalkBlocks({copy, blocks * kBlock, rest.size()}, 2, lists, mark);
}

__attribute__((target("avx2"))) inline __m256i Table(const std::array<uint8_t, 16>& nibbles) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(nibbles.data())));
}

__attribute__((target("avx2"))) inline uint64_t MarkHalf(const uint8_t* half) {
  const __m256i low_nibble = _mm256_set1_epi8(15);
  __m256i bits = _mm256_set1_epi8(-1);
  for (size_t i = 0; i < kFirst; ++i) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(half + i));
    const __m256i low =
        _mm256_shuffle_epi8(Table(kNibbles.low[i]), _mm256_and_si256(bytes, low_nibble));
    const __m256i high = _mm256_shuffle_epi8(
        Table(kNibbles.high[i]), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low_nibble));
    bits = _mm256_and_si256(bits, _mm256_and_si256(low, high));
  }
  const __m256i none = _mm256_cmpeq_epi8(bits, _mm256_setzero_si256());
  return ~static_cast<uint32_t>(_mm256_movemask_epi8(none));
}

__attribute__((target("avx2,bmi"), flatten)) void WalkAvx2(Bytes text, const NameLists& lists) {
  Walk(
      text, lists, [](const uint8_t* block) __attribute__((target("avx2"))) {
        return MarkHalf(block) | MarkHalf(block + kBlock / 2) << (kBlock / 2);
      });
}

// A byte above 127 is taken for the one 128 below.
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) inline uint64_t MarkAvx512(
    const uint8_t* block) {
  __m512i bits = _mm512_set1_epi8(-1);
  for (size_t i = 0; i < kFirst; ++i) {
    const __m512i found =
        _mm512_permutex2var_epi8(_mm512_loadu_si512(kBits[i].data()), _mm512_loadu_si512(block + i),
                                 _mm512_loadu_si512(kBits[i].data() + kBlock));
    bits = _mm512_and_si512(bits, found);
  }
  return _mm512_test_epi8_mask(bits, bits);
}

__attribute__((target("avx512f,avx512bw,avx512vbmi,bmi"), flatten)) void WalkAvx512(
    Bytes text, const NameLists& lists) {
  Walk(
      text, lists, [](const uint8_t* block) __attribute__((target("avx512f,avx512bw,avx512vbmi"))) {
        return MarkAvx512(block);
      });
}

#endif

}  // namespace

void FindNames(Bytes text, std::vector<Landmark>* names, std::vector<Landmark>* passwords,
               Instructions with) {
  names->clear();
  passwords->clear();
  const NameLists lists{names, passwords};
#ifdef PICKET_X86
  if (with == Instructions::kAvx512) return WalkAvx512(text, lists);
  if (with == Instructions::kAvx2) return WalkAvx2(text, lists);
#else
  (void)with;
#endif
  WalkPlainly(text, lists);
}

uint32_t NameLength(Bytes text) {
  if (text.size() < 3) return 0;
  const uint8_t first = Fold(text[0]);
  for (std::string_view name : kNames) {
    if (static_cast<uint8_t>(name[0]) != first || name.size() > text.size()) continue;
    size_t same = 1;
    while (same < name.size() && Fold(text[same]) == static_cast<uint8_t>(name[same])) ++same;
    if (same < name.size()) continue;
    if (name != kPat) return static_cast<uint32_t>(name.size());
    if (text.size() == name.size() || GoesOnFromPat(text[name.size()])) return 0;
    return static_cast<uint32_t>(name.size() + 1);
  }
  return 0;
}

bool IsPasswordName(uint8_t first, uint8_t second, uint8_t third) {
  return Fold(first) == 'p' && ((Fold(second) == 'a' && Fold(third) == 's') || Fold(second) == 'w');
}

}  // namespace picket
