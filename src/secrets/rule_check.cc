#include "secrets/rule_check.h"

#include <algorithm>
#include <memory>

#include "match/matcher.h"
#include "match/rule_reader.h"
#include "match/rule_set.h"
#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "secrets/template.h"
#include "secrets/validators.h"

namespace picket {
namespace {

constexpr uint64_t kSeed = 20'250'101;
constexpr int kExpansions = 3;

class Checker {
 public:
  Checker(const SecretDetector& detector, RuleReport* report)
      : session_(detector.NewSession()), expander_(ExpandLimits{}), report_(report) {}

  void Check(const RuleSource& source) {
    for (const std::string& example : source.examples) {
      for (int i = 0; i < kExpansions; ++i) CheckExample(source, example);
      CheckSpoilt(source, example);
    }
    for (const std::string& near_miss : source.near_misses) {
      for (int i = 0; i < kExpansions; ++i) {
        CheckNearMiss(source, near_miss, Spoiling::kNone, "the near miss");
      }
    }
  }

 private:
  void Complain(const RuleSource& source, const std::string& what, const std::string& text) {
    report_->complaints.push_back(source.file + ", " + source.rule.id + ": " + what + " \"" + text +
                                  "\".");
  }

  std::vector<Finding> Scan(const RuleSource& source, const std::string& text, Spoiling spoiling) {
    std::string why;
    std::optional<std::string> expanded = ExpandTemplate(text, random_, spoiling, &why);
    if (!expanded) {
      Complain(source, why + " in", text);
      return {};
    }
    ObjectKind kind = source.rule.is_path_rule() ? ObjectKind::kPathName : ObjectKind::kBlob;
    return DeepScan(*expanded, kind, *session_, expander_);
  }

  void CheckExample(const RuleSource& source, const std::string& example) {
    ++report_->examples;
    bool found = false;
    for (const Finding& finding : Scan(source, example, Spoiling::kNone)) {
      found = found || finding.rule == source.rule.id;
      if (finding.rule != source.rule.id && finding.tier == Tier::kPrecise) {
        Complain(source, "the rule " + finding.rule + " also finds the example", example);
      }
    }
    if (!found) Complain(source, "it does not find its example", example);
  }

  void CheckNearMiss(const RuleSource& source, const std::string& text, Spoiling spoiling,
                     const std::string& what) {
    ++report_->near_misses;
    for (const Finding& finding : Scan(source, text, spoiling)) {
      if (finding.rule == source.rule.id) Complain(source, "it finds " + what, text);
    }
  }

  void CheckSpoilt(const RuleSource& source, const std::string& example) {
    const Rule& rule = source.rule;
    bool fixed =
        !rule.is_path_rule() && rule.min_width == rule.max_width && rule.measure.kind.empty();
    if (fixed) {
      CheckNearMiss(source, example, Spoiling::kShorter, "a shorter form of its example");
      CheckNearMiss(source, example, Spoiling::kLonger, "a longer form of its example");
    }
    if (example.find("{crc32}") != std::string::npos) {
      CheckNearMiss(source, example, Spoiling::kWrongChecksum, "its example with a wrong checksum");
    }
  }

  std::unique_ptr<Session> session_;
  Expander expander_;
  RuleReport* report_;
  SeededRandom random_{kSeed};
};

class CountingJudge : public MatchJudge {
 public:
  bool Accept(Bytes text, const RawMatch& match) override {
    if (!PassesValidators(MakeCaptured(text, match))) return false;
    ++accepted;
    return true;
  }
  void OnEncoded(Bytes, const EncodedLiteral&, uint64_t) override {}

  size_t accepted = 0;
};

std::vector<RuleSource> Parse(const std::vector<RuleFile>& files,
                              std::vector<std::string>* complaints) {
  std::vector<RuleSource> sources = ParseRuleFiles(files, ValidatorNames(), complaints);
  std::stable_sort(sources.begin(), sources.end(),
                   [](const RuleSource& a, const RuleSource& b) { return a.rule.id < b.rule.id; });
  return sources;
}

}  // namespace

RuleReport CheckRules(const std::string& dir) {
  RuleReport report;
  std::vector<RuleFile> files = ReadRuleFiles(dir);
  std::vector<RuleSource> sources = Parse(files, &report.complaints);
  report.files = files.size();
  report.rules = sources.size();
  if (!report.complaints.empty()) return report;
  std::vector<Rule> rules;
  for (const RuleSource& source : sources) rules.push_back(source.rule);
  std::shared_ptr<const RuleSet> set =
      RuleSet::Compile(std::move(rules), HashRuleFiles(files), &report.complaints);
  if (set == nullptr) return report;
  SecretDetector detector(set, FingerprintKey());
  Checker checker(detector, &report);
  for (const RuleSource& source : sources) checker.Check(source);
  return report;
}

std::vector<RuleSource> ListRules(const std::string& dir, std::vector<std::string>* complaints) {
  return Parse(ReadRuleFiles(dir), complaints);
}

size_t CountRejected(const RuleSource& source, uint64_t seed, size_t count) {
  std::vector<std::string> complaints;
  std::shared_ptr<const RuleSet> set = RuleSet::Compile({source.rule}, "", &complaints);
  if (set == nullptr || source.rule.is_path_rule()) return 0;
  Matcher matcher(set);
  SeededRandom random(seed);
  size_t rejected = 0;
  for (size_t i = 0; i < count; ++i) {
    std::string why;
    std::optional<std::string> text =
        ExpandTemplate(source.examples.front(), random, Spoiling::kNone, &why);
    CountingJudge judge;
    if (text) matcher.Scan(AsBytes(*text), judge);
    rejected += judge.accepted == 0 ? 1 : 0;
  }
  return rejected;
}

}  // namespace picket
