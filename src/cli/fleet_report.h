// The report of a whole fleet, made of the reports of its repositories.
#pragma once

#include <functional>
#include <string>

#include "cli/command_line.h"
#include "cli/fleet_plan.h"

namespace picket {

// Asked for each repository of the plan, by position, twice.
using ResultOf = std::function<FleetResult(size_t)>;

// Prints to standard output and returns the exit code. The same bytes for the same results, whoever
// had which part of them.
int WriteFleetReport(const CommonOptions& common, const FleetPlan& plan, const ResultOf& result_of);

}  // namespace picket
