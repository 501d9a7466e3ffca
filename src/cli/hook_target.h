// Which repositories `picket install`, `uninstall` and `doctor` are about, and how they speak.
#pragma once

#include <functional>
#include <string>

#include "cli/hook_install.h"
#include "cli/hook_place.h"
#include "cli/server_kind.h"

namespace CLI {
class App;
}

namespace picket {

struct HookTarget {
  std::string repo;    // local hooks; with `server` empty too: the repository here
  std::string server;  // pre-receive of a bare repository
  bool recursive = false;
  std::string kind;  // --kind; "" to find out
};

// --repo and --server, which exclude each other, and --kind and --recursive, which need --server.
void AddTargetOptions(CLI::App& verb, HookTarget& target, bool with_recursive);

// The server that `directory` belongs to: as --kind says, else as it looks.
ServerKind KindOf(const HookTarget& target, const std::string& directory);

// The place that a target without `recursive` names. Throws Error where --server names a repository
// with a worktree, or the local hooks one without.
HookPlace FindTarget(const HookTarget& target);
HookSide SideOf(const HookTarget& target);

// Calls `change` for every bare repository at or below target.server. One that fails is reported as
// a sentence on stderr and the others go on. Returns 0, or 2 if any failed; throws Error if there
// is none at all.
int ForEachServer(const HookTarget& target, const std::function<void(const HookPlace&)>& change);

// One line, "picket: <sentence>\n", to stdout, masked and escaped: see cli/presentable.h.
void Say(const std::string& sentence);

}  // namespace picket
