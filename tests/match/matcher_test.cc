#include "match/matcher.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "match/dialect.h"
#include "match/re2_options.h"
#include "secrets/template.h"

namespace picket {
namespace {

using Place = std::tuple<std::string, uint64_t, uint64_t>;

Rule MakeRule(const char* id, const char* pattern, const char* not_before = "",
              const char* not_after = "") {
  Rule rule;
  rule.id = id;
  rule.pattern = pattern;
  std::vector<std::string> complaints;
  PatternFacts facts = CheckDialect(pattern, &complaints);
  REQUIRE(complaints.empty());
  rule.min_width = facts.min_width;
  rule.max_width = facts.max_width;
  REQUIRE(ParseByteClass(not_before, &rule.not_before));
  REQUIRE(ParseByteClass(not_after, &rule.not_after));
  return rule;
}

std::shared_ptr<const RuleSet> Compile(std::vector<Rule> rules) {
  std::vector<std::string> complaints;
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  REQUIRE(set != nullptr);
  return set;
}

class Recorder : public MatchJudge {
 public:
  bool Accept(Bytes, const RawMatch& match) override {
    ++asked;
    if (reject_all) return false;
    places.emplace_back(match.rule.id, match.match.offset, match.match.length);
    return true;
  }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override { ++encoded; }

  std::vector<Place> places;
  size_t asked = 0;
  size_t encoded = 0;
  bool reject_all = false;
};

std::vector<Place> Find(const std::shared_ptr<const RuleSet>& rules, const std::string& text,
                        uint64_t window) {
  Matcher matcher(rules, window);
  Recorder recorder;
  matcher.Scan(AsBytes(text), recorder);
  std::sort(recorder.places.begin(), recorder.places.end());
  return recorder.places;
}

// RE2 alone, walking the whole text.
std::vector<Place> Reference(const std::vector<Rule>& rules, const std::string& text) {
  std::vector<Place> places;
  for (const Rule& rule : rules) {
    re2::RE2 regex(rule.pattern, MakeRe2Options(rule.ignore_case));
    size_t at = 0;
    re2::StringPiece hit;
    while (regex.Match(text, at, text.size(), re2::RE2::UNANCHORED, &hit, 1)) {
      size_t start = static_cast<size_t>(hit.data() - text.data());
      size_t end = start + hit.size();
      bool left = start > 0 && rule.not_before.Contains(static_cast<uint8_t>(text[start - 1])) &&
                  !FollowsEscape(AsBytes(text), start);
      bool right = end < text.size() && rule.not_after.Contains(static_cast<uint8_t>(text[end]));
      if (left || right) {
        at = start + 1;
      } else {
        places.emplace_back(rule.id, start, hit.size());
        at = end;
      }
    }
  }
  std::sort(places.begin(), places.end());
  return places;
}

std::vector<Rule> Rules() {
  return {MakeRule("fixed", "ab[a-d]{3}", "[a-z]", "[a-z]"), MakeRule("ranged", "x[xy]{2,6}"),
          MakeRule("either", "(?:aa|aab|baab)c?"), MakeRule("negated", "q[^q]{2}q"),
          MakeRule("inner", "d([abc]{1,4})d", "[d]")};
}

}  // namespace

TEST_CASE("matcher: finds what RE2 finds alone, at every window seam") {
  std::vector<Rule> rules = Rules();
  std::shared_ptr<const RuleSet> set = Compile(rules);
  SeededRandom random(3);
  size_t found = 0;
  for (int round = 0; round < 300; ++round) {
    std::string text = random.Text(round % 2 == 0 ? "abcdxyq .\n" : "abxdq", 120);
    std::vector<Place> expected = Reference(rules, text);
    found += expected.size();
    for (uint64_t window : {uint64_t{16}, uint64_t{17}, uint64_t{23}, uint64_t{64}, uint64_t{119},
                            uint64_t{120}, Matcher::kWindow}) {
      CAPTURE(text);
      CAPTURE(window);
      REQUIRE(Find(set, text, window) == expected);
    }
  }
  CHECK(found > 1000);
}

TEST_CASE("matcher: both engines judge each of the 256 bytes alike, inside a match and beside it") {
  std::vector<Rule> rules = Rules();
  rules.push_back(MakeRule("high", "[\\x80-\\xff]z[^\\x00-\\x7f]"));
  rules.push_back(MakeRule("folded", "kS[^k]ss"));
  rules.back().ignore_case = true;
  std::shared_ptr<const RuleSet> set = Compile(rules);
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    std::string c(1, static_cast<char>(byte));
    std::string text;
    for (const char* core : {"abbbb", "xxy", "aab", "dabd", "kS1ss"}) text += c + core + c + " ";
    text += "q" + c + c + "q " + c + "z" + c + " " + c + "s" + c + "s" + c;
    CHECK(Find(set, text, Matcher::kWindow) == Reference(rules, text));
  }
}

TEST_CASE("matcher: the tail of an escape is no neighbour") {
  std::shared_ptr<const RuleSet> set = Compile({MakeRule("token", "tok[0-9]{4}", "[A-Za-z0-9]")});
  struct Case {
    std::string before;
    bool found;
  };
  const Case kCases[] = {
      {"", true},        {" ", true},           {"x", false},         {"9", false},
      {"\\n", true},     {"\\t", true},         {"\\r", true},        {"%3D", true},
      {"\\u0022", true}, {"\\x3d", true},       {"=3D", true},        {"\\075", true},
      {"\x1b[0m", true}, {"\\033[1;32m", true}, {"\\u001b[0m", true}, {"a3D", false},
      {"u0022", false},  {"[0m", false},        {"n", false},         {"%zD", false},
      {"\\q", false},    {"D", false},          {"5D", false}};
  for (const Case& test : kCases) {
    CAPTURE(test.before);
    CHECK(Find(set, test.before + "tok1234", 64).size() == (test.found ? 1 : 0));
  }
}

