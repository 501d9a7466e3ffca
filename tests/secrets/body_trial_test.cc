#include "secrets/body_trial.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "match/rule_set.h"
#include "secrets/rule_check.h"
#include "support/sanitized.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

std::shared_ptr<const RuleSet> Compile(const std::vector<RuleSource>& sources) {
  std::vector<Rule> rules;
  for (const RuleSource& source : sources) rules.push_back(source.rule);
  std::vector<std::string> complaints;
  std::shared_ptr<const RuleSet> set = RuleSet::Compile(std::move(rules), "", &complaints);
  REQUIRE(set != nullptr);
  return set;
}

RuleSource FourDigits() {
  RuleSource source;
  source.rule.id = "a.b";
  source.rule.pattern = "zz=([0-9a-f]{4})";
  source.rule.min_width = 7;
  source.rule.max_width = 7;
  source.rule.validators = {{"entropy", 1, ""}};
  source.examples = {"zz={digit:4};", "'zz={digit:4}'", "x{digit:9} zz={hex:4}", "zz=?"};
  return source;
}

}  // namespace

TEST_CASE("body trial: a form is what is captured, told once, and a template that is not found") {
  const std::vector<RuleSource> sources = {FourDigits()};
  Matcher matcher(Compile(sources));
  std::vector<std::string> unsettled;
  const std::vector<BodyForm> forms = FindBodyForms(sources[0], matcher, &unsettled);
  REQUIRE(forms.size() == 2);
  CHECK(forms[0].captured == "{digit:4}");
  CHECK(forms[0].capture.offset == 3);
  CHECK(forms[1].captured == "{hex:4}");
  CHECK(forms[1].capture.offset == 14);
  CHECK(unsettled == std::vector<std::string>{"zz=?"});
}

TEST_CASE("body trial: what validators refuse is counted, the same in one draw and in many") {
  const std::vector<RuleSource> sources = {FourDigits()};
  Matcher matcher(Compile(sources));
  std::vector<std::string> unsettled;
  const std::vector<BodyForm> forms = FindBodyForms(sources[0], matcher, &unsettled);
  REQUIRE(forms.size() == 2);
  BodyTrial once(forms[0], 5);
  once.Draw(20'000);
  BodyTrial twice(forms[0], 5);
  twice.Draw(1);
  twice.Draw(19'999);
  CHECK(once.refusals().bodies == 20'000);
  CHECK(once.refusals().refused == twice.refusals().refused);
  CHECK(once.refusals().by_validator.at("entropy") == once.refusals().refused);
  // 370 of 10,000 numbers of four digits have fewer than three different ones, two of them alone.
  CHECK(once.refusals().refused > 640);
  CHECK(once.refusals().refused < 840);
  BodyTrial other(forms[0], 6);
  other.Draw(20'000);
  CHECK(other.refusals().refused != once.refusals().refused);
}

TEST_CASE("body trial: validators refuse next to no body of their own rule") {
  constexpr uint64_t kBodies = kSanitized ? 20 : 300;
  std::vector<std::string> complaints;
  const std::vector<RuleSource> sources =
      ListRules(std::string(PICKET_SOURCE_DIR) + "/patterns/secrets", &complaints);
  REQUIRE(complaints.empty());
  Matcher matcher(ShippedRules());
  size_t forms = 0;
  uint64_t refused = 0;
  for (const RuleSource& source : sources) {
    std::vector<std::string> unsettled;
    CAPTURE(source.rule.id);
    const std::vector<BodyForm> found = FindBodyForms(source, matcher, &unsettled);
    CHECK((source.rule.is_path_rule() || !found.empty()));
    for (const BodyForm& form : found) {
      BodyTrial trial(form, kBodySeed + 1);
      trial.Draw(kBodies);
      CHECK(trial.refusals().refused <= 1);
      refused += trial.refusals().refused;
      ++forms;
    }
  }
  CHECK(forms > sources.size());
  CHECK(refused <= 5);
}

}  // namespace picket
