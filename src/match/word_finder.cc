#include "match/word_finder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "core/mark_list.h"
#include "core/x86.h"

namespace picket {
namespace {

constexpr size_t kSets = 16;
constexpr size_t kBlock = 64;
constexpr size_t kBehind = sizeof(uint64_t);
constexpr uint64_t kFoldAll = 0x2020202020202020;

// How often folded bytes stand in source text, in a thousand: from 0x20 and from 0x60 on.
constexpr std::array<uint8_t, 32> kOftenMarks = {220, 1,  23, 1,  1,  1, 1, 1, 6, 15, 35,
                                                 1,   11, 5,  10, 6,  2, 2, 1, 1, 1,  1,
                                                 1,   1,  1,  1,  11, 6, 1, 5, 2, 2};
constexpr std::array<uint8_t, 32> kOftenLetters = {1, 44, 8,  27, 20, 80, 13, 11, 14, 42, 1,
                                                   4, 22, 16, 40, 41, 22, 2,  47, 43, 63, 22,
                                                   6, 5,  4,  9,  1,  8,  1,  8,  1,  7};

double OftenOf(uint8_t folded) {
  return (folded >= 0x60 ? kOftenLetters[folded - 0x60] : kOftenMarks[folded - 0x20]) / 1000.0;
}

constexpr size_t kPlacesSpread = 5;

// How often a text begins as one of the words of a set may, for all that the finder asks: each of
// the first bytes by itself.
double CostOf(const std::vector<const Word*>& words) {
  if (words.empty()) return 0;
  double cost = 1;
  for (size_t place = 0; place < kPlacesSpread; ++place) {
    std::array<bool, 128> taken{};
    double often = 0;
    for (const Word* word : words) {
      if (place >= word->text.size()) {
        often = 1;
        break;
      }
      const auto byte = static_cast<uint8_t>(word->text[place]);
      if (!taken[byte]) often += OftenOf(byte);
      taken[byte] = true;
    }
    cost *= often;
  }
  return cost;
}

double CostWith(std::vector<const Word*> words, const Word* word) {
  words.push_back(word);
  return CostOf(words);
}

}  // namespace

bool IsWord(const Word& word) {
  return word.text.size() >= kShortestWord && word.text.size() <= kLongestWord &&
         word.set < kSets && std::all_of(word.text.begin(), word.text.end(), [](char c) {
           const auto byte = static_cast<uint8_t>(c);
           return byte < 0x80 && byte == FoldWordByte(byte);
         });
}

double OddsOfWord(std::string_view folded) {
  double odds = 1;
  for (char c : folded) odds *= OftenOf(static_cast<uint8_t>(c));
  return odds;
}

// Each word joins the set that becomes least the dearer for it, the most frequent first; then each
// may change.
void SpreadWords(std::vector<Word>* words) {
  constexpr int kRounds = 4;
  std::vector<Word*> order;
  for (Word& word : *words) order.push_back(&word);
  std::stable_sort(order.begin(), order.end(),
                   [](const Word* a, const Word* b) { return CostOf({a}) > CostOf({b}); });
  std::array<std::vector<const Word*>, kSets> sets;
  for (int round = 0; round < kRounds; ++round) {
    for (Word* word : order) {
      if (round > 0) std::erase(sets[word->set], word);
      double least = 0;
      for (size_t i = 0; i < kSets; ++i) {
        const double more = CostWith(sets[i], word) - CostOf(sets[i]);
        if (i == 0 || more < least) {
          least = more;
          word->set = static_cast<uint8_t>(i);
        }
      }
      sets[word->set].push_back(word);
    }
  }
}

WordFinder::WordFinder(const std::vector<Word>& words) {
  std::vector<std::pair<size_t, Entry>> slots;
  for (size_t i = 0; i < words.size(); ++i) {
    Entry entry{.mask = 0};
    for (size_t at = 0; at < words[i].text.size(); ++at) {
      entry.letters |= uint64_t{static_cast<uint8_t>(words[i].text[at])} << (8 * at);
      entry.mask |= uint64_t{0xff} << (8 * at);
    }
    entry.word = static_cast<uint16_t>(i);
    entry.length = static_cast<uint16_t>(words[i].text.size());
    slots.emplace_back(SlotOf(entry.letters), entry);
    const size_t half = words[i].set / 8;
    const auto bit = static_cast<uint8_t>(1 << (words[i].set % 8));
    for (size_t place = 0; place < kPlaces; ++place) {
      for (size_t byte = 0; byte < 256; ++byte) {
        const bool any = place >= words[i].text.size();
        if (!any && FoldWordByte(static_cast<uint8_t>(byte)) !=
                        static_cast<uint8_t>(words[i].text[place])) {
          continue;
        }
        rows_[place][half][FoldedIndex(static_cast<uint8_t>(byte))] |= bit;
        halves_[place][half].low[byte & 15] |= bit;
        halves_[place][half].high[byte >> 4] |= bit;
      }
    }
  }
  std::stable_sort(slots.begin(), slots.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  pairs_.emplace_back();
  for (size_t i = 0; i < slots.size(); ++i) {
    const auto& [slot, entry] = slots[i];
    const bool is_first = first_[slot] == 0;
    if (is_first) first_[slot] = static_cast<uint8_t>(pairs_.size());
    if (is_first || pairs_.back().entries[1].length != 0) {
      if (!is_first) pairs_.back().is_last = false;
      pairs_.emplace_back().entries[0] = entry;
    } else {
      pairs_.back().entries[1] = entry;
    }
  }
}

// A text or a piece of it, from `base` on. Eight bytes behind the last of its blocks may be read.
struct WordWalk {
  static constexpr size_t kStride = 64;
  static constexpr size_t kAtOnce = 4;
  static_assert(kAtOnce <= kMarksAtOnce);

  const WordFinder& finder;
  Bytes bytes;
  uint64_t base;
  uint64_t size;  // of the whole text
  std::vector<WordHit>* hits;

  // Which of them are words can't be predicted, so that each is written down and some are written
  // over. Half of them are in a slot that has two entries, and few in one that has more.
  [[gnu::always_inline]] void Look(std::span<const uint32_t> marked) const {
    // Not filled with zeros first, which would take as long as a short text.
    struct Found {
      uint32_t at;
      uint16_t word;
    };
    std::array<Found, 64> found;
    size_t count = 0;
    const auto take = [&] {
      for (const Found& one : std::span(found).first(count)) hits->push_back({one.at, one.word});
      count = 0;
    };
    for (const uint32_t at : marked) {
      uint64_t letters = 0;
      std::memcpy(&letters, bytes.data() + at, sizeof(letters));
      letters |= kFoldAll;
      const auto* pair = finder.pairs_.data() + finder.first_[WordFinder::SlotOf(letters)];
      while (true) {
        if (count + 2 > found.size()) take();
        for (const WordFinder::Entry& entry : pair->entries) {
          found[count] = {static_cast<uint32_t>(base + at), entry.word};
          const bool same = (letters & entry.mask) == entry.letters;
          count +=
              static_cast<size_t>(same) & static_cast<size_t>(base + at + entry.length <= size);
        }
        if (pair->is_last) break;
        ++pair;
      }
    }
    take();
  }

  // `mark` tells of a block, and of eight bytes behind it, where a word may begin; `prepare` is
  // told of each stride of them before, and `list` writes down where (core/mark_list.h). Which
  // blocks and bytes that are can't be predicted, so that they are gathered by the stride before
  // any is looked at.
  template <typename Prepare, typename Mark, typename List>
  [[gnu::always_inline]] void Walk(size_t blocks, Prepare prepare, Mark mark, List list) const {
    std::array<uint32_t, kStride * kBlock + kMarksAtOnce> marked;
    for (size_t from = 0; from < blocks; from += kStride) {
      const size_t count = std::min(kStride, blocks - from);
      prepare(bytes.data() + from * kBlock, count);
      uint32_t* end = marked.data();
      for (size_t i = 0; i < count; ++i) {
        const size_t block = (from + i) * kBlock;
        end = list(mark(bytes.data() + block, i), block, end);
      }
      Look({marked.data(), end});
    }
  }

  uint64_t MarkPlainly(const uint8_t* block) const {
    uint64_t marks = 0;
    for (size_t at = 0; at < kBlock; ++at) {
      for (size_t half = 0; half < 2; ++half) {
        uint8_t sets = 0xff;
        for (size_t place = 0; place < WordFinder::kPlaces; ++place) {
          sets &= finder.rows_[place][half][WordFinder::FoldedIndex(block[at + place])];
        }
        if (sets != 0) marks |= uint64_t{1} << at;
      }
    }
    return marks;
  }

#ifdef PICKET_X86
  __attribute__((target("avx2"))) static __m256i Look16(const std::array<uint8_t, 16>& table,
                                                        __m256i halves) {
    const __m256i both = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
    return _mm256_shuffle_epi8(both, halves);
  }

  __attribute__((target("avx2"))) uint64_t MarkAvx2(const uint8_t* block) const {
    // The fifth place costs more than it saves here.
    constexpr size_t kHerePlaces = 4;
    const __m256i nibble = _mm256_set1_epi8(15);
    uint64_t marks = 0;
    for (size_t part = 0; part < 2; ++part) {
      __m256i first = _mm256_set1_epi8(-1);
      __m256i second = _mm256_set1_epi8(-1);
      for (size_t place = 0; place < kHerePlaces; ++place) {
        const __m256i text =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + part * kBlock / 2 + place));
        const __m256i low = _mm256_and_si256(text, nibble);
        const __m256i high = _mm256_and_si256(_mm256_srli_epi16(text, 4), nibble);
        const auto& halves = finder.halves_[place];
        first = _mm256_and_si256(first, Look16(halves[0].low, low));
        first = _mm256_and_si256(first, Look16(halves[0].high, high));
        second = _mm256_and_si256(second, Look16(halves[1].low, low));
        second = _mm256_and_si256(second, Look16(halves[1].high, high));
      }
      const __m256i none =
          _mm256_cmpeq_epi8(_mm256_or_si256(first, second), _mm256_setzero_si256());
      marks |= uint64_t{~static_cast<uint32_t>(_mm256_movemask_epi8(none))} << (32 * part);
    }
    return marks;
  }