TEST_CASE("matcher: millions of hits stay in a buffer of fixed size and none is lost") {
  std::shared_ptr<const RuleSet> set = Compile({MakeRule("dense", "a[ab]"), MakeRule("b", "ba")});
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "ab";
  Matcher matcher(set);
  Recorder recorder;
  matcher.Scan(AsBytes(text), recorder);
  CHECK(recorder.places.size() == 1'000'000 + 999'999);
}

TEST_CASE("matcher: a rule whose every hit is rejected ends") {
  std::shared_ptr<const RuleSet> set = Compile({MakeRule("wide", "a[a-c]{20,200}")});
  std::string text(200'000, 'a');
  Matcher matcher(set);
  Recorder recorder;
  recorder.reject_all = true;
  matcher.Scan(AsBytes(text), recorder);
  CHECK(recorder.asked == text.size() - 20);
}

TEST_CASE("matcher: a measured body counts for the span, the boundary and where to go on") {
  Rule rule = MakeRule("run", "key-", "[a-z]", "[!]");
  rule.measure.kind = "run";
  REQUIRE(ParseByteClass("[0-9k]", &rule.measure.bytes));
  rule.measure.min = 3;
  rule.measure.max = 10;
  std::shared_ptr<const RuleSet> set = Compile({rule});
  CHECK(Find(set, "key-12345 key-12 key-123!", 16) == std::vector<Place>{{"run", 0, 9}});
  CHECK(Find(set, "key-12345678901234", 16) == std::vector<Place>{{"run", 0, 14}});
}

TEST_CASE("matcher: a word of the context has to stand near, in any case") {
  Rule rule = MakeRule("near", "[0-9]{6}");
  rule.context.words = {"secret"};
  rule.context.before = 10;
  rule.context.after = 8;
  std::shared_ptr<const RuleSet> set = Compile({rule});
  CHECK(Find(set, "my SECRET=123456", 16).size() == 1);
  CHECK(Find(set, "123456 secret", 16).size() == 1);
  CHECK(Find(set, "secret       123456", 16).empty());
  CHECK(Find(set, "123456", 16).empty());
}

namespace {

class BoundaryRecorder : public MatchJudge {
 public:
  bool Accept(Bytes, const RawMatch&) override { return true; }
  void OnEncoded(Bytes, const EncodedLiteral& literal, uint64_t offset) override {
    if (literal.encoding == Encoding::kBase64) boundaries.insert(offset + literal.quad_shift);
  }

  std::set<uint64_t> boundaries;
};

}  // namespace

TEST_CASE("matcher: encoded spellings of literals are reported with their place") {
  Rule rule = MakeRule("token", "zq_[0-9]{4}");
  rule.encoded_literals = {"zq_"};
  std::shared_ptr<const RuleSet> set = Compile({rule});
  Matcher matcher(set);
  // Whatever stands before it and behind it: some characters are decided by both.
  for (size_t phase = 0; phase < 3; ++phase) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      CAPTURE(phase);
      CAPTURE(byte);
      const char beside = static_cast<char>(byte);
      const std::string inner =
          "p" + std::string(phase + 2, beside) + "zq_" + beside + "1234 and more";
      for (const bool url_safe : {false, true}) {
        const std::string text = EncodeBase64(inner, url_safe, !url_safe);
        BoundaryRecorder recorder;
        matcher.Scan(AsBytes(text), recorder);
        // The boundary of four at or behind the first byte of the literal.
        const uint64_t first = (phase + 3) / 3 * 4;
        const uint64_t expected = (phase + 3) % 3 == 0 ? first : first + 4;
        CHECK(recorder.boundaries.count(expected) == 1);
        for (const uint64_t boundary : recorder.boundaries) CHECK(boundary % 4 == 0);
      }
    }
  }
}

TEST_CASE("a rule of more parts than are tried one by one finds what it is there for") {
  const char* const pattern = "key=(?:(?:[ab]|[cd])(?:[ef]|[gh])){1,1000}";
  const auto rules = Compile({MakeRule("large", pattern)});
  const std::string text = "some text\nkey=aecf\nkey=bg";
  const std::vector<Place> expected = {{"large", 10, 8}, {"large", 19, 6}};
  CHECK(Find(rules, text, Matcher::kWindow) == expected);
}

TEST_CASE("matcher: what a match has taken begins no other, though the next hit ends behind it") {
  std::vector<Rule> rules = {MakeRule("far", "widget\\n{1,9}=[A-Za-z0-9]{8,16}")};
  std::string text;
  for (int i = 0; i < 6; ++i) text += "widget\n\n\n=Ab3dEf7h";
  const std::vector<Place> expected = Reference(rules, text);
  REQUIRE(expected.size() == 3);
  const std::shared_ptr<const RuleSet> set = Compile(rules);
  for (uint64_t window : {uint64_t{16}, uint64_t{40}, Matcher::kWindow}) {
    CAPTURE(window);
    CHECK(Find(set, text, window) == expected);
  }
}

}  // namespace picket
