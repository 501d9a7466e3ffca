// A text that is made from another, searched where it changed, and the same text searched whole.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "match/dialect.h"
#include "match/matcher.h"

namespace picket {
namespace {

Rule MakeRule(const std::string& id, const std::string& pattern) {
  Rule rule;
  rule.id = id;
  rule.pattern = pattern;
  std::vector<std::string> complaints;
  const PatternFacts facts = CheckDialect(pattern, &complaints);
  REQUIRE(complaints.empty());
  rule.min_width = facts.min_width;
  rule.max_width = facts.max_width;
  return rule;
}

std::string Mixed(size_t length) {
  std::string text;
  while (text.size() < length) text += "aB3";
  return text.substr(0, length);
}

struct Kind {
  Rule rule;
  // Matches, some as wide as the rule allows.
  std::vector<std::string> texts;
};

// One for each way in which a rule is searched for.
std::vector<Kind> Kinds() {
  std::vector<Kind> kinds;
  kinds.push_back({MakeRule("line", "<[a-z ]{1,190}>"),
                   {"<" + std::string(190, 'x') + ">", "<a>", "<" + std::string(80, ' ') + ">"}});
  kinds.push_back({MakeRule("lines", "BEGIN[a-z\\n ]{0,80}[|][a-z]{1,60}END"),
                   {"BEGIN" + std::string(80, '\n') + "|" + std::string(60, 'y') + "END",
                    "BEGIN\n\n|abcEND", "BEGIN|" + std::string(60, 'z') + "END"}});
  kinds.push_back({MakeRule("far lines", "ORIGIN[\\n ]{0,300}[|][a-z]{4}"),
                   {"ORIGIN" + std::string(300, '\n') + "|abcd", "ORIGIN|abcd",
                    "ORIGIN" + std::string(150, '\n') + std::string(150, ' ') + "|abcd"}});
  REQUIRE(ChooseSearchGroup(kinds.back().rule) == SearchGroup::kFarWord);
  kinds.push_back(
      {MakeRule("token", "tok_[A-Za-z0-9]{20,140}"), {"tok_" + Mixed(20), "tok_" + Mixed(140)}});
  kinds.push_back({MakeRule("far", "widget[^\\x00-\\x08]{0,80}=[A-Za-z0-9]{32,40}"),
                   {"widget" + std::string(40, '\n') + std::string(40, ' ') + "=" + Mixed(32),
                    "widget=" + Mixed(40)}});
  kinds.push_back({MakeRule("named", "secret[ =(\"]{1,30}[A-Za-z0-9]{32}"),
                   {"secret" + std::string(29, ' ') + "=" + Mixed(32)}});
  kinds.push_back({MakeRule("url", "[a-z]{4}://[a-z]{1,8}:[A-Za-z0-9]{1,40}@host"),
                   {"http://user:" + Mixed(40) + "@host", "http://u:p@host"}});
  kinds.push_back({MakeRule("password", "passwd[ =]{1,9}[a-z]{5,9}"), {"passwd = abcdefghi"}});
  Kind measured{MakeRule("measured", "run_[A-Z]{2}"),
                {"run_XY" + Mixed(300), "run_AB" + Mixed(24)}};
  measured.rule.measure.kind = "run";
  REQUIRE(ParseByteClass("[A-Za-z0-9]", &measured.rule.measure.bytes));
  measured.rule.measure.min = 24;
  measured.rule.measure.max = 300;
  kinds.push_back(std::move(measured));
  Kind near{MakeRule("near", "id-[a-z]{9}"), {"id-abcdefghi"}};
  near.rule.context = {{"widget"}, 40, 40};
  REQUIRE(ParseByteClass("[a-z]", &near.rule.not_before));
  REQUIRE(ParseByteClass("[a-z0-9]", &near.rule.not_after));
  near.texts.push_back("widget, " + near.texts.front());
  kinds.push_back(std::move(near));
  kinds.front().rule.encoded_literals = {"tok_", "aaaa"};
  return kinds;
}

std::shared_ptr<const RuleSet> Compile(std::vector<Rule> rules) {
  std::vector<std::string> complaints;
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  REQUIRE(set != nullptr);
  return set;
}

std::shared_ptr<const RuleSet> CompileAll() {
  std::vector<Rule> rules;
  for (const Kind& kind : Kinds()) rules.push_back(kind.rule);
  return Compile(std::move(rules));
}

class Recorder : public MatchJudge {
 public:
  bool Accept(Bytes, const RawMatch& match) override {
    places.emplace_back(match.rule_index, match.match.offset, match.match.length);
    return true;
  }
  void OnEncoded(Bytes text, const EncodedLiteral& literal, uint64_t offset) override {
    // Of an escape it is told that there is one.
    const bool escape = literal.encoding == Encoding::kEscape;
    marks.emplace_back(literal.encoding, escape ? text[offset] : offset, literal.width);
    if (escape) escapes.push_back(text[offset]);
  }
  void Finish() {
    std::sort(places.begin(), places.end());
    std::erase_if(marks, [](const auto& mark) { return std::get<0>(mark) == Encoding::kEscape; });
    std::sort(escapes.begin(), escapes.end());
    escapes.erase(std::unique(escapes.begin(), escapes.end()), escapes.end());
  }

