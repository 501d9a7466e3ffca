#include "cli/policy_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "core/error.h"
#include "git/tree_file.h"

namespace picket {
namespace {

// Only "there is no such file" means that there is no policy: anything else must not loosen a gate.
bool Exists(const std::string& file) {
  if (access(file.c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw Error("The policy file " + file + " can't be looked at (" + std::strerror(errno) +
              "), so nothing was judged; make it readable.");
}

}  // namespace

Policy ReadBasePolicy(const CommonOptions& common) {
  if (!common.policy.empty()) return ReadPolicy(common.policy);
  if (Exists(kSystemPolicy)) return ReadPolicy(kSystemPolicy);
  return Policy();
}

Policy ReadServerPolicy(const CommonOptions& common, const Repository& repository) {
  Policy policy = ReadBasePolicy(common);
  const bool honoured = policy.Honours(kTreePolicy);
  const std::string file = repository.git_dir() + "/" + kServerPolicy;
  if (Exists(file)) policy = Tighten(policy, ReadPolicy(file), file);
  if (honoured) {
    if (std::optional<std::string> text = ReadFileOfHead(repository, kTreePolicy)) {
      policy = WithAllowancesOf(policy, ParsePolicy(*text, "HEAD:" + std::string(kTreePolicy)));
    }
  }
  return policy;
}

Policy ReadStagedPolicy(const CommonOptions& common, const std::optional<std::string>& staged) {
  const Policy base = ReadBasePolicy(common);
  if (!staged) return base;
  return Layer(base, ParsePolicy(*staged, "the staged " + std::string(kTreePolicy)));
}

Policy ReadWorktreePolicy(const CommonOptions& common, const Repository& repository) {
  const Policy base = ReadBasePolicy(common);
  const std::string file = repository.worktree() + "/" + kTreePolicy;
  if (repository.worktree().empty() || !Exists(file)) return base;
  return Layer(base, ReadPolicy(file));
}

}  // namespace picket
