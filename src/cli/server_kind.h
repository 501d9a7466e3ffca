// The servers that picket knows: each runs hooks from another place, and one that stands where a
// server never looks protects nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/hook_place.h"

namespace picket {

enum class ServerKind : uint8_t {
  kPlain,      // bare repositories behind ssh, git daemon, git http-backend, or a file system
  kGitea,      // Gitea and Forgejo: hooks/pre-receive.d of each repository
  kSoftServe,  // the same place
  kGogs,       // custom_hooks/pre-receive of each repository
  kGitlab,     // Gitaly: pre-receive.d of its custom_hooks_dir, or of one repository's custom_hooks
  kGitolite,   // <LOCAL_CODE>/hooks/common, linked into every repository by gitolite itself
  kBitbucket,  // a hook script to be registered with Bitbucket Data Center
  kGithub,     // the environment and the script of a GitHub Enterprise Server
};

// "plain", "gitea", "forgejo", ...: what --kind takes.
std::vector<std::string> KindNames();
// Throws Error for a name that is not one of them.
ServerKind KindNamed(std::string_view name);
std::string_view NameOf(ServerKind kind);

// What the folder looks like; kPlain where nothing tells otherwise.
ServerKind DetectKind(const std::string& directory);
// Whether hooks of this kind belong into each repository by itself.
bool IsPerRepository(ServerKind kind);

// Where pre-receive belongs for what is at `directory`: a repository, or the server's own folder.
// Throws Error, with what to do, where no hook of that server would run from there.
HookPlace FindServerHook(const std::string& directory, ServerKind kind);

// What the server has to be told after its hook was written or taken out (gitolite links it into
// the repositories). Returns sentences for the user. Throws Error.
std::vector<std::string> Announce(const HookPlace& place, bool installed);

}  // namespace picket
