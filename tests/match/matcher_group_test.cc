// Many small texts together against each of them by itself, with rules that reach over line ends.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/sieve.h"
#include "match/dialect.h"
#include "match/matcher.h"
#include "secrets/template.h"
#include "support/sanitized.h"

namespace picket {
namespace {

struct Own {
  const char* pattern;
  const char* not_before = "";
  const char* not_after = "";
  bool ignore_case = false;
};

constexpr Own kRules[] = {
    {"a\\n"},
    {"\\na"},
    {"[^b]{3}x"},
    {"x[\\x00-\\x20]{1,4}y"},
    {"(?:\\n){2}"},
    {"k=[a-c]{2}\\x0a", "[a-z]"},
    {"zq_[0-9a-f]{6,9}", "[a-z]", "[0-9a-f]"},
    {"[0-9a-f]{32}"},
    {"(?:secret|token)[\\n =:\"]{1,3}([0-9a-zA-Z]{12,20})", "", "[0-9a-zA-Z]"},
    {"key[^a]{1,3}[0-9]{4}", "", "", true},
    {"pass[\\n =]{1,3}([a-z0-9!]{4,9})"},
    {"://u:([^@]{2,9})@"},
    {"[a-z]{2}\\n[a-z]{2}\\n[a-z]{2}"},
};

constexpr std::string_view kPieces[] = {
    "a",     "b",   "x",  "y",  "\n",          "\n\n",       "k=ab",   "zq_",   "0123abcdef",
    "f00d1", "key", "K",  "=",  "\"",          "secret",     "token",  "pass",  "pwd",
    "://u:", "@h",  "ab", " ",  "\\",          "\\x41",      "%41",    "&#65;", "\\\"",
    "pat",   "99",  "A9", "c1", "Zz8Yy7Xx6Ww", "enFfMTIzNA", "emFfYg", "\r\n",  "z\\\n",
};

std::shared_ptr<const RuleSet> CompileOwn() {
  std::vector<Rule> rules;
  for (const Own& own : kRules) {
    Rule& rule = rules.emplace_back();
    rule.id = "own.rule" + std::to_string(rules.size());
    rule.pattern = own.pattern;
    rule.ignore_case = own.ignore_case;
    std::vector<std::string> complaints;
    const PatternFacts facts = CheckDialect(own.pattern, &complaints);
    REQUIRE(complaints.empty());
    rule.min_width = facts.min_width;
    rule.max_width = facts.max_width;
    REQUIRE(ParseByteClass(own.not_before, &rule.not_before));
    REQUIRE(ParseByteClass(own.not_after, &rule.not_after));
    if (rule.pattern.starts_with("zq_")) rule.encoded_literals = {"zq_"};
  }
  std::vector<std::string> complaints;
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  REQUIRE(set != nullptr);
  return set;
}

class Ear : public MatchJudge {
 public:
  bool Accept(Bytes, const RawMatch&) override { return heard = true; }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override { heard = true; }
  bool heard = false;
};

std::string AnyText(SeededRandom& random) {
  std::string text;
  for (size_t count = random.Below(6); count > 0; --count) {
    text += kPieces[random.Below(std::size(kPieces))];
  }
  if (random.Below(8) > 0) return text;
  std::string wide;
  for (char c : text) wide.append({c, '\0'});
  return wide;
}

}  // namespace

TEST_CASE("matcher: what is told of a text by itself is marked among others") {
  Matcher matcher(CompileOwn());
  SeededRandom random(7);
  const size_t turns = kSanitized ? 500 : 5000;
  size_t speaking = 0;
  size_t marked_ones = 0;
  size_t all = 0;
  for (size_t turn = 0; turn < turns; ++turn) {
    std::vector<std::string> texts;
    for (size_t count = 1 + random.Below(12); count > 0; --count) texts.push_back(AnyText(random));
    std::string joint;
    for (const std::string& text : texts) joint += text + "\n";
    std::vector<BlobRef> refs(texts.size());
    std::vector<Blob> blobs;
    for (size_t i = 0, at = 0; i < texts.size(); at += texts[i++].size() + 1) {
      blobs.push_back({refs[i], AsBytes(joint).subspan(at, texts[i].size())});
    }
    std::vector<bool> marked(texts.size());
    matcher.Sift({AsBytes(joint), blobs}, &marked);
    for (size_t i = 0; i < texts.size(); ++i) {
      Ear ear;
      matcher.Scan(AsBytes(texts[i]), ear);
      speaking += ear.heard ? 1u : 0u;
      marked_ones += marked[i] ? 1u : 0u;
      ++all;
      if (!ear.heard || marked[i]) continue;
      CAPTURE(joint);
      FAIL_CHECK(texts[i]);
    }
  }
  CHECK(speaking > all / 10);
  CHECK(marked_ones < all);
}

}  // namespace picket
