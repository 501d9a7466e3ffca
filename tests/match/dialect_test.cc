#include "match/dialect.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "match/rule_set.h"

namespace picket {

TEST_CASE("dialect: widths and captures are those of the pattern, and both engines agree") {
  struct Case {
    const char* pattern;
    uint32_t min_width;
    uint32_t max_width;
    int captures;
  };
  static constexpr Case kCases[] = {
      {"abc", 3, 3, 0},
      {"a[0-9]{4}", 5, 5, 0},
      {"a[0-9]{2,9}", 3, 10, 0},
      {"(?:a|bcd)e?", 1, 4, 0},
      {"x([a-f]{3})y", 5, 5, 1},
      {"(?:ab{2}){3}", 9, 9, 0},
      {"\\.\\[\\]\\x00\\n[\\x80-\\xff]", 6, 6, 0},
      {"[^a-z]{2}[A-Za-z0-9_-]", 3, 3, 0},
      {"a{1000}", 1000, 1000, 0},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.pattern);
    std::vector<std::string> complaints;
    PatternFacts facts = CheckDialect(test.pattern, &complaints);
    CHECK(complaints.empty());
    CHECK(facts.min_width == test.min_width);
    CHECK(facts.max_width == test.max_width);
    CHECK(facts.captures == test.captures);
    Rule rule;
    rule.id = "test.rule";
    rule.pattern = test.pattern;
    rule.min_width = facts.min_width;
    rule.max_width = facts.max_width;
    CHECK(RuleSet::Compile({rule}, "", &complaints) != nullptr);
    CHECK(complaints.empty());
  }
}

TEST_CASE("dialect: what the engines read differently or without bound is refused") {
  static constexpr const char* kRefused[] = {"",       "a*",         "a+",
                                             "a{3,}",  "a{1001}",    "a{3,2}",
                                             "a{0}",   ".",          "^a",
                                             "a$",     "\\ba",       "\\sa",
                                             "\\w",    "\\d",        "\\Z",
                                             "a?\?",   "a{2}+",      "(?i)a",
                                             "(?=a)",  "(?P<n>a)",   "(a)(b)",
                                             "(a){2}", "(?:(a)){2}", "[[:alpha:]]",
                                             "[a",     "a]",         "(a",
                                             "a)",     "a|",         "|a",
                                             "(?:|a)", "[]",         "[z-a]",
                                             "\\1",    "\\p{L}",     "a{2}{3}",
                                             "a{,3}",  "\xc3\xa9",   "(?:a{1000}){9}",
                                             "[a--]",  "a?",         "\\",
                                             "a{01,2}"};
  for (const char* pattern : kRefused) {
    CAPTURE(pattern);
    std::vector<std::string> complaints;
    CheckDialect(pattern, &complaints);
    CHECK(complaints.size() == 1);
  }
}

TEST_CASE("dialect: a class of bytes stands alone") {
  ByteSet set;
  CHECK(ParseByteClass("", &set));
  CHECK(set.empty());
  CHECK(ParseByteClass("[A-C_-]", &set));
  CHECK(set.Contains('B'));
  CHECK(set.Contains('-'));
  CHECK_FALSE(set.Contains('D'));
  CHECK(ParseByteClass("[^a]", &set));
  CHECK(set.Contains(0xff));
  CHECK_FALSE(set.Contains('a'));
  CHECK_FALSE(ParseByteClass("[a]b", &set));
  CHECK_FALSE(ParseByteClass("abc", &set));
}

TEST_CASE("dialect: a pattern is read as a tree") {
  const std::vector<PatternSequence> tree = ParsePattern("ab[0-9]{2,4}(?:x|(y?))|z");
  REQUIRE(tree.size() == 2);
  REQUIRE(tree[0].size() == 4);
  CHECK(tree[0][0].bytes.Contains('a'));
  CHECK(tree[0][2].bytes.Contains('7'));
  CHECK(tree[0][2].min == 2);
  CHECK(tree[0][2].max == 4);
  REQUIRE(tree[0][3].alternatives.size() == 2);
  CHECK(tree[0][3].alternatives[1][0].alternatives[0][0].min == 0);
  CHECK(tree[0][3].alternatives[1][0].captures);
  CHECK_FALSE(tree[0][3].captures);
  CHECK(tree[1][0].bytes.Contains('z'));
  CHECK(ParsePattern("(ab").empty());
  CHECK(ParsePattern("a*").empty());
}

TEST_CASE("dialect: folded letters stand for both cases, also where a class leaves them out") {
  const auto held = [](const char* pattern, bool fold) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) {
      const auto one = static_cast<uint8_t>(byte);
      if (ParsePattern(pattern, fold)[0][0].bytes.Contains(one)) bytes += static_cast<char>(byte);
    }
    return bytes;
  };
  CHECK(held("k", false) == "k");
  CHECK(held("k", true) == "Kk");
  CHECK(held("[a-cX-\\[_1]", true) == "1ABCXYZ[_abcxyz");
  CHECK(held("[^\\x00-`{-\\xff]", true) == "");
  CHECK(held("[^\\x00-@\\[-a{-\\xff]", true) ==
        "BCDEFGHIJKLMNOPQRSTUVWXYZbcdefghijklmnopqrstuvwxyz");
  CHECK(held("[\\xc0\\xd7\\xdf\\xfe]", true) == "\xc0\xd7\xde\xdf\xe0\xfe");
}

}  // namespace picket
