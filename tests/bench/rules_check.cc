// By hand: checks a rule folder, or with a count the promise that the validators of a rule refuse
// at most 10 of a million valid bodies, for every form that the rule's templates give a body
// (secrets/body_trial.h says what a valid body is; a form counts by itself, so that a rule of many
// forms hides none). A seed that is not given is the one of `picket rules check`; the start of the
// rules' ids leaves out all others.
//   picket_rules_check patterns/secrets [COUNT [SEED [START]]]
//
// The count is put to the validators alone, where the rule captured the first few. A smaller one
// goes through the whole detector with all rules: what is lost there, and the validators let pass,
// is lost to the pattern, its neighbours, its context or another rule.
//
// Exit 1: a complaint, or a form that loses more than it may. A million takes about twenty minutes
// of processor time.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "match/rule_set.h"
#include "secrets/body_trial.h"
#include "secrets/deep_scan.h"
#include "secrets/rule_check.h"
#include "secrets/secret_detector.h"

namespace picket {
namespace {

constexpr size_t kThreads = 2;
constexpr double kMillion = 1e6;
constexpr uint64_t kMostThroughDetector = 1'000;
// Three of a thousand are no chance where one of 100,000 is expected.
constexpr uint64_t kMostLost = 2;

using PrintedCount = unsigned long long;

struct Outcome {
  BodyForm form;
  Refusals refusals;
  uint64_t scanned = 0;
  uint64_t lost = 0;
};

void ForEach(std::vector<Outcome>* outcomes, const std::function<void(Outcome&, size_t)>& work) {
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (size_t at = next++; at < outcomes->size(); at = next++) work((*outcomes)[at], i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void ScanSome(Outcome* outcome, uint64_t count, uint64_t seed, Session& session,
              Expander& expander) {
  SeededRandom random(seed);
  for (; outcome->scanned < count; ++outcome->scanned) {
    std::string why;
    const auto text = ExpandTemplate(outcome->form.text, random, Spoiling::kNone, &why);
    const Span& secret = outcome->form.capture;
    bool found = false;
    for (const Finding& finding : DeepScan(*text, ObjectKind::kBlob, session, expander)) {
      found = found || (finding.span.offset < secret.end() && secret.offset < finding.span.end());
    }
    outcome->lost += found ? 0 : 1;
  }
}

double Rate(const Refusals& refusals) {
  return static_cast<double>(refusals.refused) * kMillion / static_cast<double>(refusals.bodies);
}

// How many forms lose more than they may.
size_t Print(const std::vector<Outcome>& outcomes) {
  size_t broken = 0;
  uint64_t bodies = 0;
  std::map<std::string, uint64_t> totals;
  std::printf("per million  refused  bodies  rule, captured template: validators\n");
  for (const Outcome& outcome : outcomes) {
    const Refusals& refusals = outcome.refusals;
    bodies += refusals.bodies;
    if (refusals.refused > 0) {
      std::printf("%11.1f %8llu %7llu  %s, %s:", Rate(refusals),
                  static_cast<PrintedCount>(refusals.refused),
                  static_cast<PrintedCount>(refusals.bodies), outcome.form.rule->id.c_str(),
                  outcome.form.captured.c_str());
      for (const auto& [name, refused] : refusals.by_validator) {
        std::printf(" %s %llu", name.c_str(), static_cast<PrintedCount>(refused));
        totals[name] += refused;
      }
      std::printf("\n");
    }
    if (outcome.lost > 0) {
      std::printf("  through the whole detector %llu of %llu are lost: %s, %s\n",
                  static_cast<PrintedCount>(outcome.lost),
                  static_cast<PrintedCount>(outcome.scanned), outcome.form.rule->id.c_str(),
                  outcome.form.text.c_str());
    }
    const bool over = static_cast<double>(refusals.refused) * kMillion >
                      static_cast<double>(kMostRefused * std::max<uint64_t>(refusals.bodies, 1));
    const bool broke =
        refusals.bodies >= static_cast<uint64_t>(kMillion) ? over : refusals.refused > kMostRefused;
    broken += broke || outcome.lost > kMostLost ? 1 : 0;
  }
  for (const auto& [name, refused] : totals) {
    std::printf("%s refuses %.3f of a million\n", name.c_str(),
                static_cast<double>(refused) * kMillion / static_cast<double>(bodies));
  }
  std::printf("%zu forms, %llu bodies, %zu forms lose more than they may\n", outcomes.size(),
              static_cast<PrintedCount>(bodies), broken);
  return broken;
}

size_t TryBodies(const char* folder, uint64_t count, uint64_t seed, std::string_view start) {
  std::vector<std::string> complaints;
  const std::vector<RuleSource> sources = ListRules(folder, &complaints);
  std::vector<Rule> rules;
  for (const RuleSource& source : sources) rules.push_back(source.rule);
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  if (set == nullptr) return 1;
  std::printf("seed %llu\n", static_cast<PrintedCount>(seed));
  std::vector<Outcome> outcomes;
  Matcher matcher(set);
  for (const RuleSource& source : sources) {
    if (!source.rule.id.starts_with(start)) continue;
    std::vector<std::string> unsettled;
    for (BodyForm& form : FindBodyForms(source, matcher, &unsettled)) {
      outcomes.push_back({std::move(form), {}, 0, 0});
    }
    for (const std::string& text : unsettled) {
      std::printf("encoded, tried by the check above only: %s, %s\n", source.rule.id.c_str(),
                  text.c_str());
    }
  }
  SecretDetector detector(set, FingerprintKey());
  std::vector<std::unique_ptr<Session>> sessions;
  std::vector<Expander> expanders;
  for (size_t i = 0; i < kThreads; ++i) {
    sessions.push_back(detector.NewSession());
    expanders.emplace_back(ExpandLimits{});
  }
  std::map<std::string, const Outcome*> firsts;
  for (const Outcome& outcome : outcomes) firsts.try_emplace(outcome.form.alike, &outcome);
  std::printf("%zu forms, of which %zu differ\n", outcomes.size(), firsts.size());
  std::fflush(stdout);
  ForEach(&outcomes, [&](Outcome& outcome, size_t thread) {
    ScanSome(&outcome, std::min(count, kMostThroughDetector), seed, *sessions[thread],
             expanders[thread]);
    if (firsts.at(outcome.form.alike) != &outcome) return;
    BodyTrial trial(outcome.form, seed);
    trial.Draw(count);
    outcome.refusals = trial.refusals();
  });
  for (Outcome& outcome : outcomes) outcome.refusals = firsts.at(outcome.form.alike)->refusals;
  std::stable_sort(outcomes.begin(), outcomes.end(), [](const Outcome& a, const Outcome& b) {
    return Rate(a.refusals) > Rate(b.refusals);
  });
  return Print(outcomes);
}

int Check(const char* folder) {
  const RuleReport report = CheckRules(folder);
  for (const std::string& complaint : report.complaints) std::printf("%s\n", complaint.c_str());
  std::printf("%zu files, %zu rules, %zu examples, %zu near misses, %llu bodies, %zu complaints\n",
              report.files, report.rules, report.examples, report.near_misses,
              static_cast<PrintedCount>(report.bodies), report.complaints.size());
  return report.complaints.empty() ? 0 : 1;
}

int Run(int argc, char** argv) {
  if (argc == 2) return Check(argv[1]);
  const uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : kBodySeed;
  return TryBodies(argv[1], count, seed, argc > 4 ? argv[4] : "") == 0 ? 0 : 1;
}

}  // namespace
}  // namespace picket

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  try {
    return picket::Run(argc, argv);
  } catch (const picket::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
