// Many repositories as one audit: one task's share of them, results that outlive the task, and the
// one report that they make together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "core/verdict.h"

namespace picket {

struct FleetOptions {
  std::string list;     // a file, or "-"
  std::string shard;    // "I/N", or ""
  uint32_t shards = 0;  // 0: as the scheduler says
  std::string results;  // a folder; "" for none
  std::string cache;    // as --cache; "" for none
  bool no_cache = false;
  bool require_complete = false;
  bool report_unused = false;
};

// Audits this task's share. Where that is everything, prints the report and returns its exit code;
// else 0 when each repository of the share has its result in the folder, and 2 when some could not
// be opened. Throws Error.
int RunFleet(const CommonOptions& common, const FleetOptions& options);

// The report of all the results in `folders`, each of which tasks of one audit wrote into. Throws
// Error where some are missing, or not of one audit.
int MergeFleet(const CommonOptions& common, const std::vector<std::string>& folders);

}  // namespace picket
