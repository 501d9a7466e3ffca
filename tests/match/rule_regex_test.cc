#include "match/rule_regex.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "match/rule_reader.h"
#include "secrets/template.h"
#include "secrets/validators.h"
#include "support/sanitized.h"

namespace picket {
namespace {

constexpr size_t kOneIn = kSanitized ? 7 : 1;

bool operator==(const RegexMatch& a, const RegexMatch& b) {
  return a.match == b.match && a.capture == b.capture;
}

TEST_CASE("a pattern's counts are left open, and what only looks like one is left alone") {
  struct Case {
    const char* pattern;
    const char* loose;
  };
  const Case cases[] = {
      {"ab", "ab"},
      {"a{3}b", "a+?b"},
      {"a{0,3}b?", "a*?b?"},
      {"(?:a{2,4}|b){1,2}c", "(?:a+?|b)+?c"},
      {"[{0-9}]{4,5}", "[{0-9}]+?"},
      {"[\\]{2}]x{2}", "[\\]{2}]x+?"},
      {"\\{2\\}[a\\\\]{9}", "\\{2\\}[a\\\\]+?"},
      {"[^[]{0,1}\\[{2}", "[^[]*?\\[+?"},
  };
  for (const Case& c : cases) CHECK_MESSAGE(LoosenPattern(c.pattern) == c.loose, c.pattern);
}

// Fragments that begin what is never ended, so that the loose pattern finds what the exact one
// does not.
TEST_CASE("where the loose pattern goes on for ever the exact one's width bounds what is seen") {
  Rule rule;
  rule.pattern = "(?:a{1,9}z|ab)";
  rule.max_width = 10;
  const RuleRegex regex(rule);
  std::string text(100'000, 'a');
  RegexMatch match;
  CHECK_FALSE(regex.Find(AsBytes(text), 0, text.size(), &match));
  for (size_t place : {0u, 9u, 10u, 11u, 50u, 99'990u}) {
    std::string found = text;
    found[place + 1] = 'b';
    CHECK(regex.Find(AsBytes(found), 0, found.size(), &match));
    CHECK(match.match == Span{place, 2});
    found[place + 1] = 'z';
    CHECK(regex.Find(AsBytes(found), 0, found.size(), &match));
    CHECK(match.match.end() == place + 2);
    CHECK(match.match.length == std::min<size_t>(place + 2, 10));
    CHECK_FALSE(regex.Find(AsBytes(found), 0, place + 1, &match));
  }
}

TEST_CASE("every rule finds with its loose pattern what the exact one finds by itself") {
  const std::string dir = std::string(PICKET_SOURCE_DIR) + "/patterns/secrets";
  std::vector<std::string> complaints;
  SeededRandom random(23);
  size_t found = 0;
  size_t turn = 0;
  for (const RuleSource& source :
       ParseRuleFiles(ReadRuleFiles(dir), ValidatorNames(), &complaints)) {
    if (source.rule.is_path_rule() || turn++ % kOneIn != 0) continue;
    const RuleRegex regex(source.rule);
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_case_sensitive(!source.rule.ignore_case);
    const re2::RE2 exact(source.rule.pattern, options);
    std::string text;
    for (size_t i = 0; i < source.examples.size() && i < 3; ++i) {
      std::string why;
      const std::optional<std::string> example =
          ExpandTemplate(source.examples[i], random, Spoiling::kNone, &why);
      REQUIRE(example.has_value());
      for (size_t cut = 1; cut < 8; ++cut) text += example->substr(0, example->size() * cut / 8);
      text += *example + example->substr(1) + " ";
    }
    for (uint64_t position = 0; position < text.size(); position += 1 + position / 7) {
      const re2::StringPiece whole(text);
      std::array<re2::StringPiece, 2> groups;
      const int wanted = 1 + exact.NumberOfCapturingGroups();
      const bool expected =
          exact.Match(whole, position, text.size(), re2::RE2::UNANCHORED, groups.data(), wanted);
      RegexMatch match;
      REQUIRE_MESSAGE(regex.Find(AsBytes(text), position, text.size(), &match) == expected,
                      source.rule.id);
      if (!expected) continue;
      ++found;
      const re2::StringPiece& captured = groups[wanted == 2 && groups[1].data() != nullptr ? 1 : 0];
      const RegexMatch wants{
          {static_cast<uint64_t>(groups[0].data() - text.data()), groups[0].size()},
          {static_cast<uint64_t>(captured.data() - text.data()), captured.size()}};
      CHECK_MESSAGE(match == wants, source.rule.id);
      RegexMatch same;
      REQUIRE(regex.FindWhole(AsBytes(text), match.match.offset, match.match.end(), &same));
      CHECK_MESSAGE(same.match == match.match, source.rule.id);
    }
  }
  CHECK(complaints.empty());
  CHECK(found > 5000 / kOneIn);
}

}  // namespace
}  // namespace picket
