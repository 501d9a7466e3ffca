#include "secrets/regex_translation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "match/dialect.h"
#include "match/matcher.h"
#include "match/rule_set.h"
#include "secrets/regex_facts.h"
#include "secrets/template.h"

namespace picket {
namespace {

constexpr char kWord[] = "[0-9A-Z_a-z]";

struct Case {
  std::string regex;
  std::string pattern;
  std::string not_before = {};
  std::string not_after = {};
  // A piece of the one note that has to be there; "" for no note.
  std::string note = {};
  bool ignore_case = false;
  uint32_t group = 0;
  std::string run = {};
};

Rule RuleOf(const TranslatedRegex& regex) {
  Rule rule;
  rule.id = rule.family = "test.rule";
  rule.pattern = regex.pattern;
  rule.ignore_case = regex.ignore_case;
  rule.min_width = regex.min_width;
  rule.max_width = regex.max_width;
  rule.not_before = regex.not_before;
  rule.not_after = regex.not_after;
  if (!regex.run.empty()) rule.measure = {"run", regex.run, regex.run_min, regex.run_max};
  return rule;
}

class Captures : public MatchJudge {
 public:
  bool Accept(Bytes text, const RawMatch& match) override {
    found.emplace_back(AsText(text.subspan(match.capture.offset, match.capture.length)));
    return true;
  }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override {}

