// An audit as `picket audit` and `picket baseline` run it: every object of the store, judged.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "core/verdict.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

class AuditMemory;
class ProgressTeller;

// The references outlive the call.
struct AuditInput {
  const CommonOptions& common;
  const Repository& repository;
  const Policy& policy;
  const Engine& engine;
  StatsLine& stats;
  // Objects that a partial clone does not have are gaps.
  bool require_complete = false;
  // The verdict lists allowances that matched nothing.
  bool report_unused = false;
  // Findings kept in full, of one blob and of the run; 0: as the policy and ScanOptions say.
  size_t findings = 0;
  // What earlier audits know; null: everything is examined.
  AuditMemory* memory = nullptr;
  // Told how far it is; null: one is made.
  ProgressTeller* progress = nullptr;
  // "YYYY-MM-DD", for allowances that expire; "": today's.
  std::string today = "";
  // Sentences for the report, about the run as such.
  std::vector<std::string> notes = {};
};

// The verdict's findings do not depend on how the store is packed, nor on what is remembered.
// Throws Error.
Verdict AuditRepository(const AuditInput& input);

}  // namespace picket
