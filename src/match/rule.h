// Rules: knowledge as data. A Rule is what scanning needs and what the compiled file holds; a
// RuleSource is a whole entry of patterns/secrets/*.json, with what people and tests need.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/finding.h"
#include "match/byte_set.h"
#include "match/search_group.h"

namespace picket {

// Words of which one must stand near a match, in any case.
struct RuleContext {
  std::vector<std::string> words;  // lower case; empty: no context is asked for
  uint8_t before = 0;              // bytes, at most 64
  uint8_t after = 0;
};

// A named offline test of what was captured; parameters mean what the test says.
struct ValidatorCall {
  std::string name;
  double number = 0;
  std::string text;
};

// Long bodies are found by their head, which is the pattern, and measured by a bounded walk.
struct RuleMeasure {
  std::string kind;  // "" for none; "run", "jwt" or "pem"
  ByteSet bytes;     // "run": the bytes that go on
  uint32_t min = 0;  // bytes after the head
  uint32_t max = 0;  // bytes after the head, at most 64 KiB
};

struct Rule {
  std::string id;      // "vendor.kind"
  std::string family;  // the fingerprint's; never changes
  Tier tier = Tier::kPrecise;
  Severity severity = Severity::kHigh;
  std::string description;  // one sentence for the report
  std::string remediation;
  // A content rule has a pattern of the dialect; a path rule has none, but suffixes of paths that
  // match at a whole component.
  std::string pattern;
  bool ignore_case = false;
  std::vector<std::string> path_suffixes;
  // Bytes that may not stand beside a match. Zero width.
  ByteSet not_before;
  ByteSet not_after;
  // Of the pattern alone, in bytes.
  uint32_t min_width = 0;
  uint32_t max_width = 0;
  // What is found is no match unless a token run stands in it (IsWithinReach). Stated for rules
  // that would take anything for a value; of others their patterns tell.
  bool token_run = false;
  // Derived when rules are compiled; WidestLineHead() of the pattern.
  SearchGroup group = SearchGroup::kEverywhere;
  uint32_t line_head = 0;
  RuleMeasure measure;
  RuleContext context;
  std::vector<ValidatorCall> validators;
  // Literals of which one stands in every match: their encoded spellings mark text to decode.
  std::vector<std::string> encoded_literals;

  bool is_path_rule() const { return pattern.empty(); }
};

struct RuleSource {
  Rule rule;
  std::string file;
  std::vector<std::string> references;
  // Templates (secrets/template.h), so that no secret-shaped literal stands in a file.
  std::vector<std::string> examples;
  std::vector<std::string> near_misses;
};

}  // namespace picket
