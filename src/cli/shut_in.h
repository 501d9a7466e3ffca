// The sandbox, as the verbs use it: what each of them may still ask for afterwards.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

struct AuditMemoryPlace;
class DebtBook;

// Before anything is opened: from here on this is the half that does the work (sandbox/sandbox.h).
// `common` outlives the process's work.
void SplitOff(const CommonOptions& common, Gate gate);

// One repository of many: `work` runs apart, with a sandbox of its own, and returns what it found;
// nullopt where it came to no end, of which it has been told.
std::optional<std::string> AuditApart(const CommonOptions& common,
                                      const std::function<std::string()>& work);

// All outlive the run.
struct ShutInInput {
  Gate gate = Gate::kPreReceive;
  const CommonOptions& common;
  const Policy& policy;
  // Gets a note where there is something to say about the sandbox.
  Engine& engine;
  // Null outside Git. Whoever asks for its refs afterwards has called KeepRefs().
  const Repository* repository = nullptr;
  // What `scan` reads, sorted; null for none.
  const std::vector<std::string>* files = nullptr;
  // The list of debts of this repository; null for none.
  const DebtBook* debts = nullptr;
  // Where an audit remembers, which stays outside; null for none.
  const AuditMemoryPlace* cache = nullptr;
};

// After this, and not before, hostile bytes may be parsed. Everything that is opened by name has
// been opened, and every process that is needed has been started. Throws Error where the policy
// requires what can't be had.
void ShutIn(const ShutInInput& input);

}  // namespace picket
