#include "match/landmark.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
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

constexpr size_t kPat = 1;
static_assert(kNames[kPat] == "pat");

// What goes on with such a letter is path or pattern.
bool GoesOnFromPat(uint8_t behind) {
  return std::string_view("cehitCEHIT").find(static_cast<char>(behind)) != std::string_view::npos;
}

constexpr uint8_t Fold(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

struct NameLists {
  std::vector<Landmark>* names;
  std::vector<Landmark>* passwords;

  void Add(Bytes text, size_t at, uint32_t length) const {
    const Landmark name{static_cast<uint32_t>(at), static_cast<uint32_t>(at + length)};
    names->push_back(name);
    if (IsPasswordName(text[at], text[at + 1], text[at + 2])) passwords->push_back(name);
  }
};

void WalkPlainly(Bytes text, size_t at, const NameLists& lists) {
  for (; at < text.size(); ++at) {
    const uint32_t length = NameLength(text.subspan(at));
    if (length != 0) lists.Add(text, at, length);
  }
}

#ifdef PICKET_X86

constexpr size_t kFirst = 4;  // letters of a name that are looked at

// A name has a bit, which it may share with another; the nibbles of its letters lead to it. Both
// cases of a letter differ in the high nibble alone. A name of three letters takes any fourth.
struct Nibbles {
  std::array<std::array<uint8_t, 16>, kFirst> low{};
  std::array<std::array<uint8_t, 16>, kFirst> high{};
};

constexpr Nibbles MakeNibbles() {
  Nibbles nibbles;
  for (size_t name = 0; name < kNames.size(); ++name) {
    const auto bit = static_cast<uint8_t>(1 << (name % 8));
    for (size_t i = 0; i < kFirst; ++i) {
      if (i < kNames[name].size()) {
        const auto letter = static_cast<uint8_t>(kNames[name][i]);
        nibbles.low[i][letter & 15] |= bit;
        nibbles.high[i][letter >> 4] |= bit;
        nibbles.high[i][(letter ^ 0x20) >> 4] |= bit;
      } else {
        for (size_t nibble = 0; nibble < 16; ++nibble) {
          nibbles.low[i][nibble] |= bit;
          nibbles.high[i][nibble] |= bit;
        }
      }
    }
  }
  return nibbles;
}

constexpr Nibbles kNibbles = MakeNibbles();

__attribute__((target("avx2"))) inline __m256i Table(const std::array<uint8_t, 16>& nibbles) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(nibbles.data())));
}

// A name as eight bytes are compared with it.
struct Word {
  uint64_t letters = 0;
  uint64_t mask = 0;
  uint32_t length = 0;
};

constexpr std::array<Word, kNames.size()> MakeWords() {
  std::array<Word, kNames.size()> words{};
  for (size_t name = 0; name < kNames.size(); ++name) {
    words[name].length = static_cast<uint32_t>(kNames[name].size());
    for (size_t i = 0; i < kNames[name].size(); ++i) {
      words[name].letters |= uint64_t{static_cast<uint8_t>(kNames[name][i])} << (8 * i);
      words[name].mask |= uint64_t{0xff} << (8 * i);
    }
  }
  return words;
}

constexpr std::array<Word, kNames.size()> kWords = MakeWords();
constexpr uint64_t kFoldAll = 0x2020202020202020;

// `bits` are those that the four letters at `at` lead to; eight bytes are there.
void TakeWord(Bytes text, size_t at, unsigned bits, const NameLists& lists) {
  uint64_t letters = 0;
  std::memcpy(&letters, text.data() + at, sizeof(letters));
  letters |= kFoldAll;
  for (; bits != 0; bits &= bits - 1) {
    for (size_t i = static_cast<size_t>(std::countr_zero(bits)); i < kWords.size(); i += 8) {
      if ((letters & kWords[i].mask) != kWords[i].letters) continue;
      if (i != kPat) {
        lists.Add(text, at, kWords[i].length);
      } else if (!GoesOnFromPat(text[at + 3])) {
        lists.Add(text, at, kWords[i].length + 1);
      }
    }
  }
}

