#include "match/search_group.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "match/rule.h"
#include "support/sanitized.h"
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
      // No word of it is rare.
      {"(?:token|value)[ ]{1,300}([0-9]{40})", SearchGroup::kEverywhere},
      // Too short, or too seldom a run.
      {"abc[A-Za-z0-9]{4}", SearchGroup::kWord},
      {"[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}", SearchGroup::kEverywhere},
      {"vendor_key[ =:\"]{1,90}([0-9a-f]{40})", SearchGroup::kNamedHex},
      {"vendor_key[ =:\"]{1,90}([0-9a-g]{40})", SearchGroup::kLongNamedToken},
      {"vendor_key[ =:\"]{1,90}([0-9A-F]{8}-[0-9a-f]{4}-[0-9]{20})", SearchGroup::kNamedHex},
      {"vendor_key[ =:\"]{1,90}([0-9A-F]{8}_[0-9a-f]{4}-[0-9]{20})", SearchGroup::kLongNamedToken},
      {"vendor_key[ =:\"]{1,90}([0-9a-f]{31})", SearchGroup::kNamedToken},
      {"vendor_key[ =:\"]{1,90}([0-9a-f]{31}[x-z]?[0-9a-f]{8})", SearchGroup::kLongNamedToken},
      {"vendor[ =:\"]{1,90}([0-9a-f]{32})\"", SearchGroup::kFarToken},
      {"vendor[A-Za-z]{0,90}\\([\"']{1,2}([0-9a-f]{32})", SearchGroup::kNamedHex},
      {"vendor[A-Za-z]{0,90}\\([\"']{1,9}([0-9a-f]{32})", SearchGroup::kFarToken},
      {"vendor[Kk][Ee]Y[ =:\"]{1,90}([A-Za-z0-9]{24})", SearchGroup::kNamedToken},
      {"vendor_secret[ =:\"]{1,80}([a-z]{6}[0-9]{6})", SearchGroup::kNamedValue},
      // Twenty characters are too often without digits and no more than camel case.
      {"tok[A-Za-z0-9]{20}", SearchGroup::kWord},
      {"vendor[\\n -~]{1,240}[A-Za-z0-9]{4}", SearchGroup::kWord},
      {"vendor[\\n -~]{1,260}[A-Za-z0-9]{4}", SearchGroup::kFarWord},
      {"tok_[A-Za-z0-9]{20}", SearchGroup::kToken},
      {"vendor[ =:\"]{1,90}([A-Za-z0-9]{20})", SearchGroup::kWord},
      // A name behind the value names nothing, nor does one that may be left out, nor a path.
      {"vendor[ =:\"]{1,60}([0-9a-f]{32})[ ]key", SearchGroup::kFarToken},
      {"vendor(?:key)?[ =:\"]{1,60}([0-9a-f]{32})", SearchGroup::kFarToken},
      {"vendor_path[ =:\"]{1,60}([0-9a-f]{32})", SearchGroup::kFarToken},
      {"vendor_pat[ =:\"]{1,60}([0-9a-f]{32})", SearchGroup::kNamedHex},
      {"password[ =]{1,3}([!-~ ]{4,80})", SearchGroup::kPassword},
      {"(?:pwd|passphrase)[ =]{1,3}([!-~ ]{4,80})", SearchGroup::kPassword},
      {"(?:pwd|phrase)[ =]{1,3}([!-~ ]{4,80})", SearchGroup::kWord},
      {"password[ =]{1,200}([!-~ ]{4,80})", SearchGroup::kWord},
      {"[a-z]{2,9}://[!#-.0-;=?A-~]{1,90}@[a-z]{1,9}", SearchGroup::kUserinfo},
      {"[a-z]{2,9}://[!#-;=?A-~]{1,90}@[a-z]{1,9}", SearchGroup::kWord},
      {"[a-z]{2,9}://[!#-.0-;=?A-~]{1,300}@[a-z]{1,9}", SearchGroup::kWord},
      // Beyond every reach.
      {"vendor[ ]{1,300}([0-9a-f]{40})", SearchGroup::kWord},
      {"([0-9a-f]{40})[ ]{1,60}vendor", SearchGroup::kWord},
      // The worst alternative counts, and what may be left out does not.
      {"hf_[A-Za-z0-9]{34}|hf-[a-z]{3}", SearchGroup::kWord},
      {"hf_(?:[A-Za-z0-9]{34})?", SearchGroup::kWord},
      {"hf_(?:[0-9]{8}-){2}", SearchGroup::kToken},
  };
  for (const Case& test : cases) {
    CAPTURE(test.pattern);
    CHECK(Choose(test.pattern) == test.group);
  }
  CHECK(Choose("password=([!-~]{8,80})", true) == SearchGroup::kNamedValue);
  CHECK(Choose("phrase=([!-~]{8,80})", true) == SearchGroup::kWord);
  // No end of ways through it.
  CHECK(Choose("(?:a|b){18}[0-9]{20}") == SearchGroup::kEverywhere);
}

TEST_CASE("search group: random texts of a pattern are within reach") {
  std::mt19937_64 random(3);
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  Rule rule;
  rule.pattern = "tok_[A-Za-z0-9]{20}";
  rule.group = ChooseSearchGroup(rule);
  REQUIRE(rule.group == SearchGroup::kToken);
  for (int round = 0; round < (kSanitized ? 10'000 : 100'000); ++round) {
    std::string text = "tok_";
    for (int i = 0; i < 20; ++i) text.push_back(alphabet[random() % alphabet.size()]);
    REQUIRE(IsWithinReach(rule, AsBytes(text), text.size()));
  }
}

TEST_CASE("search group: a match within reach is one by its own bytes") {
  std::mt19937_64 random(5);
  for (int round = 0; round < (kSanitized ? 2'000 : 20'000); ++round) {
    std::string text(random() % 400, ' ');
    const size_t kinds = 2 + random() % 20;
    for (char& c : text) c = "a1 Bc_\"=QxYz:;,(ghJkL"[random() % kinds];
    for (int i = 0; i < 2 && text.size() > 8; ++i) {
      const std::string_view name =
          std::vector<std::string_view>{"KEY", "pat", "Token"}[random() % 3];
      text.replace(random() % (text.size() - 5), name.size(), name);
    }
    CAPTURE(text);
    const std::vector<TokenRun> named = OracleNamedRuns(text);
    Rule rule;
    for (SearchGroup group : kSearchGroups) {
      rule.group = group;
      rule.token_run = random() % 2 == 0;
      for (size_t head : {text.size(), text.size() / 2}) {
        REQUIRE(IsWithinReach(rule, AsBytes(text), head) == OracleIsWithinReach(rule, named, head));
      }
    }
  }
}

}  // namespace picket
