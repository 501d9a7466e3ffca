#include "match/rule_word.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace picket {

TEST_CASE("rule words: one for each way through a pattern, with what may stand around it") {
  struct Case {
    std::string pattern;
    std::vector<RuleWord> words;  // empty: none
  };
  const std::vector<Case> cases = {
      {"ab", {}},
      {"[a-z]{9}", {}},
      {"npg_[A-Za-z]{12,16}", {{"npg\x7f", 0, 16}}},
      // The first that is rare, and only what is there for sure, in either case.
      {"[0-9]{1,4}:543[0-9]:qdrant", {{":543", 4, 8}}},
      {"(?:qdrant|[Mm]ilvus)[ ]{1,3}x", {{"milvus", 0, 4}, {"qdrant", 0, 4}}},
      {"logz(?:io)?=", {{"logz", 0, 3}}},
      // What stands in all ways, where each would have a word of its own.
      {"variable[ ]{1,2}(?:private|cred)", {{"variable", 0, 9}}},
      // A common word is no rarer without its first letter.
      {"[?&](?:[aA]ccess|auth)[_-]?token=[a-z]{4}", {{"token=", 8, 4}}},
      // Nothing of it is rare, or it is too wide.
      {"key|qdrant", {}},
      {"key[ ]{1,3}token", {}},
      {"qdrant[ ]{1,900}x[ ]{1,900}", {}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.pattern);
    std::optional<std::vector<RuleWord>> words = ChooseWords(test.pattern);
    REQUIRE(words.has_value() == !test.words.empty());
    if (!words) continue;
    std::sort(words->begin(), words->end(),
              [](const RuleWord& a, const RuleWord& b) { return a.text < b.text; });
    CHECK(*words == test.words);
  }
}

TEST_CASE("rule words: a word of several rules has the wider reach of each side") {
  std::vector<RuleWord> words = {{"npg", 0, 16}};
  MergeWords({{"npg", 4, 2}, {"ltai", 1, 1}}, &words);
  CHECK(words == std::vector<RuleWord>{{"npg", 4, 16}, {"ltai", 1, 1}});
}

}  // namespace picket
