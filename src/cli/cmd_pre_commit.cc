// picket pre-commit and pre-merge-commit: the index against HEAD and what is being merged.
#include <CLI/CLI.hpp>
#include <future>
#include <optional>
#include <vector>

#include "cli/command_line.h"
#include "cli/gate.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "git/git_ancestry.h"
#include "git/staged.h"

namespace picket {
namespace {

// What the index is held against: HEAD, where there is one, and what is being merged.
std::vector<ObjectId> IndexParents(const Repository& repository, StagedHook hook) {
  std::vector<ObjectId> parents = MergeHeads(repository, hook);
  if (std::optional<ObjectId> head = repository.Resolve("HEAD")) {
    parents.insert(parents.begin(), *head);
  }
  return parents;
}

int RunPreCommit(const CommonOptions& common, Gate gate) {
  StatsLine stats(common);
  const StagedHook hook =
      gate == Gate::kPreCommit ? StagedHook::kPreCommit : StagedHook::kPreMergeCommit;
  SplitOff(common, gate);
  // Git lists the index while we open the repository and load the rules.
  StagedChanges staged(hook);
  std::future<LoadedRules> rules = StartLoadingRules(common, RuleCache::kOwnRules);
  const std::unique_ptr<Repository> repository = Repository::OpenForHook();
  const Policy policy =
      ReadStagedPolicy(common, *repository, staged.ReadFile(*repository, kTreePolicy));
  Engine engine(common, policy, rules.get());
  stats.Mark("open");
  const ChangeList changes = staged.List(*repository);
  stats.Mark("list");
  GitAncestry ancestry(*repository, IndexParents(*repository, hook));
  ShutIn({.gate = gate,
          .common = common,
          .policy = policy,
          .engine = engine,
          .repository = repository.get()});
  return RunGate({.gate = gate,
                  .common = common,
                  .repository = *repository,
                  .policy = policy,
                  .engine = engine,
                  .changes = changes,
                  .ancestry = ancestry,
                  .stats = stats});
}

}  // namespace

void AddPreCommit(CLI::App& app, Invocation& invocation) {
  CLI::App* verb =
      app.add_subcommand("pre-commit", "Judge what is about to be committed (Git's pre-commit)");
  verb->callback([&invocation] {
    invocation.run = [&invocation] { return RunPreCommit(invocation.common, Gate::kPreCommit); };
  });
}

void AddPreMergeCommit(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand(
      "pre-merge-commit", "Judge a merge that is about to be committed (Git's pre-merge-commit)");
  verb->callback([&invocation] {
    invocation.run = [&invocation] {
      return RunPreCommit(invocation.common, Gate::kPreMergeCommit);
    };
  });
}

}  // namespace picket
