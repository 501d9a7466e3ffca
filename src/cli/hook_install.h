// Puts picket's hooks into a repository and takes them out again, without losing what was there.
//
// A hook that exists is renamed to <hook>.before-picket and run by ours; uninstall renames it back,
// so that content, mode and date are what they were. There is no other record: what is installed
// can be read off the folder. Hooks that look at their own name move to before-picket/ instead,
// name and all.
#pragma once

#include <string>
#include <vector>

#include "cli/hook_place.h"

namespace picket {

enum class HookSide : uint8_t { kLocal, kServer };

struct HookChanges {
  std::string directory;  // the folder of hooks that these lists are about
  // Names of hooks. Install: new or rewritten shims, those that were right already, and earlier
  // hooks that now run beside ours. Uninstall: shims taken out, and earlier hooks put back.
  std::vector<std::string> written;
  std::vector<std::string> unchanged;
  std::vector<std::string> kept;
  std::vector<std::string> removed;
  std::vector<std::string> restored;
  // Complete sentences about what a person should know or do.
  std::vector<std::string> notes;

  bool any() const { return !written.empty() || !removed.empty() || !restored.empty(); }
};

// `binary`: absolute path of the picket that the hooks run. Nothing is changed unless everything
// can be: throws Error, with what to do, where a folder can't be written to, another tool owns the
// folder (husky), or an earlier hook can't be kept.
HookChanges InstallHooks(const HookPlace& place, HookSide side, const std::string& binary);

// Looks in the folder in force and in the default one, where shims lie dead since core.hooksPath
// was set. One entry for each folder.
std::vector<HookChanges> UninstallHooks(const HookPlace& place, HookSide side);

// The path at which `hook` belongs: <directory>/<hook>, or <directory>/<hook>.d/picket where the
// hook that is there runs all of that folder (Gitea, Forgejo, soft-serve).
std::string PathOfHook(const std::string& directory, const std::string& hook);
// The same at a place that may name a path of its own.
std::string PathOfHook(const HookPlace& place, const std::string& hook);

// What core.hooksPath does here, as a clause: " (core.hooksPath in file:..., ...)"; "" without it.
std::string DescribeOrigin(const HookPlace& place);

// "a, b and c".
std::string JoinNames(const std::vector<std::string>& names);

}  // namespace picket
