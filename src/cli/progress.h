// How far a run is, on standard error: a line that keeps being rewritten for a person, or one JSON
// object a line for a program. Numbers and our own words only: nothing of what is examined.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/command_line.h"
#include "scan/scanner.h"

namespace picket {

// From one thread. What it writes:
//   picket: 2 of 20, 37%, 1.24 GB/s, 12 s left, 3 findings
//   {"repository":2,"repositories":20,"phase":"scan","percent":37.0,"objects_done":...,
//    "objects":...,"bytes":...,"bytes_per_second":...,"seconds":...,"seconds_left":...,
//    "findings":...}
// as CommonOptions::progress says; with "" the line, where standard error is a terminal and --quiet
// was not said.
class ProgressTeller {
 public:
  explicit ProgressTeller(const CommonOptions& common);
  // Takes the line away.
  ~ProgressTeller();
  ProgressTeller(const ProgressTeller&) = delete;
  ProgressTeller& operator=(const ProgressTeller&) = delete;

  // The next of several repositories; `number` counts from 1.
  void BeginRepository(uint64_t number, uint64_t count);
  // "list", "names", "scan", "attribute"; for a scan with what there is to examine, where that is
  // known: trees of deltas differ too much for their number to tell how far it is.
  void BeginPhase(std::string_view phase, uint64_t objects = 0, uint64_t blobs = 0);
  // For ScanOptions::on_progress; empty where nobody wants it. Must not outlive this.
  std::function<void(const Progress&)> OnScan();

 private:
  enum class Form : uint8_t { kSilent, kLine, kJson };

  double PercentOf(const Progress& progress) const;
  void Tell(const Progress& progress);
  void TellLine(const Progress& progress, double seconds, double left);
  void TellJson(const Progress& progress, double seconds, double left);

  Form form_ = Form::kSilent;
  std::string phase_;
  uint64_t number_ = 0;
  uint64_t count_ = 0;
  uint64_t objects_ = 0;
  uint64_t blobs_ = 0;
  const std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point begin_ = made_;
  bool line_stands_ = false;
};

}  // namespace picket
