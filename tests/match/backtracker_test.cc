#include "match/backtracker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "match/re2_options.h"
#include "match/rule_reader.h"
#include "secrets/template.h"
#include "secrets/validators.h"
#include "support/sanitized.h"

namespace picket {
namespace {

using Outcome = Backtracker::Outcome;

constexpr size_t kOneIn = kSanitized ? 7 : 1;

bool operator==(const RegexMatch& a, const RegexMatch& b) {
  return a.match == b.match && a.capture == b.capture;
}

// What RE2 finds by itself, whatever it needs for that.
std::optional<RegexMatch> Oracle(const re2::RE2& regex, const std::string& text, size_t first,
                                 size_t limit, re2::RE2::Anchor anchor) {
  std::array<re2::StringPiece, 2> groups;
  const int wanted = 1 + regex.NumberOfCapturingGroups();
  if (!regex.Match(text, first, limit, anchor, groups.data(), wanted)) return std::nullopt;
  const auto span = [&text](re2::StringPiece piece) {
    return Span{static_cast<uint64_t>(piece.data() - text.data()), piece.size()};
  };
  return RegexMatch{span(groups[0]), span(groups[groups[1].data() == nullptr ? 0 : 1])};
}

// Requires both to agree on matches that start at `first` or later, and before `last`, unless the
// one gives up.
Outcome Agree(const Backtracker& pattern, const re2::RE2& regex, const std::string& text,
              size_t first, size_t last, size_t limit) {
  std::optional<RegexMatch> expected = Oracle(regex, text, first, limit, re2::RE2::UNANCHORED);
  if (expected && expected->match.offset >= last) expected.reset();
  RegexMatch match;
  const Outcome outcome = pattern.Find(AsBytes(text), first, last, limit, &match);
  if (outcome == Outcome::kUndecided) return outcome;
  CAPTURE(regex.pattern());
  CAPTURE(text);
  REQUIRE(outcome == (expected ? Outcome::kFound : Outcome::kNone));
  if (expected) REQUIRE(match == *expected);
  return outcome;
}

void AgreeOnWhole(const Backtracker& pattern, const re2::RE2& regex, const std::string& text,
                  size_t begin, size_t end) {
  const auto expected = Oracle(regex, text, begin, end, re2::RE2::ANCHOR_BOTH);
  RegexMatch match;
  const Outcome outcome = pattern.FindWhole(AsBytes(text), begin, end, &match);
  CAPTURE(regex.pattern());
  CAPTURE(text);
  REQUIRE(outcome == (expected ? Outcome::kFound : Outcome::kNone));
  if (expected) REQUIRE(match == *expected);
}

}  // namespace

TEST_CASE("backtracking prefers the ways that RE2 prefers") {
  struct Case {
    const char* pattern;
    bool ignore_case;
  };
  const Case cases[] = {
      {"a", false},
      {"(?:a|ab)(?:c|bcd|b)", false},
      {"(?:ab|a)(?:b?c?)x?", false},
      {"(?:a?b?){2,3}c", false},
      {"(?:a?|b){0,4}x", false},
      {"x(?:(a?)b|c)[ab]{0,3}", false},
      {"x(a{0,2})[a-c]{1,3}", false},
      {"(?:x(a|ab)|c)b?", false},
      {"[^a]{2}b", true},
      {"(?:ab?){2,3}[cx]", true},
      {"[\\xe0-\\xe5][^A-B]", true},
      {"\\xc0a{1,2}", true},
      {"\\xdfa|\\xd7b|\\xffc|x", true},
      {"[@-\\[](?:`|\\{)?a", true},
  };
  static constexpr std::string_view kBytes("abcxABX`\xe0\xc0\xd7\xf7\xdf\xff\n\0", 16);
  SeededRandom random(5);
  std::map<Outcome, size_t> outcomes;
  for (const Case& c : cases) {
    const Backtracker pattern(c.pattern, c.ignore_case);
    const re2::RE2 regex(c.pattern, MakeRe2Options(c.ignore_case));
    REQUIRE(regex.ok());
    for (int turn = 0; turn < 300; ++turn) {
      std::string text;
      const size_t most = turn % 3 == 0 ? kBytes.size() : 4;
      while (text.size() < 9) text += kBytes[random.Below(most)];
      for (size_t first = 0; first < text.size(); first += 1 + random.Below(4)) {
        const size_t limit = first + random.Below(text.size() - first + 1);
        ++outcomes[Agree(pattern, regex, text, first, text.size(), limit)];
        ++outcomes[Agree(pattern, regex, text, first, std::min(first + 2, limit), limit)];
        AgreeOnWhole(pattern, regex, text, first, limit);
      }
    }
  }
  CHECK(outcomes[Outcome::kFound] > 1000);
  CHECK(outcomes[Outcome::kUndecided] == 0);
}

TEST_CASE("backtracking finds for every rule what RE2 finds") {
  const std::string dir = std::string(PICKET_SOURCE_DIR) + "/patterns/secrets";
  std::vector<std::string> complaints;
  SeededRandom random(23);
  std::map<Outcome, size_t> outcomes;
  size_t turn = 0;
  for (const RuleSource& source :
       ParseRuleFiles(ReadRuleFiles(dir), ValidatorNames(), &complaints)) {
    const Rule& rule = source.rule;
    if (rule.is_path_rule() || turn++ % kOneIn != 0) continue;
    const Backtracker pattern(rule.pattern, rule.ignore_case);
    const re2::RE2 regex(rule.pattern, MakeRe2Options(rule.ignore_case));
    std::string text;
    for (size_t i = 0; i < source.examples.size() && i < 3; ++i) {
      std::string why;
      const auto example = ExpandTemplate(source.examples[i], random, Spoiling::kNone, &why);
      REQUIRE(example.has_value());
      for (size_t cut = 1; cut < 8; ++cut) text += example->substr(0, example->size() * cut / 8);
      text += *example + example->substr(1) + " ";
    }
    for (size_t first = 0; first < text.size(); first += 1 + first / 7) {
      const size_t last = std::min<size_t>(text.size(), first + rule.max_width);
      const size_t limit = std::min<size_t>(text.size(), last + rule.max_width);
      const Outcome outcome = Agree(pattern, regex, text, first, last, limit);
      ++outcomes[outcome];
      if (outcome != Outcome::kFound) continue;
      RegexMatch match;
      pattern.Find(AsBytes(text), first, last, limit, &match);
      AgreeOnWhole(pattern, regex, text, match.match.offset, match.match.end());
    }
  }
  CHECK(complaints.empty());
  CHECK(outcomes[Outcome::kFound] > 5000 / kOneIn);
  CHECK(outcomes[Outcome::kUndecided] < outcomes[Outcome::kFound] / 500);
}

TEST_CASE("backtracking gives up where the ways are too many, and says so") {
  RegexMatch match;
  const std::string text(60, 'a');
  // The last one is as deep as any may be.
  for (const char* ways : {"(?:a{0,9}){20}b", "(?:a?|aa){0,40}b", "(?:(?:a|aa|aaa){1,9}x?){9}b",
                           "(?:a?b?|b){1000}c"}) {
    const Backtracker pattern(ways, false);
    CHECK(pattern.Find(AsBytes(text), 0, 60, 60, &match) == Outcome::kUndecided);
    CHECK(pattern.FindWhole(AsBytes(text), 0, 60, &match) == Outcome::kUndecided);
  }
  const Backtracker large("(?:(?:a|b|c|d){9}x){100}", false);
  CHECK(large.Find(AsBytes(text), 0, 60, 60, &match) == Outcome::kUndecided);
  CHECK(large.FindWhole(AsBytes(text), 0, 60, &match) == Outcome::kUndecided);
}

TEST_CASE("backtracking knows which bytes may stand in a match") {
  const Backtracker pattern("k(?:ey|\\xe0)[0-9]{2,4}", true);
  std::string held;
  for (int byte = 0; byte < 256; ++byte) {
    if (pattern.bytes().Contains(static_cast<uint8_t>(byte))) held += static_cast<char>(byte);
  }
  CHECK(held == "0123456789EKYeky\xc0\xe0");
}

}  // namespace picket