  std::vector<std::tuple<uint32_t, uint64_t, uint64_t>> places;
  std::vector<std::tuple<Encoding, uint64_t, uint16_t>> marks;  // in their order
  std::vector<uint8_t> escapes;
};

// A text as ranges of another, and what is put between them.
struct Part {
  uint64_t from = 0;
  uint64_t length = 0;
  std::string fresh;
};

struct Made {
  std::string text;
  std::vector<CopiedRange> copies;
};

Made Make(const std::string& base, const std::vector<Part>& parts) {
  Made made;
  for (const Part& part : parts) {
    if (part.length != 0) made.copies.push_back({part.from, made.text.size(), part.length});
    made.text += base.substr(part.from, part.length) + part.fresh;
  }
  return made;
}

// Long enough that all but a seam of it is carried over; with lines of different lengths.
std::string Filler(size_t length) {
  std::string text;
  for (size_t i = 0; text.size() < length; ++i) text += std::string(i * 7 % 90, '.') + ";\n";
  return text.substr(0, length);
}

struct Bench {
  explicit Bench(uint64_t window = Matcher::kWindow,
                 std::shared_ptr<const RuleSet> set = CompileAll())
      : rules(std::move(set)), matcher(rules, window), whole(rules, window) {}

  // Requires the same of both, and returns how many matches there are.
  size_t Compare(const std::string& base, const Made& made) {
    Recorder ignored;
    HitList hits;
    matcher.Scan(AsBytes(base), ignored, &hits);
    HitList kept;
    Recorder found;
    matcher.ScanMade(AsBytes(made.text), hits, made.copies, found, &kept);
    Recorder expected;
    whole.Scan(AsBytes(made.text), expected);
    found.Finish();
    expected.Finish();
    REQUIRE(found.places == expected.places);
    REQUIRE(found.marks == expected.marks);
    REQUIRE(found.escapes == expected.escapes);
    // And once more, of what was kept.
    Recorder again;
    const CopiedRange all{0, 0, made.text.size()};
    matcher.ScanMade(AsBytes(made.text), kept, {&all, 1}, again, nullptr);
    again.Finish();
    REQUIRE(again.places == expected.places);
    REQUIRE(again.marks == expected.marks);
    return found.places.size();
  }

