#include "cli/fleet_report.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "report/escape.h"

namespace picket {
namespace {

struct Totals {
  std::array<uint64_t, 3> outcomes{};
  bool complete = true;

  uint64_t of(Outcome outcome) const { return outcomes[static_cast<size_t>(outcome)]; }
  Outcome outcome() const {
    if (of(Outcome::kBlocked) > 0) return Outcome::kBlocked;
    return of(Outcome::kIncomplete) > 0 ? Outcome::kIncomplete : Outcome::kPass;
  }
};

// Of characters of any kind, as ASCII.
std::string Quoted(const std::string& text) {
  return nlohmann::json(EscapeInvalidUtf8(text)).dump(-1, ' ', true);
}

void WriteJson(const FleetPlan& plan, const Totals& totals, const ResultOf& result_of) {
  std::cout << "{\n\"verdict\": " << Quoted(std::string(ToString(totals.outcome())))
            << ",\n\"complete\": " << (totals.complete ? "true" : "false")
            << ",\n\"repositories\": [";
  for (size_t i = 0; i < plan.repositories.size(); ++i) {
    const FleetResult result = result_of(i);
    std::cout << (i == 0 ? "\n" : ",\n") << "{\"repository\": " << Quoted(plan.repositories[i].name)
              << ", \"report\":\n"
              << result.json << "}";
  }
  std::cout << "\n],\n\"engine\": " << Quoted(plan.engine) << "\n}\n";
}

void WriteText(const FleetPlan& plan, const Totals& totals, const ResultOf& result_of) {
  for (size_t i = 0; i < plan.repositories.size(); ++i) {
    const FleetResult result = result_of(i);
    if (result.silent) continue;
    std::cout << "repository " << EscapeForTerminal(plan.repositories[i].name) << ":\n\n"
              << result.text << "\n";
  }
  const size_t count = plan.repositories.size();
  std::cout << "picket: " << count << (count == 1 ? " repository: " : " repositories: ")
            << totals.of(Outcome::kPass) << " pass, " << totals.of(Outcome::kBlocked)
            << " blocked, " << totals.of(Outcome::kIncomplete) << " incomplete\n"
            << "picket: " << ToString(totals.outcome()) << "\n";
}

}  // namespace

int WriteFleetReport(const CommonOptions& common, const FleetPlan& plan,
                     const ResultOf& result_of) {
  Totals totals;
  for (size_t i = 0; i < plan.repositories.size(); ++i) {
    const FleetResult result = result_of(i);
    ++totals.outcomes[static_cast<size_t>(result.outcome)];
    totals.complete &= result.complete;
  }
  if (common.format == "json") {
    WriteJson(plan, totals, result_of);
  } else if (!common.quiet || totals.outcome() != Outcome::kPass || !totals.complete) {
    WriteText(plan, totals, result_of);
  }
  return ExitCode(totals.outcome());
}

}  // namespace picket
