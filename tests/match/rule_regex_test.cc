#include "match/rule_regex.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace picket {

// Beginnings of what is never ended.
TEST_CASE("where a pattern's ways are too many to be tried its matches are found all the same") {
  Rule rule;
  rule.pattern = "(?:a{1,9}){1,9}(z|b)";
  rule.max_width = 82;
  const RuleRegex regex(rule);
  const std::string text(100'000, 'a');
  RegexMatch match;
  CHECK_FALSE(regex.Find(AsBytes(text), 0, text.size(), text.size(), &match));
  for (const uint64_t place : {1u, 80u, 81u, 82u, 5000u, 99'999u}) {
    std::string found = text;
    found[place] = 'z';
    const uint64_t start = place - std::min<uint64_t>(place, 81);
    CHECK(regex.Find(AsBytes(found), 0, found.size(), found.size(), &match));
    CHECK(match.match == Span{start, place + 1 - start});
    CHECK(match.capture == Span{place, 1});
    CHECK(regex.FindWhole(AsBytes(found), start, place + 1, &match));
    CHECK(match.match == Span{start, place + 1 - start});
    CHECK_FALSE(regex.FindWhole(AsBytes(found), start, place, &match));
    CHECK_FALSE(regex.Find(AsBytes(found), 0, found.size(), place, &match));
    CHECK_FALSE(regex.Find(AsBytes(found), 0, start, found.size(), &match));
    CHECK(regex.Find(AsBytes(found), 0, start + 1, found.size(), &match));
  }
}

TEST_CASE("a match starts behind what it can't hold") {
  Rule rule;
  rule.pattern = "[a-c]{1,9}=[0-9]{2,4}";
  rule.max_width = 14;
  const RuleRegex regex(rule);
  const std::string text = "a=12\nabc=34x";
  const Bytes bytes = AsBytes(text);
  CHECK(regex.EarliestStart(bytes, 0, 4) == 0);
  CHECK(regex.EarliestStart(bytes, 2, 4) == 2);
  CHECK(regex.EarliestStart(bytes, 0, 5) == 5);
  CHECK(regex.EarliestStart(bytes, 0, 11) == 5);
  CHECK(regex.EarliestStart(bytes, 0, 12) == 12);
  CHECK(regex.EarliestStart(bytes, 11, 10) == 11);
}

TEST_CASE("a match is found from its start where a pattern has more parts than are tried") {
  Rule rule;
  rule.pattern = "key=(?:(?:[ab]|[cd])(?:[ef]|[gh])){1,1000}";
  rule.max_width = 2004;
  const RuleRegex regex(rule);
  const std::string text = "some text\nkey=aecf";
  CHECK(regex.EarliestStart(AsBytes(text), 0, text.size()) == 10);
  RegexMatch match;
  CHECK(regex.Find(AsBytes(text), 10, text.size(), text.size(), &match));
  CHECK(match.match == Span{10, 8});
}

}  // namespace picket
