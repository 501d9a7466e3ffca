#include "cli/policy_files.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/files.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "core/object_id.h"
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

// A path inside the tree; nullopt where `named` is none.
std::optional<std::string> TreePath(const std::string& named) {
  const std::filesystem::path path = named;
  const bool climbs = std::find(path.begin(), path.end(), "..") != path.end();
  if (path.is_absolute() || climbs) return std::nullopt;
  return path.lexically_normal().string();
}

// The path inside the tree of the baseline that a tree's policy names.
std::string TreeBaseline(const Policy& said, std::string_view file) {
  const std::optional<std::string> path = TreePath(said.baseline);
  if (!path) FailBaseline(file, said.baseline, "is outside the repository");
  return *path;
}

constexpr uintmax_t kLargestRuleFile = uintmax_t{16} << 20;

[[noreturn]] void FailRules(std::string_view named_by, std::string_view file,
                            std::string_view why) {
  throw Error(std::string(named_by) + " names the rule file " + std::string(file) + ", which " +
              std::string(why) +
              ", so nothing was judged; correct the name, or put the file there.");
}

std::string NamedBy(std::string_view policy) { return "The policy file " + std::string(policy); }

// The files of own rules that `said`, read from `file`, names beside itself.
void AddRulesBeside(const Policy& said, const std::string& file, Policy* policy) {
  for (const std::string& rules : said.rules) {
    const std::filesystem::path path = std::filesystem::path(file).parent_path() / rules;
    policy->rule_files.push_back(ReadRuleFile(path.string(), NamedBy(file)));
  }
}

// Those that a tree's policy names, from where `read` finds the tree's files.
void AddTreeRules(const Policy& tree, std::string_view file,
                  const std::function<std::optional<std::string>(const std::string&)>& read,
                  Policy* policy) {
  for (const std::string& rules : tree.rules) {
    const std::optional<std::string> path = TreePath(rules);
    if (!path) FailRules(NamedBy(file), rules, "is outside the repository");
    std::optional<std::string> bytes = read(*path);
    if (!bytes) FailRules(NamedBy(file), *path, "is not there");
    policy->rule_files.push_back({*path, std::move(*bytes)});
  }
}

// With the files that it names.
Policy ReadWholePolicy(const std::string& file) {
  Policy policy = ReadPolicy(file);
  AddBaselineBeside(policy, file, &policy);
  AddRulesBeside(policy, file, &policy);
  return policy;
}

}  // namespace

RuleFile ReadRuleFile(const std::string& file, const std::string& named_by) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(file, error);
  if (error) FailRules(named_by, file, "can't be read (" + error.message() + ")");
  if (!regular) FailRules(named_by, file, "is no regular file");
  const uintmax_t size = std::filesystem::file_size(file, error);
  if (error) FailRules(named_by, file, "can't be read (" + error.message() + ")");
  if (size > kLargestRuleFile) FailRules(named_by, file, "is larger than 16 MiB");
  return {file, ReadWholeFile(file)};
}

std::vector<RuleFile> ReadNamedRules(const CommonOptions& common) {
  std::vector<RuleFile> files;
  for (const std::string& file : common.rule_files) files.push_back(ReadRuleFile(file, "--rules"));
  return files;
}

Policy ReadBasePolicy(const CommonOptions& common) {
  if (!common.policy.empty()) return ReadWholePolicy(common.policy);
  if (Exists(kSystemPolicy)) return ReadWholePolicy(kSystemPolicy);
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
    AddRulesBeside(own, file, &policy);
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

std::string ServerPolicyId(const CommonOptions& common, const Repository& repository) {
  std::string hashes;
  for (const std::string& file :
       {common.policy.empty() ? std::string(kSystemPolicy) : common.policy,
        repository.git_dir() + "/" + kServerPolicy}) {
    if (Exists(file)) hashes += Sha256(AsBytes(ReadWholeFile(file)));
  }
  if (hashes.empty()) return "";
  return ObjectId::FromRaw(AsBytes(Sha256(AsBytes(hashes)))).ToHex().substr(0, 12);
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
  AddTreeRules(
      tree, name,
      [&repository](const std::string& path) { return StagedFile(path).Read(repository); },
      &policy);
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
  AddTreeRules(
      tree, file,
      [&repository](const std::string& path) -> std::optional<std::string> {
        const std::string full = repository.worktree() + "/" + path;
        if (!Exists(full)) return std::nullopt;
        return ReadRuleFile(full, NamedBy(kTreePolicy)).bytes;
      },
      &policy);
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
