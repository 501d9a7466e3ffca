// Which policy files count at which gate. The judged never picks the judge: on a server the
// system's file rules, and a repository's own may only tighten it.
#pragma once

#include <optional>
#include <string>

#include "cli/command_line.h"
#include "git/repository.h"
#include "scan/policy.h"

namespace picket {

// What the administrator of the machine has decided; read where it exists.
inline constexpr char kSystemPolicy[] = "/etc/picket/policy.json";
// What a repository carries in its tree.
inline constexpr char kTreePolicy[] = ".picket.json";
// What a server's repository has beside its refs.
inline constexpr char kServerPolicy[] = "picket.json";

// The system's file, or the one named by --policy in its place. All that audit and scan read.
Policy ReadBasePolicy(const CommonOptions& common);

// pre-receive: the base, $GIT_DIR/picket.json, which may only tighten, and the allowances of the
// default branch's .picket.json where the base honours it.
Policy ReadServerPolicy(const CommonOptions& common, const Repository& repository);

// pre-commit, pre-merge-commit, commit-msg: the base and the text of the staged .picket.json.
Policy ReadStagedPolicy(const CommonOptions& common, const std::optional<std::string>& staged);

// pre-push: the base and .picket.json of the worktree.
Policy ReadWorktreePolicy(const CommonOptions& common, const Repository& repository);

}  // namespace picket
