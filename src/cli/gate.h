// A change at a gate: scan what it brings, judge it, report. All hooks end here.
#pragma once

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "core/ancestry.h"
#include "core/change_list.h"
#include "core/verdict.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

class HookWatch;
class MalwareDetector;

// What one gate brings; the references outlive the call.
struct GateInput {
  Gate gate = Gate::kPreReceive;
  const CommonOptions& common;
  const Repository& repository;
  const Policy& policy;
  const Engine& engine;
  const ChangeList& changes;
  // What stood at each place before.
  Ancestry& ancestry;
  StatsLine& stats;
  // pre-receive: whose clock counts; null elsewhere.
  HookWatch* watch = nullptr;
  // One of the engine's, that has something to say about what it skipped; null for none.
  const MalwareDetector* malware = nullptr;
};

// What RunGate writes. What was not judged within server.deadline is a gap of the verdict, which
// blocks as server.on_deadline says, whatever `gaps` says.
Verdict JudgeChange(const GateInput& input);

// The same, reported. Returns the exit code.
int RunGate(const GateInput& input);

}  // namespace picket
