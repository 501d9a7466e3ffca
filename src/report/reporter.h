// A reporter writes a finished verdict; it never sees the engine.
// One more output is one .cc with its `New...Reporter` and one line in reporters.def.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.h"

namespace picket {

struct ReportOptions {
  // ANSI colours; only where a person's terminal asked for them.
  bool color = false;
  // Nothing at all when everything was examined and nothing blocks.
  bool quiet = false;
  // Columns of a line of prose. Git puts "remote: " before what a server says: 72 fit there.
  size_t width = 80;
  // How `picket allow` is told at this gate: what follows "To allow it", and its further options.
  std::string allow_where;
  std::string allow_options;
  // Findings, gaps and skipped things that the text tells in full; the rest is counted per rule.
  size_t most = 50;
};

class Reporter {
 public:
  virtual ~Reporter() = default;
  // Deterministic byte for byte: no time, no path of this machine, no order of threads.
  virtual void Write(const Verdict& verdict, std::ostream& out) const = 0;
};

// null for a format that is not in reporters.def.
std::unique_ptr<Reporter> NewReporter(std::string_view format, const ReportOptions& options);
// "text", "json": what --format accepts.
std::vector<std::string_view> ReportFormats();

}  // namespace picket