  __attribute__((target("avx2,bmi,popcnt"), flatten)) void WalkAvx2(size_t blocks) const {
    Walk(
        blocks, [](const uint8_t*, size_t) {},
        [this](const uint8_t* block, size_t)
            __attribute__((target("avx2"))) { return MarkAvx2(block); },
        &ListMarks<kAtOnce>);
  }

  // Of bytes their FoldedIndex, in the lower six bits, which is all that is looked up.
  __attribute__((target("avx512f,avx512bw"))) static __m512i Folded(__m512i text) {
    constexpr int kSelect = 0xca;  // the second where the first is 1, else the third
    return _mm512_ternarylogic_epi32(_mm512_set1_epi8(0x20), _mm512_srli_epi16(text, 1), text,
                                     kSelect);
  }

  __attribute__((target("avx512f,avx512bw,avx512vbmi"))) uint64_t MarkAvx512(
      const uint8_t* folded) const {
    __m512i first = _mm512_set1_epi8(-1);
    __m512i second = _mm512_set1_epi8(-1);
    for (size_t place = 0; place < WordFinder::kPlaces; ++place) {
      const __m512i text = _mm512_loadu_si512(folded + place);
      const WordFinder::Row& row = finder.rows_[place];
      first =
          _mm512_and_si512(first, _mm512_permutexvar_epi8(text, _mm512_load_si512(row[0].data())));
      second =
          _mm512_and_si512(second, _mm512_permutexvar_epi8(text, _mm512_load_si512(row[1].data())));
    }
    const __m512i any = _mm512_or_si512(first, second);
    return _mm512_test_epi8_mask(any, any);
  }

