// A rule's pattern in RE2: says exactly what matches where Hyperscan says that something does.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "match/rule.h"

namespace picket {

struct RegexMatch {
  Span match;
  Span capture;  // the match, where the pattern has no group or that one was left out
};

// `pattern` of the dialect with its counts left open: {n,m} is +? or *?. It matches wherever the
// pattern does, and RE2's automaton for it is small, because it need not count.
std::string LoosenPattern(std::string_view pattern);

// Not to be shared by threads: RE2 would have them wait for each other.
class RuleRegex {
 public:
  explicit RuleRegex(const Rule& rule);

  // The match that RE2 prefers of the leftmost ones from `position` on, not beyond `limit`.
  bool Find(Bytes text, uint64_t position, uint64_t limit, RegexMatch* match) const;
  // Of one from `begin` to `end`.
  bool FindWhole(Bytes text, uint64_t begin, uint64_t end, RegexMatch* match) const;

 private:
  bool Match(Bytes text, uint64_t begin, uint64_t end, re2::RE2::Anchor anchor,
             RegexMatch* match) const;

  re2::RE2 exact_;
  uint64_t width_;                   // no match is wider
  std::unique_ptr<re2::RE2> loose_;  // null where no count is open
};

}  // namespace picket