  std::vector<std::string> found;
};

std::vector<std::string> Find(const TranslatedRegex& regex, const std::string& text) {
  std::vector<std::string> complaints;
  auto set = RuleSet::Compile({RuleOf(regex)}, "", &complaints);
  REQUIRE(complaints.empty());
  Matcher matcher(set);
  Captures captures;
  matcher.Scan(AsBytes(text), captures);
  return captures.found;
}

}  // namespace

TEST_CASE("regex translation: what Go's expressions say, the dialect says") {
  const Case kCases[] = {
      {"ab\\d{3,5}x", "ab[0-9]{3,5}x"},
      {"a\\wb", "a[0-9A-Z_a-z]b", "", "", ""},
      {"a\\sb", "a[\\t\\n\\x0c\\r ]b"},
      {"a\\Db", "a[^0-9]b"},
      {"a.b", "a[^\\n]b"},
      {"(?s)a.b", "a[\\x00-\\xff]b"},
      {"a[[:digit:]_]b", "a[0-9_]b"},
      {"a[]x]b", "a[\\]x]b"},
      {"a[\\w-]b", "a[\\-0-9A-Z_a-z]b"},
      {"a\\.\\-\\/b", "a\\.-/b"},
      {"a\\x41\\x{42}\\103", "aABC"},
      {"\\Qa.b\\E+c", "a\\.b{1,257}c", "", "", "256 more"},
      {"a{x}", "a\\{x\\}"},
      {"caf\xc3\xa9!", "caf\\xc3\\xa9!"},
      // Case.
      {"(?i)key[0-9a-f]x", "key[0-9A-Fa-f]x", "", "", "", true},
      {"(?i:key)-[A-Z]q", "[Kk][Ee][Yy]-[A-Z]q"},
      {"ab(?i)c|d", "ab[Cc]|[Dd]"},
      {"(?i)[0-9]{4}-[a-z]{4}", "[0-9]{4}-[A-Za-z]{4}", "[0-9]", "[A-Za-z]", "beside"},
      // Groups: one stays, the secret's.
      {"(?P<a>ab)(cd)", "ab(cd)", "", "", "", false, 2},
      {"(?<a>ab)cd", "(ab)cd"},
      {"(ab)(cd)", "abcd", "", "", "several groups"},
      {"x(ab)?y", "x(?:ab)?y", "", "", "repeated or optional"},
      {"(?:ab|cd|)e", "(?:ab|cd)?e"},
      {"'|\"", "[\"']"},
      {"a(?:b|c|[0-9])d", "a[0-9bc]d"},
      // Repeats.
      {"a[b]*c", "ab{0,256}c", "", "", "256 more"},
      {"a[bc]{3,}d", "a[bc]{3,259}d", "", "", "256 more"},
      {"a.+?b.+?c.+?d.+?e", "a[^\\n]{1,129}b[^\\n]{1,129}c[^\\n]{1,129}d[^\\n]{1,129}e", "", "",
       "greedy"},
      {"\"[^\"]{2,20}?\"", "\"[^\"]{2,20}\""},
      {"ab{0}c{1}", "ac"},
      // At the secret's end a repeat is measured.
      {"key_[a-z]{8,}", "key_[a-z]{8}", "", "", "", false, 0, "[a-z]"},
      {"x=(k[a-z]+)", "x=(k[a-z])", "", "", "", false, 0, "[a-z]"},
      {"(ab)[a-z]{3,}", "(ab)[a-z]{3}", "", "[a-z]", "beside"},
      // What stands beside the secret.
      {"\\bkey_x\\b", "key_x", kWord, kWord},
      {"\\b-key!\\b", "-key!", "[^0-9A-Z_a-z]", "[^0-9A-Z_a-z]"},
      {"(?:^|[^a-z])(key)(?:[;,]|$)", "(key)", "[^\\n\\r\\x00-`{-\\xff]", "[^\\n\\r,;]"},
      {"(?m)^key1$", "key1", "[^\\n\\r]", "[^\\n\\r]"},
      {"^key1", "key1", "[^\\n\\r]", "", "of any line"},
      {"(k[0-9]{4})(?:[\\x60'\"\\s;]|\\\\[nr]|$)", "(k[0-9]{4})", "", "[^\\t\\n\\x0c\\r \"';\\\\`]",
       "several bytes"},
      {"[\\w.-]{0,50}?(?:acme)=(k[0-9]{4})['\"]?", "acme=(k[0-9]{4})", "", "[0-9]", "beside"},
      {"([a-z]?key_[0-9]?)", "([a-z]?key_[0-9]?)"},
      {"(key)_\\w+\\b", "(key)_[0-9A-Z_a-z]{1,257}", "", kWord, "256 more"},
      {"(key)_\\w+", "(key)_[0-9A-Z_a-z]", "", kWord, "beside"},
      {"\\bab\\b|\\bcd\\b", "ab|cd", kWord, kWord},
      {"\\bab|cd\\b", "ab|cd", "", "", "different boundaries"},
      {"ab\\b-\\bcd", "ab-cd"},
      {"ab\\b[-x]cd", "ab[\\-x]cd", "", "", "left out"},
      {"(\\bkey_[0-9]{4}\\b)", "(key_[0-9]{4})", kWord, kWord},
  };
  for (const Case& one : kCases) {
    CAPTURE(one.regex);
    std::string why;
    const auto regex = TranslateGoRegex(one.regex, one.group, &why);
    CAPTURE(why);
    REQUIRE(regex.has_value());
    CHECK(regex->pattern == one.pattern);
    CHECK(regex->ignore_case == one.ignore_case);
    ByteSet expected;
    const bool same_before =
        ParseByteClass(one.not_before, &expected) && expected == regex->not_before;
    CHECK_MESSAGE(same_before, WriteByteClass(regex->not_before));
    const bool same_after =
        ParseByteClass(one.not_after, &expected) && expected == regex->not_after;
    CHECK_MESSAGE(same_after, WriteByteClass(regex->not_after));
    CHECK(WriteByteClass(regex->run) == one.run);
    const bool noted = std::any_of(
        regex->notes.begin(), regex->notes.end(),
        [&one](const std::string& note) { return note.find(one.note) != std::string::npos; });
    CHECK(noted == !one.note.empty());
    if (one.note.empty()) CHECK(regex->notes.empty());
    std::vector<std::string> complaints;
    const PatternFacts facts = CheckDialect(regex->pattern, &complaints);
    CHECK(complaints.empty());
    CHECK(facts.max_width == regex->max_width);
  }
}

TEST_CASE("regex translation: what the dialect can't say is told") {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "empty text"},
      {"a*", "empty text"},
      {"\\b", "empty text"},
      {"(?=a)b", "look-around"},
      {"(?<!a)b", "look-around"},
      {"(?!a)b", "look-around"},
      {"(a)\\1", "back references"},
      {"\\p{Greek}x", "Unicode classes"},
      {"[\\pL]x", "Unicode classes"},
      {"[\xc3\xa9]x", "beyond ASCII"},
      {"a^b", "stands inside"},
      {"a(?:$|b)c", "stands inside"},
      {"(ab", "not closed"},
      {"ab)", "closes nothing"},
      {"[ab", "not closed"},
      {"[b-a]", "backwards"},
      {"[[:nope:]]", "not known"},
      {"*a", "repeats nothing"},
      {"a**", "repeated or possessive"},
      {"a{2000}", "outside"},
      {"a{3,2}", "outside"},
      {"a\\", "escapes nothing"},
      {"a\\y", "\\y is not known"},
      {"\\xZZ", "\\xHH"},
      {"(?P<a", "does not end"},
      {"[a-z]{900}[0-9]{900}", "over the budget"},
  };
  for (const auto& one : kCases) {
    CAPTURE(one.first);
    std::string why;
    CHECK_FALSE(TranslateGoRegex(one.first, 0, &why).has_value());
    CAPTURE(why);
    CHECK(why.find(one.second) != std::string::npos);
  }
  std::string why;
  CHECK_FALSE(TranslateGoRegex("(a)b", 2, &why).has_value());
  CHECK(why.find("secretGroup") != std::string::npos);
  CHECK_FALSE(TranslateGoRegex(std::string(100, '(') + "a" + std::string(100, ')'), 0, &why));
  CHECK(why.find("nested too deeply") != std::string::npos);
  CHECK_FALSE(TranslateGoRegex(std::string(1 << 20, 'a'), 0, &why));
  CHECK(why.find("longer than") != std::string::npos);
}

