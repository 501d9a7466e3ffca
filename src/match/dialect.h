// The one dialect in which rules are written: what Hyperscan and RE2 read alike, on bytes.
//
//   pattern   sequence, or sequences with | between them; none of them empty
//   sequence  atoms, each with at most one of  ?  {n}  {n,m}   (0 <= n <= m <= 1000, m > 0)
//   atom      a character, a class, (?:pattern), or (pattern) - at most one of the last kind, and
//             never inside a repeat: it is the secret
//   character printable ASCII but  \ . [ ] ( ) { } * + ? | ^ $  which need a backslash;
//             \n \r \t \xHH
//   class     [...] or [^...] of characters, escapes and ranges; a bare - stands last only; a bare
//   [
//             is refused, so that no POSIX class can be meant
//
// Everything else is refused, and so is what the two engines read differently or without bound:
// . ^ $ \b \s \w \d \Z * + lazy and possessive repeats, look-around, back references, flags.
// Whether case counts is a property of the rule; neighbours are a property of the rule too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/byte_set.h"

namespace picket {

struct PatternAtom;
using PatternSequence = std::vector<PatternAtom>;

// What a pattern says, as a tree.
struct PatternAtom {
  // One byte of these, or, where it is not empty, one of `alternatives`.
  ByteSet bytes;
  std::vector<PatternSequence> alternatives;
  uint32_t min = 1;
  uint32_t max = 1;
  bool captures = false;
};

struct PatternFacts {
  // Bytes that a match has at least and at most.
  uint32_t min_width = 0;
  uint32_t max_width = 0;
  int captures = 0;
};

// Appends one sentence without a full stop to `complaints` for everything that is wrong; the facts
// are meaningful only if there was none.
PatternFacts CheckDialect(std::string_view pattern, std::vector<std::string>* complaints);

// The alternatives of `pattern`, none of them empty; none at all when CheckDialect complains. Where
// `fold` is set a letter stands for both cases, as RE2 takes it: of Latin-1, before [^ ] negates.
std::vector<PatternSequence> ParsePattern(std::string_view pattern, bool fold = false);

// "[A-Za-z0-9]" alone; false when `text` is no class of the dialect. "" is the empty set.
bool ParseByteClass(std::string_view text, ByteSet* set);

}  // namespace picket
