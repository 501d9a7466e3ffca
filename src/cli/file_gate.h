// What `scan` and `audit --lfs-store` do with files outside Git, once they have been listed.
#pragma once

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "scan/file_source.h"
#include "scan/policy.h"

namespace picket {

// All outlive the run.
struct FileGateInput {
  Gate gate = Gate::kScan;
  const CommonOptions& common;
  const Policy& policy;
  // Gets a note where there is something to say about the sandbox.
  Engine& engine;
  const FileList& files;
  StatsLine& stats;
};

// Shuts the process in (cli/shut_in.h), examines the files, writes the report, and returns the exit
// code. Throws Error.
int RunFileGate(const FileGateInput& input);

}  // namespace picket