  // Gathering the first letters of sixteen marks by one instruction, and which of their slots are
  // taken, and then looking at what is left took a quarter longer on Zen 4.
  __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"), flatten)) void
  WalkAvx512(size_t blocks) const {
    alignas(64) std::array<uint8_t, (kStride + 1) * kBlock> folded;
    Walk(
        blocks,
        [&folded](const uint8_t* stride, size_t count)
            __attribute__((target("avx512f,avx512bw,avx512vbmi"))) {
              for (size_t i = 0; i < count; ++i) {
                _mm512_store_si512(folded.data() + i * kBlock,
                                   Folded(_mm512_loadu_si512(stride + i * kBlock)));
              }
              _mm512_store_si512(folded.data() + count * kBlock,
                                 Folded(_mm512_maskz_loadu_epi8(0xff, stride + count * kBlock)));
            },
        [ this, &folded ](const uint8_t*, size_t i)
            __attribute__((target("avx512f,avx512bw,avx512vbmi"))) {
              return MarkAvx512(folded.data() + i * kBlock);
            },
        [](uint64_t marks, size_t block, uint32_t * out)
            __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,popcnt"))) {
              return ListMarksAvx512(marks, block, out);
            });
  }
#endif

  void WalkWith(Instructions with, size_t blocks) const {
#ifdef PICKET_X86
    if (with == Instructions::kAvx512) return WalkAvx512(blocks);
    if (with == Instructions::kAvx2) return WalkAvx2(blocks);
#else
    (void)with;
#endif
    Walk(
        blocks, [](const uint8_t*, size_t) {},
        [this](const uint8_t* block, size_t) { return MarkPlainly(block); }, &ListMarks<kAtOnce>);
  }
};

void WordFinder::Find(Bytes text, std::vector<WordHit>* hits, Instructions with) const {
  hits->clear();
  const size_t blocks = text.size() < kBehind ? 0 : (text.size() - kBehind) / kBlock;
  WordWalk{*this, text, 0, text.size(), hits}.WalkWith(with, blocks);
  // What is left is copied, with zeros behind.
  const uint64_t done = blocks * kBlock;
  std::array<uint8_t, 2 * kBlock + kBehind> rest{};
  std::copy(text.begin() + static_cast<std::ptrdiff_t>(done), text.end(), rest.begin());
  WordWalk{*this, rest, done, text.size(), hits}.WalkWith(with, 2);
}

}  // namespace picket