TEST_CASE(
    "regex translation: the engine finds the secret that the expression means, and no other") {
  struct Text {
    const char* regex;
    const char* text;
    std::vector<std::string> found;
  };
  const Text kTexts[] = {
      {"\\b(k_[0-9]{4})\\b", "k_1234 xk_1234 k_12345 \"k_5678\"", {"k_1234", "k_5678"}},
      {"(?i)key\\s*=\\s*['\"]?([0-9a-f]{6,})", "KEY = 'ABCdef01', key=12345", {"ABCdef01"}},
      {"(?:^|[^a-z])(kk[0-9]{3})(?:[;\\s]|$)", "akk123; 1kk456; kk789", {"kk456", "kk789"}},
      {"(?m)^id:([a-z]{4})$", "id:abcd\r\nxid:abcd\nid:abcde\nid:efgh", {"abcd", "efgh"}},
      {"key_[a-z.]{3,}", "key_ab key_abc.def,", {"key_abc.def"}},
      {"(?:ab|cd|)-(e{2,3})", "-ee cd-eee", {"ee", "eee"}},
  };
  for (const Text& one : kTexts) {
    CAPTURE(one.regex);
    std::string why;
    const auto regex = TranslateGoRegex(one.regex, 0, &why);
    REQUIRE(regex.has_value());
    CHECK(Find(*regex, one.text) == one.found);
  }
}

TEST_CASE("regex translation: an example that is made from an expression is found by it") {
  const char* kRegexes[] = {
      "acme_[0-9a-f]{20}",
      "(?i)acme(?:[ \\t]{0,20})(?:=|:)[ ]{1,3}([a-z0-9]{32})",
      "\\{\\{(?:x|yz)[0-9]{2,}\\}\\}",
      "[^\\s]{8,16}@\\w+",
      "a[\\x80-\\xff]b[\\n]c",
      "k(?:[0-9]{2}[a-z]){2,5}!",
  };
  for (const char* text : kRegexes) {
    std::string why;
    const auto regex = TranslateGoRegex(text, 0, &why);
    CAPTURE(text);
    // Classes of characters beyond ASCII are none of ours.
    if (std::string_view(text).find("\\x80") != std::string_view::npos) {
      CHECK_FALSE(regex.has_value());
      continue;
    }
    REQUIRE(regex.has_value());
    bool found = false;
    for (uint32_t choice = 0; choice < 8; ++choice) {
      const std::string example = WriteExample(*regex, choice);
      CAPTURE(example);
      SeededRandom random(choice);
      const auto expanded = ExpandTemplate(example, random, Spoiling::kNone, &why);
      REQUIRE(expanded.has_value());
      found = found || !Find(*regex, "\n" + *expanded + "\n").empty();
    }
    CHECK(found);
  }
}

TEST_CASE("regex facts: heads, exact texts and words that always stand in a match") {
  auto parse = [](const char* text) {
    std::string why;
    return ParseGoRegex(text, &why).value().root;
  };
  CHECK(Heads(parse("(?:ab|c)_[0-9]x")) == std::vector<std::string>{"ab_", "c_"});
  CHECK(Heads(parse("ab[cd]e?[0-9]{9}")) == std::vector<std::string>{"abc", "abce", "abd", "abde"});
  CHECK(Heads(parse("[0-9]{9}a")).empty());
  CHECK(Heads(parse("a?[0-9]{9}")).empty());
  CHECK(ExactTexts(parse("a(b|c)d{2}")) == std::vector<std::string>{"abdd", "acdd"});
  CHECK_FALSE(ExactTexts(parse("[a-z]{3}")).has_value());
  CHECK_FALSE(ExactTexts(parse("(?:a|b){40}")).has_value());
  CHECK(AlwaysHolds(parse("[a-z]{0,9}(?:Acme|CORP)=x"), {"acme", "corp"}));
  CHECK(AlwaysHolds(parse("ac(?:m|n)e[0-9]"), {"acme", "acne"}));
  CHECK(AlwaysHolds(parse("(?:key[0-9]{9}|[0-9]{9}key)"), {"key"}));
  CHECK_FALSE(AlwaysHolds(parse("(?:acme|corp)=x"), {"acme"}));
  CHECK_FALSE(AlwaysHolds(parse("(?:acme)?[0-9]{9}"), {"acme"}));
}

}  // namespace picket
