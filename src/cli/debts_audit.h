// picket audit --debts: judges what pre-receive let in before it had been examined, with the
// server's policy, and takes off the list what is clean.
#pragma once

#include <string>

#include "cli/command_line.h"

namespace picket {

// Returns the exit code: 1 where something blocks, 2 where something can't be examined still. What
// no ref has come to reach in a day, or reaches any more, is dropped without being judged. With
// `settle` a gap keeps nothing on the list: what never can be examined would be judged again with
// every push. Throws Error.
int AuditDebts(const CommonOptions& common, const std::string& repository, bool settle);

}  // namespace picket
