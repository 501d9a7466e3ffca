// An audit of one repository behind the sandbox's walls, with its memory outside: as `picket audit`
// runs it, alone or of many (cli/fleet.h).
#pragma once

#include <optional>
#include <string>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "core/verdict.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

class ProgressTeller;

// The references outlive the call.
struct ShutAuditInput {
  const CommonOptions& common;
  const Policy& policy;
  // Gets a note where there is something to say about the sandbox.
  Engine& engine;
  StatsLine& stats;
  // Where is remembered what is clean: see AuditMemory::Locate(); nullopt: nowhere.
  std::optional<std::string> cache = std::nullopt;
  bool require_complete = false;
  bool report_unused = false;
  // As in AuditInput.
  size_t findings = 0;
  ProgressTeller* progress = nullptr;
  std::string today = "";
};

// Once in a process, which has been split off (cli/shut_in.h): nothing is opened by name any more
// afterwards. `repository` keeps its refs. Throws Error.
Verdict AuditShutIn(const ShutAuditInput& input, Repository& repository);

}  // namespace picket
