// Whether a repository's hooks really protect it: each is tried in a scratch repository with a leak
// made up on the spot. A hook that can't fail is worse than none, and only a try tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/hook_install.h"
#include "cli/hook_place.h"

namespace picket {

enum class Protection : uint8_t {
  kProtects,  // refused the leak, let clean content pass
  kDoesNot,   // not there, never run, or let the leak pass
  kUnknown,   // could not be tried
};

struct HookReport {
  std::string hook;
  Protection protection = Protection::kUnknown;
  std::string sentence;  // complete, without the hook's name
  std::string binary;    // the picket that the hook names; "" for other people's hooks
};

// One report for each hook of `side`, in their order. The repository itself is only read. Shims are
// tried without the earlier hooks that they run beside themselves; other hooks that mention picket
// are run as they are, in the scratch repository. Throws Error if no scratch repository can be
// made.
std::vector<HookReport> TryHooks(const HookPlace& place, HookSide side);

}  // namespace picket
