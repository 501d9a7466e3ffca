// Holds the rule files against what they promise, with the real engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "match/rule.h"
#include "match/rule_cost.h"
#include "match/rule_files.h"

namespace picket {

struct RuleReport {
  size_t files = 0;
  size_t rules = 0;
  // Texts that were made from templates and scanned.
  size_t examples = 0;
  size_t near_misses = 0;
  // That were put to validators only.
  uint64_t bodies = 0;
  // Complete sentences; empty: every rule keeps its promises.
  std::vector<std::string> complaints;
};

// Reads and compiles every rule of `dir`, makes texts of its templates with a fixed seed, and looks
// for what is not found, what is found and should not be, and what another precise rule finds too.
// Near misses are also derived: one character fewer or more where the width is fixed, a wrong
// checksum, and for precise rules each letter of the prefix changed. A rule over a budget of
// match/rule_cost.h is complained about too, and one whose validators refuse its own bodies: of the
// first of a million (secrets/body_trial.h) more than the whole million may lose. Throws Error only
// when the folder can't be read.
RuleReport CheckRules(const std::string& dir);
// The same for files by themselves.
RuleReport CheckRuleFiles(std::span<const RuleFile> files);

// Every entry for `rules list` and `rules show`, sorted by id; entries that are wrong are left out
// and complained about.
std::vector<RuleSource> ListRules(std::span<const RuleFile> files,
                                  std::vector<std::string>* complaints);
std::vector<RuleSource> ListRules(const std::string& dir, std::vector<std::string>* complaints);

struct RuleTiming {
  Rule rule;
  RuleCost cost;
};

// What each rule costs by itself over `text`, the dearest first; path rules cost nothing and are
// left out. Nothing is measured when an entry is wrong.
std::vector<RuleTiming> TimeRules(std::span<const RuleFile> files, Bytes text, int passes,
                                  std::vector<std::string>* complaints);

}  // namespace picket
