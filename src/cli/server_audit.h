// `picket audit --server`: what never passed a hook. Every repository below a folder, judged as its
// pre-receive would have judged it: what came by a mirror's fetch, a restore, an API, or before the
// hook was there.
#pragma once

#include <string>

#include "cli/command_line.h"

namespace picket {

struct ServerAuditOptions {
  std::string directory;
  bool since_last = false;
  std::string state;  // a folder; "" for the default
};

// Returns the exit code: 1 where something blocks, else 2 where something could not be examined.
// A repository that can't be opened is a gap, and the others go on. Each is judged in a process and
// a sandbox of its own, and written to server.log before what was judged is remembered: where that
// can't be done the run ends, and the next judges the repository again. Throws Error.
int RunServerAudit(const CommonOptions& common, const ServerAuditOptions& options);

}  // namespace picket
