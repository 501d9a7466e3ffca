// Words behind which a text may go on elsewhere: at a line continuation, or in the next of two
// string literals (contents/split_text.h says what really does).
#pragma once

#include <vector>

#include "core/bytes.h"
#include "core/instructions.h"
#include "match/landmark.h"

namespace picket {

// Letters, digits and + - . / : @ _
bool IsSplitWordByte(uint8_t byte);

inline constexpr uint32_t kShortestSplitWord = 3;
inline constexpr uint32_t kLongestSplitWord = 2048;
// Behind a word so many bytes are looked at.
inline constexpr uint32_t kBehindSplitWord = 4;
// A word that begins in a text is found as FindSplitWords() finds it with so many bytes behind it.
inline constexpr uint64_t kSplitWordReach = uint64_t{kLongestSplitWord} + kBehindSplitWord;

// Replaces `found` by the words of `text` of at least kShortestSplitWord bytes, of longer ones the
// last kLongestSplitWord, that stand before
// - a quote (" ' `) and behind it a blank, a line end, one of + & ~ . < \, a quote, or one or two
//   letters or digits and a quote or backslash;
// - a backslash, and behind it another, a quote or a line end;
// - an equals sign at the end of a line.
// In order. `text` has fewer than 2^32 bytes.
void FindSplitWords(Bytes text, std::vector<Landmark>* found,
                    Instructions with = BestInstructions());

// Whether the part of a word from `begin` up to `end` stands in one of these.
bool IsInSplitWord(Bytes text, uint64_t begin, uint64_t end);

}  // namespace picket