__attribute__((target("avx2,bmi"))) void WalkAvx2(Bytes text, const NameLists& lists) {
  constexpr size_t kBlock = 32;
  const __m256i low_nibble = _mm256_set1_epi8(15);
  alignas(kBlock) std::array<uint8_t, kBlock> found;
  size_t at = 0;
  for (; at + kBlock + sizeof(uint64_t) <= text.size(); at += kBlock) {
    __m256i bits = _mm256_set1_epi8(-1);
    for (size_t i = 0; i < kFirst; ++i) {
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at + i));
      const __m256i low =
          _mm256_shuffle_epi8(Table(kNibbles.low[i]), _mm256_and_si256(bytes, low_nibble));
      const __m256i high = _mm256_shuffle_epi8(
          Table(kNibbles.high[i]), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low_nibble));
      bits = _mm256_and_si256(bits, _mm256_and_si256(low, high));
    }
    const __m256i none = _mm256_cmpeq_epi8(bits, _mm256_setzero_si256());
    auto mask = ~static_cast<uint32_t>(_mm256_movemask_epi8(none));
    if (mask == 0) continue;
    _mm256_store_si256(reinterpret_cast<__m256i*>(found.data()), bits);
    for (; mask != 0; mask &= mask - 1) {
      const auto i = static_cast<size_t>(std::countr_zero(mask));
      TakeWord(text, at + i, found[i], lists);
    }
  }
  WalkPlainly(text, at, lists);
}

#endif

constexpr std::array<bool, 256> MakeBeforeArguments() {
  std::array<bool, 256> table{};
  for (char c : std::string_view("\"'`\\ \t\r\n{")) table[static_cast<uint8_t>(c)] = true;
  return table;
}

constexpr std::array<bool, 256> kBeforeArguments = MakeBeforeArguments();

}  // namespace

bool IsUserinfoByte(uint8_t byte) {
  return byte > ' ' && byte < 0x7f && byte != '/' && byte != '@' && byte != '"' && byte != '<' &&
         byte != '>';
}

// An at sign is rarer in text than a colon, and the walk back from one ends before the last.
void FindUserinfo(Bytes text, std::vector<Landmark>* found) {
  found->clear();
  const auto next = [&text](size_t from) {
    const void* sign =
        from == text.size() ? nullptr : std::memchr(text.data() + from, '@', text.size() - from);
    return sign == nullptr ? text.size()
                           : static_cast<size_t>(static_cast<const uint8_t*>(sign) - text.data());
  };
  for (size_t sign = next(0); sign < text.size(); sign = next(sign + 1)) {
    const size_t end = sign + 1;
    const size_t floor = end - std::min<size_t>(end, kLongestUserinfo);
    size_t at = sign;
    while (at > floor && IsUserinfoByte(text[at - 1])) --at;
    if (at < floor + 3 || std::memcmp(text.data() + at - 3, "://", 3) != 0) continue;
    found->push_back({static_cast<uint32_t>(at - 3), static_cast<uint32_t>(end)});
  }
}

uint32_t NameLength(Bytes text) {
  if (text.size() < 3) return 0;
  const uint8_t first = Fold(text[0]);
  for (std::string_view name : kNames) {
    if (static_cast<uint8_t>(name[0]) != first || name.size() > text.size()) continue;
    size_t same = 1;
    while (same < name.size() && Fold(text[same]) == static_cast<uint8_t>(name[same])) ++same;
    if (same < name.size()) continue;
    if (name != kNames[kPat]) return static_cast<uint32_t>(name.size());
    if (text.size() == name.size() || GoesOnFromPat(text[name.size()])) return 0;
    return static_cast<uint32_t>(name.size() + 1);
  }
  return 0;
}

bool IsPasswordName(uint8_t first, uint8_t second, uint8_t third) {
  return Fold(first) == 'p' && ((Fold(second) == 'a' && Fold(third) == 's') || Fold(second) == 'w');
}

void FindNames(Bytes text, std::vector<Landmark>* names, std::vector<Landmark>* passwords) {
#ifdef PICKET_X86
  static const bool kAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  if (kAvx2) {
    names->clear();
    passwords->clear();
    WalkAvx2(text, {names, passwords});
    return;
  }
#endif
  FindNamesPlainly(text, names, passwords);
}

void FindNamesPlainly(Bytes text, std::vector<Landmark>* names, std::vector<Landmark>* passwords) {
  names->clear();
  passwords->clear();
  WalkPlainly(text, 0, {names, passwords});
}

bool IsBeforeArgument(uint8_t byte) { return kBeforeArguments[byte]; }

bool IsFirstArgument(Bytes text, uint64_t at) {
  const uint64_t floor = at - std::min<uint64_t>(at, kBeforeArgument + 1);
  while (at > floor && IsBeforeArgument(text[at - 1])) --at;
  return at > floor && text[at - 1] == '(';
}

void NameRuns(Bytes text, const std::vector<Landmark>& names, std::vector<TokenRun>* runs) {
  // Behind the last name that ends before the run does.
  auto behind = names.begin();
  for (TokenRun& run : *runs) {
    while (behind != names.end() && behind->end <= run.end) ++behind;
    if (behind != names.begin()) {
      run.name_distance = run.begin - std::min(run.begin, std::prev(behind)->begin);
    }
    if (run.name_distance != 0 && IsFirstArgument(text, run.begin)) run.name_distance = 0;
  }
}

}  // namespace picket
