// The sandbox, as the verbs use it: what each of them may still ask for afterwards.
#pragma once

#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

class AuditCache;

// All outlive the run.
struct ShutInInput {
  Gate gate = Gate::kPreReceive;
  const CommonOptions& common;
  const Policy& policy;
  // Gets a note where there is something to say about the sandbox.
  Engine& engine;
  // Null outside Git. Its refs are listed now.
  Repository* repository = nullptr;
  // What `scan` reads, sorted; null for none.
  const std::vector<std::string>* files = nullptr;
  // What an audit remembers, which stays outside; null for none.
  AuditCache* cache = nullptr;
};

// After this, and not before, hostile bytes may be parsed: see sandbox/sandbox.h. Everything that
// is opened by name has been opened, every process that is needed has been started, and there is no
// other thread. Throws Error.
void ShutIn(const ShutInInput& input);

}  // namespace picket
