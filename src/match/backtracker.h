// Matches a pattern of the dialect by trying the ways through it one after the other. RE2's
// automata pay by the megabyte, but source text has so few hits that they are made anew for each of
// them: here a pattern is made in a thirtieth of the time, and a match found in a tenth.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "match/byte_set.h"
#include "match/dialect.h"

namespace picket {

struct RegexMatch {
  Span match;
  Span capture;  // the match, where the pattern has no group or that one was left out
};

// Const, once it is made.
class Backtracker {
 public:
  // `pattern` is one of the dialect.
  Backtracker(std::string_view pattern, bool ignore_case);

  enum class Outcome : uint8_t {
    kFound,
    kNone,
    // The ways are more than are tried. Nothing is known of `match`.
    kUndecided,
  };
  // The match that RE2 prefers of those that start at the leftmost of the offsets from `first` to
  // before `last`, not beyond `limit`.
  Outcome Find(Bytes text, uint64_t first, uint64_t last, uint64_t limit, RegexMatch* match) const;
  // Of one from `begin` to `end`.
  Outcome FindWhole(Bytes text, uint64_t begin, uint64_t end, RegexMatch* match) const;

  // What no match has in it is in none of these.
  const ByteSet& bytes() const { return bytes_; }

 private:
  friend struct WayThrough;

  // Sets that are only a first look go by the low six bits of a byte: they let a few more through
  // and touch few cache lines.
  static uint64_t BitOf(uint8_t byte) { return uint64_t{1} << (byte & 63); }

  enum class Kind : uint8_t { kEnd, kBytes, kFork, kOpen, kClose };
  // A part of a pattern with all that follows it.
  struct Node {
    Kind kind = Kind::kEnd;
    uint16_t min = 0;  // of kBytes
    uint16_t max = 0;
    uint16_t next = 0;
    uint16_t ways = 0;  // of kFork: in ways_
    uint16_t ways_end = 0;
    uint64_t first = 0;  // BitOf what it may begin with
    ByteSet bytes;       // of kBytes
  };

  uint16_t Add(const Node& node);
  uint16_t AddBytes(const PatternAtom& atom, uint16_t next);
  uint16_t AddMark(Kind kind, uint16_t next);
  uint16_t AddFork(const std::vector<uint16_t>& ways);
  uint16_t AddGroup(const PatternAtom& atom, uint16_t next);
  uint16_t AddAlternatives(const std::vector<PatternSequence>& alternatives, uint16_t next);
  void FindBegins();

  std::vector<Node> nodes_;     // each behind all that follow it
  std::vector<uint16_t> ways_;  // nodes
  uint16_t start_ = 0;
  // By the low six bits of the byte that a match begins with, BitOf those that may follow it.
  std::array<uint64_t, 64> begins_{};
  ByteSet bytes_;
};

}  // namespace picket
