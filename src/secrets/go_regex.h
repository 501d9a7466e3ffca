// Reads a regular expression of Go's package regexp (github.com/google/re2/wiki/Syntax), as other
// tools' rules are written in, into a tree. Bytes stand for characters: what is beyond ASCII is the
// bytes of its UTF-8, and a negated class or a dot is one byte of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/byte_set.h"

namespace picket {

struct RegexNode {
  enum class Kind : uint8_t {
    kEmpty,
    kBytes,      // one byte of `bytes`; a literal is a set of one, or of two without case
    kConcat,     // `parts`, one after the other
    kAlternate,  // one of `parts`
    kRepeat,     // parts[0], `min` to `max` times
    kGroup,      // parts[0], captured as `capture`
    kTextStart,
    kTextEnd,
    kLineStart,
    kLineEnd,
    kBoundary,     // \b
    kNotBoundary,  // \B
  };

  Kind kind = Kind::kEmpty;
  ByteSet bytes;
  std::vector<RegexNode> parts;
  uint32_t min = 0;
  uint32_t max = 0;  // kNoEnd for a repeat without an upper bound
  bool lazy = false;
  uint32_t capture = 0;  // from 1 on

  static constexpr uint32_t kNoEnd = UINT32_MAX;
};

struct GoRegex {
  RegexNode root;
  uint32_t captures = 0;
};

// nullopt, with a clause in `why`, where it is no such expression, or says what bytes can't:
// Unicode classes, classes of characters beyond ASCII. Depth and size are bounded.
std::optional<GoRegex> ParseGoRegex(std::string_view text, std::string* why);

}  // namespace picket
