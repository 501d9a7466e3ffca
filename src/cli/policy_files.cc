#include "cli/policy_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/files.h"
#include "core/error.h"
#include "git/tree_file.h"
#include "scan/baseline.h"

namespace picket {
namespace {

// Only "there is no such file" means that there is no policy: anything else must not loosen a gate.
bool Exists(const std::string& file) {
  if (access(file.c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw Error("The policy file " + file + " can't be looked at (" + std::strerror(errno) +
              "), so nothing was judged; make it readable.");
}

constexpr uintmax_t kLargestBaseline = uintmax_t{64} << 20;

[[noreturn]] void FailBaseline(std::string_view policy, std::string_view baseline,
                               std::string_view why) {
  throw Error("The policy file " + std::string(policy) + " names the baseline " +
              std::string(baseline) + ", which " + std::string(why) +
              ", so nothing was judged; write it with `picket baseline`, or remove the key.");
}

void AddBaseline(std::string_view text, const std::string& name, Policy* policy) {
  Baseline baseline = ParseBaseline(text, name);
  policy->allow.insert(policy->allow.end(), std::make_move_iterator(baseline.allowances.begin()),
                       std::make_move_iterator(baseline.allowances.end()));
  policy->baselines.push_back({name, std::move(baseline.key_id)});
}

// The baseline that `said`, read from `file`, names beside itself.
void AddBaselineBeside(const Policy& said, const std::string& file, Policy* policy) {
  if (said.baseline.empty()) return;
  const std::filesystem::path path = std::filesystem::path(file).parent_path() / said.baseline;
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) FailBaseline(file, path.string(), "can't be read (" + error.message() + ")");
  if (size > kLargestBaseline) FailBaseline(file, path.string(), "is larger than 64 MiB");
  AddBaseline(ReadWholeFile(path.string()), path.string(), policy);
}

// The path inside the tree of the baseline that a tree's policy names.
std::string TreeBaseline(const Policy& said, std::string_view file) {
  const std::filesystem::path path = said.baseline;
  const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
  if (path.is_absolute() || climbs) FailBaseline(file, said.baseline, "is outside the repository");
  return path.lexically_normal().string();
}

Policy ReadPolicyAndBaseline(const std::string& file) {
  Policy policy = ReadPolicy(file);
  AddBaselineBeside(policy, file, &policy);
  return policy;
}

}  // namespace

Policy ReadBasePolicy(const CommonOptions& common) {
  if (!common.policy.empty()) return ReadPolicyAndBaseline(common.policy);
  if (Exists(kSystemPolicy)) return ReadPolicyAndBaseline(kSystemPolicy);
  return Policy();
}

Policy ReadServerPolicy(const CommonOptions& common, const Repository& repository) {
  Policy policy = ReadBasePolicy(common);
  const bool honoured = policy.Honours(kTreePolicy);
  const std::string file = repository.git_dir() + "/" + kServerPolicy;
  if (Exists(file)) {
    const Policy own = ReadPolicy(file);
    policy = Tighten(policy, own, file);
    AddBaselineBeside(own, file, &policy);
  }
  if (honoured) {
    if (std::optional<std::string> text = ReadFileOfHead(repository, kTreePolicy)) {
      const std::string name = "HEAD:" + std::string(kTreePolicy);
      const Policy tree = ParsePolicy(*text, name);
      policy = WithAllowancesOf(policy, tree);
      if (!tree.baseline.empty()) {
        const std::string path = TreeBaseline(tree, name);
        const std::optional<std::string> baseline = ReadFileOfHead(repository, path);
        if (!baseline) FailBaseline(name, path, "is no file of HEAD");
        AddBaseline(*baseline, "HEAD:" + path, &policy);
      }
    }
  }
  return policy;
}

Policy ReadStagedPolicy(const CommonOptions& common, const Repository& repository,
                        const std::optional<std::string>& staged) {
  const Policy base = ReadBasePolicy(common);
  if (!staged) return base;
  const std::string name = "the staged " + std::string(kTreePolicy);
  const Policy tree = ParsePolicy(*staged, name);
  CheckTreePolicy(tree, name);
  Policy policy = Layer(base, tree);
  if (!tree.baseline.empty()) {
    const std::string path = TreeBaseline(tree, name);
    const std::optional<std::string> baseline = StagedFile(path).Read(repository);
    if (!baseline) FailBaseline(name, path, "is not staged");
    AddBaseline(*baseline, path, &policy);
  }
  return policy;
}

Policy ReadWorktreePolicy(const CommonOptions& common, const Repository& repository,
                          Missing missing) {
  const Policy base = ReadBasePolicy(common);
  const std::string file = repository.worktree() + "/" + kTreePolicy;
  if (repository.worktree().empty() || !Exists(file)) return base;
  const Policy tree = ReadPolicy(file);
  CheckTreePolicy(tree, file);
  Policy policy = Layer(base, tree);
  if (!tree.baseline.empty()) {
    const std::string path = TreeBaseline(tree, file);
    const std::string full = repository.worktree() + "/" + path;
    if (!Exists(full)) {
      if (missing == Missing::kIsEmpty) return policy;
      FailBaseline(file, path, "is not there");
    }
    AddBaseline(ReadWholeFile(full), path, &policy);
  }
  return policy;
}

}  // namespace picket
