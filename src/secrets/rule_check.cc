#include "secrets/rule_check.h"

#include <algorithm>
#include <map>
#include <memory>

#include "match/matcher.h"
#include "match/rule_cost.h"
#include "match/rule_reader.h"
#include "match/rule_set.h"
#include "secrets/body_trial.h"
#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "secrets/source_text.h"
#include "secrets/template.h"
#include "secrets/validators.h"

namespace picket {
namespace {

constexpr uint64_t kSeed = 20'250'101;
constexpr int kExpansions = 3;
constexpr size_t kCostBytes = 1 << 20;

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// The characters that every match starts with, as far as the pattern says so by itself.
std::string LeadingLiteral(std::string_view pattern) {
  static constexpr std::string_view kMeta = "\\.[](){}*+?|^$";
  if (pattern.find('|') != std::string_view::npos && pattern.find('(') == std::string_view::npos) {
    return {};
  }
  const size_t end = std::min(pattern.find_first_of(kMeta), pattern.size());
  std::string literal(pattern.substr(0, end));
  const bool repeated = end < pattern.size() && (pattern[end] == '?' || pattern[end] == '{');
  if (repeated && !literal.empty()) literal.pop_back();
  return pattern.find('|') < end ? std::string() : literal;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The names of placeholders are no part of what they expand to.
std::string WithoutPlaceholders(std::string text) {
  for (size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const size_t end = text.find_first_of("(}", open);
    if (end != std::string::npos && text.compare(open, 2, "{{") != 0) text.erase(open, end - open);
  }
  return text;
}

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
    if (fixed && HasCounted(example)) {
      CheckNearMiss(source, example, Spoiling::kShorter, "a shorter form of its example");
      CheckNearMiss(source, example, Spoiling::kLonger, "a longer form of its example");
    }
    if (HasChecksum(example)) {
      CheckNearMiss(source, example, Spoiling::kWrongChecksum, "its example with a wrong checksum");
    }
    const std::string head = LeadingLiteral(rule.pattern);
    if (rule.tier != Tier::kPrecise || rule.ignore_case || head.size() < 3) return;
    CheckPrefix(source, example, head);
  }

  // A letter or digit of a literal counts when some other one in its place is not found. Which one
  // it takes the pattern knows: ghp_ and gho_ are of one rule.
  void CheckPrefix(const RuleSource& source, const std::string& example,
                   const std::string& literal) {
    static constexpr std::string_view kOthers = "zq5xj";
    std::string plain = WithoutPlaceholders(example);
    if (plain.find(literal) == std::string::npos) return;
    for (size_t at = 0; at < literal.size(); ++at) {
      if (!IsAlphanumeric(literal[at])) continue;
      bool counts = false;
      for (size_t i = 0; i < kOthers.size() && !counts; ++i) {
        if ((literal[at] | 0x20) == kOthers[i]) continue;
        std::string other = literal;
        other[at] = kOthers[i];
        ++report_->near_misses;
        counts = !Finds(source, Replaced(example, literal, other));
      }
      if (!counts) {
        Complain(source,
                 "it also finds the example with another character in place of the " +
                     std::to_string(at + 1) + ". of " + literal + " in",
                 example);
      }
    }
  }

  bool Finds(const RuleSource& source, const std::string& text) {
    std::vector<Finding> findings = Scan(source, text, Spoiling::kNone);
    return std::any_of(findings.begin(), findings.end(), [&source](const Finding& finding) {
      return finding.rule == source.rule.id;
    });
  }

  std::unique_ptr<Session> session_;
  Expander expander_;
  RuleReport* report_;
  SeededRandom random_{kSeed};
};

std::vector<RuleSource> Parse(std::span<const RuleFile> files,
                              std::vector<std::string>* complaints) {
  std::vector<RuleSource> sources = ParseRuleFiles(files, ValidatorNames(), complaints);
  std::stable_sort(sources.begin(), sources.end(),
                   [](const RuleSource& a, const RuleSource& b) { return a.rule.id < b.rule.id; });
  return sources;
}

void CheckCosts(const std::vector<RuleSource>& sources, RuleReport* report) {
  const std::string text = GenerateSourceText(kSeed, kCostBytes);
  for (const RuleSource& source : sources) {
    if (source.rule.is_path_rule()) continue;
    const RuleCost cost = MeasureCost(source.rule, AsBytes(text), 1);
    for (const std::string& broken : BrokenBudgets(source.rule, cost, text.size())) {
      report->complaints.push_back(source.file + ", " + source.rule.id + ": " + broken + ".");
    }
  }
}

// Bodies that every form is tried with, and those that one is tried with of which any is refused.
constexpr uint64_t kFewBodies = 2'000;
constexpr uint64_t kMoreBodies = 20'000;

void CheckBodies(const std::vector<RuleSource>& sources, std::shared_ptr<const RuleSet> set,
                 RuleReport* report) {
  Matcher matcher(std::move(set));
  std::map<std::string, Refusals> trials;
  for (const RuleSource& source : sources) {
    std::vector<std::string> unsettled;
    for (const BodyForm& form : FindBodyForms(source, matcher, &unsettled)) {
      auto [tried, first] = trials.try_emplace(form.alike);
      if (first) {
        BodyTrial trial(form, kBodySeed);
        trial.Draw(kFewBodies);
        if (trial.refusals().refused > 0) trial.Draw(kMoreBodies - kFewBodies);
        tried->second = trial.refusals();
      }
      const Refusals& refusals = tried->second;
      report->bodies += refusals.bodies;
      if (refusals.refused <= kMostRefused) continue;
      std::string names;
      for (const auto& [name, refused] : refusals.by_validator) {
        names += (names.empty() ? "" : ", ") + name;
      }
      report->complaints.push_back(source.file + ", " + source.rule.id + ": its validators (" +
                                   names + ") refuse " + std::to_string(refusals.refused) + " of " +
                                   std::to_string(refusals.bodies) + " random bodies of \"" +
                                   form.text + "\".");
    }
  }
}

}  // namespace

std::vector<RuleTiming> TimeRules(std::span<const RuleFile> files, Bytes text, int passes,
                                  std::vector<std::string>* complaints) {
  std::vector<RuleTiming> timings;
  std::vector<RuleSource> sources = Parse(files, complaints);
  if (!complaints->empty()) return timings;
  for (RuleSource& source : sources) {
    if (source.rule.is_path_rule()) continue;
    RuleCost cost = MeasureCost(source.rule, text, passes);
    timings.push_back({std::move(source.rule), cost});
  }
  std::sort(timings.begin(), timings.end(), [](const RuleTiming& a, const RuleTiming& b) {
    return a.cost.nanoseconds_per_kib > b.cost.nanoseconds_per_kib;
  });
  return timings;
}

RuleReport CheckRules(const std::string& dir) { return CheckRuleFiles(ReadRuleFiles(dir)); }

RuleReport CheckRuleFiles(std::span<const RuleFile> files) {
  RuleReport report;
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
  CheckBodies(sources, set, &report);
  CheckCosts(sources, &report);
  return report;
}

std::vector<RuleSource> ListRules(std::span<const RuleFile> files,
                                  std::vector<std::string>* complaints) {
  return Parse(files, complaints);
}

std::vector<RuleSource> ListRules(const std::string& dir, std::vector<std::string>* complaints) {
  return ListRules(ReadRuleFiles(dir), complaints);
}

}  // namespace picket
