// A rule's pattern: says exactly what matches where Hyperscan says that something does.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>

#include "core/bytes.h"
#include "match/backtracker.h"
#include "match/rule.h"

namespace picket {

// One thread's own. The rule outlives it.
class RuleRegex {
 public:
  explicit RuleRegex(const Rule& rule);

  // The match that RE2 prefers of those that start at the leftmost of the offsets from `first` to
  // before `last`, not beyond `limit`.
  bool Find(Bytes text, uint64_t first, uint64_t last, uint64_t limit, RegexMatch* match) const;
  // Of one from `begin` to `end`.
  bool FindWhole(Bytes text, uint64_t begin, uint64_t end, RegexMatch* match) const;
  // Where a match that reaches over `end` starts at the earliest, if not before `floor`, which may
  // stand behind `end`: there is none before it then either.
  uint64_t EarliestStart(Bytes text, uint64_t floor, uint64_t end) const;

 private:
  bool Match(Bytes text, uint64_t begin, uint64_t end, re2::RE2::Anchor anchor,
             RegexMatch* match) const;

  const Rule& rule_;
  Backtracker backtracker_;
  // Where backtracking would take too long. Made when it is asked for, which takes milliseconds.
  mutable std::unique_ptr<re2::RE2> re2_;
};

}  // namespace picket
