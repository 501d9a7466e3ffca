// Words that stand in every match of a rule, for rules that have no token run to be searched beside
// (match/search_group.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/pattern_path.h"

namespace picket {

struct Rule;

// How far a match that has the word may reach before the word's start and behind its end, in bytes.
struct RuleWord {
  std::string text;  // as in Word (match/word_finder.h)
  uint32_t before = 0;
  uint32_t after = 0;
  bool far = false;  // of a rule in SearchGroup::kFarWord

  bool operator==(const RuleWord&) const = default;
};

// One for each path, rare in source text, each word once; none where a path has no word that
// is rare enough, or is too wide for one.
std::optional<std::vector<RuleWord>> ChooseWords(const std::vector<PatternPath>& paths);

// Of a rule's pattern.
std::optional<std::vector<RuleWord>> ChooseWords(std::string_view pattern);

// Adds `more` to `words`, the wider reach of each word; one of the far and one of the others are
// two.
void MergeWords(const std::vector<RuleWord>& more, std::vector<RuleWord>* words);

}  // namespace picket
