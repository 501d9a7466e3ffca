// Every rule that ships, in both engines: what Hyperscan's windows and RE2's confirmation find
// together is what RE2 finds alone over the whole text.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
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
#include "support/shipped_rules.h"

namespace picket {
namespace {

struct Sample {
  RuleSource source;
  std::vector<std::string> texts;
};

constexpr size_t kOneIn = kSanitized ? 7 : 1;
// Nearly all of the time is Hyperscan's compiler's, for one rule as for some.
constexpr size_t kTogether = 16;

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
  // How far windows overlap is told by the widest rule, so those that are compiled together are
  // alike.
  std::stable_sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) {
    return a.source.rule.max_width < b.source.rule.max_width;
  });
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

// A rule with the set that it is compiled in.
struct Compiled {
  const Sample& sample;
  std::shared_ptr<const RuleSet> set;
  size_t index;
  std::unique_ptr<re2::RE2> regex;

  Places Find(Matcher& matcher, const std::string& text) const {
    Recorder recorder(set->rules().size());
    matcher.Scan(AsBytes(text), recorder);
    return std::move(recorder.places[index]);
  }
  Places FindAlone(const std::string& text) const {
    return WalkWithRe2(sample.source.rule, *regex, text);
  }
};

// Requires what the engines find to be what RE2 finds alone, and returns how much that is.
size_t FindBesideEachByte(const Compiled& rule) {
  size_t found = 0;
  Matcher matcher(rule.set);
  const std::vector<std::string>& texts = rule.sample.texts;
  for (const std::string& text : texts) {
    // All of them beside the first example, some beside the others.
    const int step = &text != &texts.front() ? 37 : kSanitized ? 5 : 1;
    const Places whole = rule.FindAlone(text);
    for (int byte = 0; byte < 256; byte += step) {
      const std::string c(1, static_cast<char>(byte));
      // Close to the body: what stands around it in the example goes first.
      std::string dressed = c + text + c;
      if (!whole.empty()) {
        const auto [offset, length] = whole.front();
        dressed = text.substr(0, offset) + c + text.substr(offset, length) + c +
                  text.substr(offset + length);
      }
      const Places expected = rule.FindAlone(dressed);
      found += expected.size();
      CAPTURE(byte);
      REQUIRE(rule.Find(matcher, dressed) == expected);
    }
  }
  return found;
}

void FindWhereverAWindowEnds(const Compiled& rule) {
  constexpr uint64_t kWindow = 48;
  Matcher matcher(rule.set, kWindow);
  const std::vector<std::string>& texts = rule.sample.texts;
  for (const std::string& text : texts) {
    const size_t pads = &text != &texts.front() ? 3 : kSanitized ? 5 : kWindow;
    for (size_t pad = 0; pad < pads; ++pad) {
      CAPTURE(pad);
      const std::string padded = std::string(pad, ' ') + text + "\n" + text;
      REQUIRE(rule.Find(matcher, padded) == rule.FindAlone(padded));
    }
  }
}

}  // namespace

TEST_CASE("engines: every rule finds the same beside each byte and wherever a window ends") {
  const Shard shard = ThisShard();
  const std::vector<Sample> samples = ReadSamples();
  size_t found = 0;
  for (size_t first = 0; first < samples.size(); first += kTogether) {
    if (!shard.Has(first / kTogether)) continue;
    std::vector<Rule> rules;
    for (size_t i = first; i < std::min(first + kTogether, samples.size()); ++i) {
      rules.push_back(samples[i].source.rule);
    }
    const std::shared_ptr<const RuleSet> set = CompileAll(rules);
    for (size_t i = 0; i < rules.size(); ++i) {
      CAPTURE(rules[i].id);
      const Compiled rule{samples[first + i], set, i, Regex(rules[i])};
      found += FindBesideEachByte(rule);
      FindWhereverAWindowEnds(rule);
    }
  }
  CHECK(found > 10'000 / kOneIn / shard.count);
}

TEST_CASE("engines: all rules together find in one text what each finds alone") {
  if (ThisShard().index != 0) return;  // Together is together.
  const std::vector<Sample> samples = ReadSamples();
  std::string text;
  for (const Sample& sample : samples) {
    for (const std::string& part : sample.texts) text += part + "\n";
  }
  const std::shared_ptr<const RuleSet> set = ShippedRules();
  std::map<std::string, size_t> index_of;
  for (size_t i = 0; i < set->rules().size(); ++i) index_of[set->rules()[i].id] = i;
  for (uint64_t window : {uint64_t{1000}, Matcher::kWindow}) {
    Matcher matcher(set, window);
    Recorder recorder(set->rules().size());
    matcher.Scan(AsBytes(text), recorder);
    for (const Sample& sample : samples) {
      const Rule& rule = sample.source.rule;
      CAPTURE(rule.id);
      REQUIRE(index_of.contains(rule.id));
      CHECK(recorder.places[index_of[rule.id]] == WalkWithRe2(rule, *Regex(rule), text));
    }
  }
}

}  // namespace picket
