// How a run speaks: the report and the figures of --stats.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "cli/command_line.h"
#include "core/verdict.h"
#include "scan/policy.h"

namespace picket {

// Writes the report and returns the exit code. JSON goes to standard output; text too, but in
// hooks, where Git has standard output for itself, to standard error. A report that can't be
// written turns a pass into "could not tell": the caller has not seen what was examined.
int WriteReport(const Verdict& verdict, Gate gate, const CommonOptions& common);

// Every line of `text` behind `prefix`.
std::string WithPrefix(std::string_view text, std::string_view prefix);

// The report as text, for later: without colour, and whole also where nothing blocks.
std::string Report(const Verdict& verdict, Gate gate, std::string_view format);

// Where StatsLine finds the peak of memory.
inline constexpr char kProcessStatus[] = "/proc/self/status";

// With --stats, prints what a run took to standard error when it ends.
class StatsLine {
 public:
  explicit StatsLine(const CommonOptions& common);
  ~StatsLine();
  StatsLine(const StatsLine&) = delete;
  StatsLine& operator=(const StatsLine&) = delete;
  // Marks the end of a phase.
  void Mark(std::string_view phase);

 private:
  bool wanted_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace picket
