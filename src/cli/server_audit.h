// `picket audit --server`: what never passed a hook. Every repository below a folder, judged as its
// pre-receive would have judged it: what came by a mirror's fetch, a restore, an API, or before the
// hook was there.
#pragma once

#include <functional>
#include <string>

#include "cli/command_line.h"
#include "core/verdict.h"

namespace picket {

struct ServerAuditOptions {
  std::string directory;
  bool since_last = false;
  std::string state;  // a folder; "" for the default
};

// One repository, judged. The references are valid during the call.
struct AuditedRepository {
  const std::string& path;
  const Verdict& verdict;
  uint64_t new_refs = 0;  // that had moved since they were judged
};

// Called for each repository that was judged, before its report is written and what was judged is
// remembered: for the server's log. It is called in the process that judged (cli/shut_in.h), which
// opens no file; the log that the policy names is written through its keeper (scan/push_log.h).
// Where it throws Error the repository counts as not examined, and is judged again by the next run.
using OnAudited = std::function<void(const AuditedRepository&)>;

// Returns the exit code: 1 where something blocks, else 2 where something could not be examined.
// A repository that can't be opened is a gap, and the others go on. Each is judged in a process and
// a sandbox of its own. Throws Error.
int RunServerAudit(const CommonOptions& common, const ServerAuditOptions& options,
                   const OnAudited& on_audited = {});

}  // namespace picket
