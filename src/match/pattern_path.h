// A pattern as the ways through its alternatives: what choosing a search group looks at.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "match/byte_set.h"
#include "match/dialect.h"

namespace picket {

// How likely a byte of a class is a digit, an upper case letter, a lower case letter, - or _,
// another.
struct ByteKinds {
  double digit = 0;
  double upper = 0;
  double lower = 0;
  double joint = 0;
  double other = 0;

  auto operator<=>(const ByteKinds&) const = default;
};

// One atom on one path through a pattern.
struct PathStep {
  bool token = false;     // of token bytes only
  bool hex = false;       // of what IsHexByte only
  bool userinfo = false;  // of userinfo bytes only
  bool before_argument = false;
  uint8_t byte = 0;    // where there is but one
  uint8_t letter = 0;  // where there is but one, in either case or both; lower
  ByteKinds kinds;
  uint32_t min = 0;
  uint64_t max = 0;
  bool measured = false;  // behind the pattern's part

  bool operator==(const PathStep&) const = default;
};
using PatternPath = std::vector<PathStep>;

// A step of one byte of `bytes`; its counts are the caller's to set.
PathStep MakeStep(const ByteSet& bytes);

// All ways through a pattern, or none when they are too many. What a path may leave out stands in
// it as one step of no sure bytes. Work is bounded.
std::optional<std::vector<PatternPath>> ListPaths(const std::vector<PatternSequence>& alternatives);

}  // namespace picket
