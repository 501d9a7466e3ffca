// What one rule costs by itself: in steps, which are the same on every machine and are held against
// a budget, and in time, which is only shown.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "match/rule.h"

namespace picket {

struct RuleCost {
  // Where it is searched; the figures below are of the whole text.
  SearchGroup group = SearchGroup::kEverywhere;
  // Of the rule's own Hyperscan database. The rules of a group share one, so this is an upper
  // bound.
  uint64_t database_bytes = 0;
  // Places of the text that Hyperscan reports and RE2 has to look at.
  uint64_t hits = 0;
  // Processor time of one thread, the fastest of several passes; 0 where none was asked for.
  double nanoseconds_per_kib = 0;
};

// Budgets; a rule that breaks one slows every commit down. Hits are counted in text in which every
// other word speaks of secrets (secrets/source_text.h); in real source there are far fewer.
constexpr uint64_t kMaxRuleWidth = 1024;            // bytes
constexpr uint64_t kMaxRuleDatabase = 1024 * 1024;  // bytes
constexpr uint64_t kMaxHitsPerMebibyte = 1000;

// `rule` is no path rule, and compiles. Throws Error when Hyperscan fails.
RuleCost MeasureCost(const Rule& rule, Bytes text, int passes);

// A complete clause for every budget that `cost` breaks over a text of `bytes` bytes.
std::vector<std::string> BrokenBudgets(const Rule& rule, const RuleCost& cost, uint64_t bytes);

}  // namespace picket
