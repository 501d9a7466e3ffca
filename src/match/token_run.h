// Token runs: stretches of the bytes that tokens are made of, which could be random. Source text
// has one in a few hundred bytes and nearly every secret stands in one, so that most rules need to
// be searched beside token runs only. Finding them is a pass at several gigabytes a second.
//
// Over 120 MB of source text, runs of 16 bytes with a digit cover 2 % of it, mixed ones another
// 1.5 % (6 % if any names in camel case counted as mixed); runs of any 16 such bytes, identifiers
// and paths above all, cover 34 %.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/instructions.h"

namespace picket {

inline constexpr uint32_t kUnnamed = ~uint32_t{0};

// A maximal run of token bytes: letters, digits, ! # % * + - . / : = @ ^ _ ~ and DEL.
struct TokenRun {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool digit = false;
  // At least kMixedLetters of either case, and what most names in camel case don't have: two
  // capitals side by side or with a small letter between them, or one somewhere behind a - or _.
  // Meant only where there is no digit.
  bool mixed = false;
  // kSolidRun letters of one case side by side; meant only where there is no digit.
  bool solid = false;
  // HasHexRun; NameRuns sets it.
  bool hex = false;
  // How far before the run its nearest name begins (NameRuns); 0 where that is in it, or where the
  // run is a call's first argument.
  uint32_t name_distance = kUnnamed;

  uint32_t size() const { return end - begin; }
};

inline constexpr int kMixedLetters = 3;
inline constexpr uint32_t kSolidRun = 16;
inline constexpr uint32_t kHexRun = 32;
// The shortest that is ever asked for.
inline constexpr uint32_t kShortestRun = 8;

bool IsTokenByte(uint8_t byte);
// Hexadecimal digits in either case, and the - of UUIDs.
bool IsHexByte(uint8_t byte);
// Whether kHexRun of those stand side by side.
bool HasHexRun(Bytes text);

class TokenRunFinder {
 public:
  explicit TokenRunFinder(Instructions with = BestInstructions()) : with_(with) {}

  // Replaces `runs` by those of `text` of at least kShortestRun bytes with a digit, or kSolidRun
  // bytes that are mixed or solid, in order. `text` has fewer than 2^32 bytes. Memory grows to
  // the largest text's size and stays.
  void Find(Bytes text, std::vector<TokenRun>* runs);

 private:
  Instructions with_;
  std::vector<uint64_t> space_;
};

}  // namespace picket
