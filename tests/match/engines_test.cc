// Every rule that ships, in both engines: what Hyperscan's windows and RE2's confirmation find
// together is what RE2 finds alone over the whole text.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "match/matcher.h"
#include "match/re2_options.h"
#include "match/rule_reader.h"
#include "secrets/template.h"
#include "secrets/validators.h"
#include "support/re2_walk.h"
#include "support/sanitized.h"
#include "support/shard.h"

namespace picket {
namespace {

struct Sample {
  RuleSource source;
  std::vector<std::string> texts;
};

constexpr size_t kOneIn = kSanitized ? 7 : 1;

std::vector<Sample> ReadSamples() {
  const std::string dir = std::string(PICKET_SOURCE_DIR) + "/patterns/secrets";
  std::vector<std::string> complaints;
  std::vector<Sample> samples;
  SeededRandom random(17);
  size_t turn = 0;
  for (RuleSource& source : ParseRuleFiles(ReadRuleFiles(dir), ValidatorNames(), &complaints)) {
    if (source.rule.is_path_rule() || turn++ % kOneIn != 0) continue;
    Sample sample{std::move(source), {}};
    sample.source.rule.group = ChooseSearchGroup(sample.source.rule);
    for (const std::vector<std::string>* templates :
         {&sample.source.examples, &sample.source.near_misses}) {
      for (const std::string& text : *templates) {
        std::string why;
        std::optional<std::string> expanded = ExpandTemplate(text, random, Spoiling::kNone, &why);
        REQUIRE(expanded.has_value());
        sample.texts.push_back(std::move(*expanded));
      }
    }
    samples.push_back(std::move(sample));
  }
  REQUIRE(complaints.empty());
  REQUIRE(samples.size() >= 50);
  return samples;
}

class Recorder : public MatchJudge {
 public:
  explicit Recorder(size_t rules) : places(rules) {}
  bool Accept(Bytes, const RawMatch& match) override {
    places[match.rule_index].emplace_back(match.match.offset, match.match.length);
    return true;
  }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override {}

  std::vector<Places> places;
};

std::shared_ptr<const RuleSet> CompileAll(std::vector<Rule> rules) {
  std::vector<std::string> complaints;
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  REQUIRE(set != nullptr);
  return set;
}

std::unique_ptr<re2::RE2> Regex(const Rule& rule) {
  return std::make_unique<re2::RE2>(rule.pattern, MakeRe2Options(rule.ignore_case));
}

Places Find(Matcher& matcher, const std::string& text) {
  Recorder recorder(1);
  matcher.Scan(AsBytes(text), recorder);
  return recorder.places[0];
}

// Requires what the engines find to be what RE2 finds alone, and returns how much that is.
size_t FindBesideEachByte(const Sample& sample, const std::shared_ptr<const RuleSet>& set,
                          const re2::RE2& regex) {
  size_t found = 0;
  Matcher matcher(set);
  for (const std::string& text : sample.texts) {
    // All of them beside the first example, some beside the others.
    const int step = &text != &sample.texts.front() ? 37 : kSanitized ? 5 : 1;
    const Places whole = WalkWithRe2(sample.source.rule, regex, text);
    for (int byte = 0; byte < 256; byte += step) {
      const std::string c(1, static_cast<char>(byte));
      // Close to the body: what stands around it in the example goes first.
      std::string dressed = c + text + c;
      if (!whole.empty()) {
        const auto [offset, length] = whole.front();
        dressed = text.substr(0, offset) + c + text.substr(offset, length) + c +
                  text.substr(offset + length);
      }
      const Places expected = WalkWithRe2(sample.source.rule, regex, dressed);
      found += expected.size();
      CAPTURE(byte);
      REQUIRE(Find(matcher, dressed) == expected);
    }
  }
  return found;
}

void FindWhereverAWindowEnds(const Sample& sample, const std::shared_ptr<const RuleSet>& set,
                             const re2::RE2& regex) {
  constexpr uint64_t kWindow = 48;
  Matcher matcher(set, kWindow);
  for (const std::string& text : sample.texts) {
    const size_t pads = &text != &sample.texts.front() ? 3 : kSanitized ? 5 : kWindow;
    for (size_t pad = 0; pad < pads; ++pad) {
      CAPTURE(pad);
      const std::string padded = std::string(pad, ' ') + text + "\n" + text;
      REQUIRE(Find(matcher, padded) == WalkWithRe2(sample.source.rule, regex, padded));
    }
  }
}

}  // namespace

TEST_CASE("engines: every rule finds the same beside each byte and wherever a window ends") {
  const Shard shard = ThisShard();
  const std::vector<Sample> samples = ReadSamples();
  size_t found = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!shard.Has(i)) continue;
    const Sample& sample = samples[i];
    CAPTURE(sample.source.rule.id);
    // Once for both: nearly all of the time is Hyperscan's compiler's.
    const std::shared_ptr<const RuleSet> set = CompileAll({sample.source.rule});
    const std::unique_ptr<re2::RE2> regex = Regex(sample.source.rule);
    found += FindBesideEachByte(sample, set, *regex);
    FindWhereverAWindowEnds(sample, set, *regex);
  }
  CHECK(found > 10'000 / kOneIn / shard.count);
}

TEST_CASE("engines: all rules together find in one text what each finds alone") {
  if (ThisShard().index != 0) return;  // Together is together.
  const std::vector<Sample> samples = ReadSamples();
  std::vector<Rule> rules;
  std::string text;
  for (const Sample& sample : samples) {
    rules.push_back(sample.source.rule);
    for (const std::string& part : sample.texts) text += part + "\n";
  }
  const std::shared_ptr<const RuleSet> set = CompileAll(rules);
  for (uint64_t window : {uint64_t{1000}, Matcher::kWindow}) {
    Matcher matcher(set, window);
    Recorder recorder(rules.size());
    matcher.Scan(AsBytes(text), recorder);
    for (size_t i = 0; i < rules.size(); ++i) {
      CAPTURE(rules[i].id);
      CHECK(recorder.places[i] == WalkWithRe2(rules[i], *Regex(rules[i]), text));
    }
  }
}

}  // namespace picket
