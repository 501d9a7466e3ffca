#include "match/search_group.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "match/rule.h"
#include "support/token_run_oracle.h"

namespace picket {
namespace {

SearchGroup Choose(const std::string& pattern, bool token_run = false) {
  Rule rule;
  rule.pattern = pattern;
  rule.token_run = token_run;
  return ChooseSearchGroup(rule);
}

}  // namespace

TEST_CASE("search group: chosen by what a pattern is sure to hold") {
  struct Case {
    std::string pattern;
    SearchGroup group;
  };
  const std::vector<Case> cases = {
      {"hf_[A-Za-z0-9]{34}", SearchGroup::kToken},
      {"AKIA[A-Z2-7]{16}", SearchGroup::kToken},
      // Too short, or too seldom a run.
      {"abc[A-Za-z0-9]{4}", SearchGroup::kEverywhere},
      {"[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}", SearchGroup::kEverywhere},
      {"://[^:]{1,20}:[^@]{1,20}@", SearchGroup::kEverywhere},
      {"vendor[ =:\"]{1,90}([0-9a-f]{40})", SearchGroup::kLongNamedToken},
      {"vendor[ =:\"]{1,90}([0-9a-f]{32})\"", SearchGroup::kLongNamedToken},
      {"vendor[ =:\"]{1,90}([A-Za-z0-9]{24})", SearchGroup::kNamedToken},
      {"vendor[ =:\"]{1,90}([A-Za-z0-9]{22})", SearchGroup::kAssignedValue},
      // Beyond every reach.
      {"vendor[ ]{1,300}([0-9a-f]{40})", SearchGroup::kEverywhere},
      {"([0-9a-f]{40})[ ]{1,60}vendor", SearchGroup::kEverywhere},
      // The worst alternative counts, and what may be left out does not.
      {"hf_[A-Za-z0-9]{34}|hf-[a-z]{3}", SearchGroup::kEverywhere},
      {"hf_(?:[A-Za-z0-9]{34})?", SearchGroup::kEverywhere},
      {"hf_(?:[0-9]{8}-){2}", SearchGroup::kToken},
  };
  for (const Case& test : cases) {
    CAPTURE(test.pattern);
    CHECK(Choose(test.pattern) == test.group);
  }
  CHECK(Choose("password=([!-~]{8,80})", true) == SearchGroup::kAssignedValue);
  // No end of ways through it.
  CHECK(Choose("(?:a|b){18}[0-9]{20}") == SearchGroup::kEverywhere);
}

TEST_CASE("search group: random texts of a pattern are within reach") {
  std::mt19937_64 random(3);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  REQUIRE(Choose("tok_[A-Za-z0-9]{20}") == SearchGroup::kToken);
  for (int round = 0; round < 100'000; ++round) {
    std::string text = "tok_";
    for (int i = 0; i < 20; ++i) text.push_back(alphabet[random() % alphabet.size()]);
    REQUIRE(IsWithinReach(SearchGroup::kToken, AsBytes(text)));
  }
}

TEST_CASE("search group: a match within reach is one by its own bytes") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 400, ' ');
    const size_t kinds = 2 + random() % 20;
    for (char& c : text) c = "a1 Bc_\"=QxYz:;,(ghJkL"[random() % kinds];
    for (SearchGroup group : kSearchGroups) {
      CAPTURE(text);
      REQUIRE(IsWithinReach(group, AsBytes(text)) == OracleIsWithinReach(group, text));
    }
  }
}

}  // namespace picket