  std::shared_ptr<const RuleSet> rules;
  Matcher matcher;
  Matcher whole;
};

constexpr size_t kFar = 2000;

}  // namespace

TEST_CASE("made texts: a match is found wherever two ranges meet in it, or beside it") {
  for (const uint64_t window : {Matcher::kWindow, uint64_t{700}}) {
    CAPTURE(window);
    Bench bench(window);
    const std::string before = Filler(kFar);
    const std::string behind = "\n" + Filler(kFar);
    size_t found = 0;
    for (const Kind& kind : Kinds()) {
      CAPTURE(kind.rule.id);
      for (const std::string& secret : kind.texts) {
        CAPTURE(secret);
        const std::string base = before + secret + behind;
        for (size_t cut = 0; cut <= secret.size() + 80; cut += cut < 8 ? 1 : 3) {
          CAPTURE(cut);
          const size_t at = before.size() - 40 + cut;
          const size_t rest = base.size() - at;
          // Two halves that stood apart are joined.
          const std::string halves = base.substr(0, at) + Filler(500) + base.substr(at);
          found += bench.Compare(halves, Make(halves, {{0, at, ""}, {at + 500, rest, ""}}));
          // Something comes between, or goes.
          found += bench.Compare(base, Make(base, {{0, at, "~"}, {at, rest, ""}}));
          found += bench.Compare(base, Make(base, {{0, at, ""}, {at + 1, rest - 1, ""}}));
          // One half, and nothing behind or before it.
          found += bench.Compare(base, Make(base, {{0, at, ""}}));
          found += bench.Compare(base, Make(base, {{at, rest, ""}}));
          // What is around it moves.
          found += bench.Compare(base, Make(base, {{at, rest, ""}, {0, at, ""}}));
          if (window != Matcher::kWindow) cut += 17;
        }
      }
    }
    CHECK(found > 500);
  }
}

TEST_CASE("made texts: a whole match is carried over wherever it is copied to") {
  Bench bench;
  for (const Kind& kind : Kinds()) {
    CAPTURE(kind.rule.id);
    const std::string& secret = kind.texts.back();
    const std::string base = Filler(kFar) + " " + secret + "\n" + Filler(kFar);
    const Made moved = Make(base, {{1, base.size() - 1, "new"}, {0, base.size(), ""}});
    CHECK(bench.Compare(base, moved) == 2);
    // Its neighbour, its context and the end of its body are those of the new place.
    for (const char* beside : {"a", "9", "widget", "_", "%4", "\\n", "\n"}) {
      CAPTURE(beside);
      const size_t at = kFar + 1;
      const size_t end = at + secret.size();
      bench.Compare(base, Make(base, {{0, at, beside}, {at, base.size() - at, ""}}));
      bench.Compare(base, Make(base, {{0, end, beside}, {end, base.size() - end, ""}}));
    }
  }
}

TEST_CASE(
    "made texts: the word of a rule that reaches far comes first, the rest of its match later") {
  Bench bench;
  Recorder ignored;
  HitList hits;
  HitList kept;
  const std::string base = Filler(kFar) + std::string(280, '\n') + Filler(kFar);
  bench.matcher.Scan(AsBytes(base), ignored, &hits);
  CHECK(!hits.has_far_word());
  const Made named = Make(base, {{0, kFar, "ORIGIN"}, {kFar, base.size() - kFar, ""}});
  bench.matcher.ScanMade(AsBytes(named.text), hits, named.copies, ignored, &kept);
  CHECK(kept.has_far_word());
  const size_t at = kFar + 6 + 280;
  const Made whole = Make(named.text, {{0, at, "|abcd"}, {at, named.text.size() - at, ""}});
  Recorder found;
  bench.matcher.ScanMade(AsBytes(whole.text), kept, whole.copies, found, &hits);
  CHECK(found.places.size() == 1);
  CHECK(hits.has_far_word());
}

// Where a rule reaches less far than HitList::kMostEnds, hits that went are looked at too.
TEST_CASE("made texts: a match that goes takes nothing of what stood behind it") {
  Bench bench(Matcher::kWindow, Compile({MakeRule("line", "<[a-z ]{1,90}>")}));
  const std::string half = "<secret>\n" + Filler(kFar);
  const std::string base = half + half;
  for (size_t at = 1; at < 200; ++at) {
    CAPTURE(at);
    CHECK(bench.Compare(base, Make(base, {{at, base.size() - at, ""}})) == 1);
  }
}

TEST_CASE("made texts: an escape is told of while one is left, and not when none is") {
  Bench bench;
  const std::string escape = "%41%42 ";
  const std::string base = Filler(kFar) + escape + Filler(kFar) + escape + Filler(kFar);
  const size_t second = kFar + escape.size() + kFar;
  const size_t rest = base.size() - second;
  // The first goes, the second, both; another comes.
  bench.Compare(base, Make(base, {{0, kFar, ""}, {kFar + escape.size(), kFar + rest, ""}}));
  bench.Compare(base, Make(base, {{0, second, ""}, {second + escape.size(), kFar, ""}}));
  bench.Compare(base, Make(base, {{0, kFar, ""}, {0, kFar, "."}, {0, kFar, ""}}));
  bench.Compare(base, Make(base, {{0, kFar, "&#65;"}, {0, kFar, ""}, {0, kFar, "\\x41"}}));
}

TEST_CASE("made texts: a word goes on elsewhere, or does so no more, as far behind as it may") {
  Bench bench;
  bool split = false;
  for (const size_t length : std::vector<size_t>{0, 1, 30, 90, 100, 800, 2035, 2044, 2045, 2300}) {
    const std::string word = "tok_" + std::string(length, 'x');
    for (const std::string joint : {"\" +\n\"", "\\\n", "=\n", "\"b'", "\"bc\\", "\""}) {
      CAPTURE(length);
      CAPTURE(joint);
      const std::string base = Filler(kFar) + word + joint + Filler(kFar);
      for (size_t cut = 0; cut <= joint.size() + 4; ++cut) {
        const size_t at = kFar + word.size() + cut - 2;
        const size_t rest = base.size() - at;
        bench.Compare(base, Make(base, {{0, at, "x"}, {at, rest, ""}}));
        bench.Compare(base, Make(base, {{0, at, ""}, {at + 1, rest - 1, ""}}));
        bench.Compare(base, Make(base, {{0, at, "\"\n"}, {at, rest, ""}}));
      }
      Recorder recorder;
      bench.whole.Scan(AsBytes(base), recorder);
      recorder.Finish();
      split = split || !recorder.marks.empty();
    }
  }
  CHECK(split);
}

TEST_CASE("made texts: encoded literals that stand close together are told in their order") {
  Bench bench;
  std::string marks;
  for (size_t i = 0; i < 40; ++i) marks += "aaaaaaaa tok_ dG9r746f6b5f" + std::string(i % 5, 'a');
  const std::string base = Filler(kFar) + marks + Filler(kFar);
  for (size_t cut = 0; cut < marks.size(); cut += 7) {
    CAPTURE(cut);
    const size_t at = kFar + cut;
    bench.Compare(base, Make(base, {{0, at, "aa"}, {at, base.size() - at, ""}}));
  }
}

TEST_CASE("made texts: where a base has too many hits, or none is known, all is searched") {
  Bench bench;
  std::string dense;
  while (dense.size() < 20'000) dense += "<a>aaaa";
  const std::string base = Filler(kFar) + dense + Filler(kFar);
  const size_t half = base.size() / 2;
  CHECK(bench.Compare(base, Make(base, {{0, half, "<b>"}, {half, base.size() - half, ""}})) > 2000);
  // A range that is copied again and again has its hits as often.
  const std::string some = dense.substr(0, 1500) + Filler(60'000);
  std::vector<Part> often(60, Part{0, 1500, ""});
  often.push_back({1500, some.size() - 1500, ""});
  CHECK(bench.Compare(some, Make(some, often)) > 10'000);
  HitList nothing;
  Recorder found;
  const std::string text = Filler(kFar) + "<a>";
  const CopiedRange all{0, 0, text.size()};
  bench.matcher.ScanMade(AsBytes(text), nothing, {&all, 1}, found, nullptr);
  CHECK(found.places.size() == 1);
}

}  // namespace picket
