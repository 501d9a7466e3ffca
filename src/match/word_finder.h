// Finds any of some hundred short words in a text: names of secrets and the words of rules that
// have no token run, at a tenth of Hyperscan's price for as many literals.
//
// Each word belongs to one of 16 sets, and a byte may stand at a place of some of them: where the
// first bytes of a text leave a set over it is looked at, eight bytes at once. That is the way of
// Hyperscan's Teddy ("Hyperscan: A Fast Multi-pattern Regex Matcher", NSDI 2019), whose tables go
// by half bytes; here a byte is looked up whole where the processor can do so.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/instructions.h"

namespace picket {

inline constexpr size_t kShortestWord = 3;
inline constexpr size_t kLongestWord = 8;
inline constexpr size_t kMostWords = 200;

// A byte as words are compared: bit 5 doesn't count, so that letters are found in either case, and
// _ in DEL.
constexpr uint8_t FoldWordByte(uint8_t byte) { return byte | 0x20; }

// ASCII, folded, from kShortestWord to kLongestWord bytes.
struct Word {
  std::string text;
  // Chosen by SpreadWords, below 16. It decides how fast the word is found, not whether.
  uint8_t set = 0;
};
bool IsWord(const Word& word);

// How often a text begins with the word, as far as the frequencies of its bytes tell.
double OddsOfWord(std::string_view folded);

// Sets the words' sets, so that few bytes of source text are looked at.
void SpreadWords(std::vector<Word>* words);

struct WordHit {
  uint32_t at = 0;
  uint16_t word = 0;  // its index
};

// Const and shared by all threads.
class WordFinder {
 public:
  // No more than kMostWords.
  explicit WordFinder(const std::vector<Word>& words);

  // Replaces `hits` by all of `text`, in the order of their offsets, of one offset in any. `text`
  // has fewer than 2^32 bytes. Linear for a given set of words.
  void Find(Bytes text, std::vector<WordHit>* hits, Instructions with = BestInstructions()) const;

 private:
  friend struct WordWalk;

  // A word as eight folded bytes are compared; none, unless it is set, is what they never are.
  struct Entry {
    uint64_t letters = 0;
    uint64_t mask = ~uint64_t{0};
    uint16_t word = 0;
    uint16_t length = 0;
  };
  // Of the words that share a hash of their first three bytes.
  struct Pair {
    std::array<Entry, 2> entries;
    bool is_last = true;
  };
  static constexpr unsigned kSlotBits = 10;
  static constexpr uint32_t kFactor = 0x9e3779b1;
  // The first bytes that are looked up; a shorter word takes any behind it.
  static constexpr size_t kPlaces = 5;

  // Bit 5 doesn't count, and a byte above 127 is taken for the one 128 below: too much is looked
  // at, nothing is missed, since a word's byte is never above.
  static constexpr size_t FoldedIndex(uint8_t byte) { return (byte & 0x1fu) | (byte >> 1 & 0x20u); }

  static size_t SlotOf(uint64_t letters) {
    return (static_cast<uint32_t>(letters & 0xffffff) * kFactor) >> (32 - kSlotBits);
  }

  std::vector<Pair> pairs_;  // by slot; the first is none
  // A slot's first pair.
  std::array<uint8_t, size_t{1} << kSlotBits> first_{};
  static_assert(kMostWords < 255);
  // By place, of sets 0 to 7 and of 8 to 15, and by FoldedIndex of a byte: a set's bit where the
  // byte may stand there.
  using Row = std::array<std::array<uint8_t, 64>, 2>;
  alignas(64) std::array<Row, kPlaces> rows_{};
  // The same by a byte's low and high half.
  struct Halves {
    std::array<uint8_t, 16> low{};
    std::array<uint8_t, 16> high{};
  };
  std::array<std::array<Halves, 2>, kPlaces> halves_{};
};

}  // namespace picket
