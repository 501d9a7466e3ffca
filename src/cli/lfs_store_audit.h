// picket audit --lfs-store: what a store of Git LFS holds, whatever points to it.
#pragma once

#include <string>

#include "cli/command_line.h"

namespace picket {

// Every object below `folder`, in any of the layouts that are known, also where they are mixed.
// Returns the exit code. Throws Error where there is no such folder, or files and no object.
int AuditLfsStore(const CommonOptions& common, const std::string& folder);

}  // namespace picket
