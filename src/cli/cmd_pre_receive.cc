// picket pre-receive: every ref line of a push at once, before any is accepted.
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/command_line.h"
#include "cli/gate.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "git/changes.h"
#include "git/git_ancestry.h"
#include "git/ref_updates.h"

namespace picket {
namespace {

int RunPreReceive(const CommonOptions& common) {
  StatsLine stats(common);
  const std::vector<RefUpdate> updates = ParseRefUpdates(ReadHookInput(STDIN_FILENO));
  if (updates.empty()) return 0;
  SplitOff(common, Gate::kPreReceive);
  const std::unique_ptr<Repository> repository = Repository::OpenForHook();
  const Policy policy = ReadServerPolicy(common, *repository);
  Engine engine(common, policy);
  repository->KeepRefs();
  ShutIn({.common = common, .policy = policy, .engine = engine, .repository = repository.get()});
  stats.Mark("open");
  const ChangeList changes = ListReceived(*repository, updates);
  stats.Mark("list");
  GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);
  return RunGate({.gate = Gate::kPreReceive,
                  .common = common,
                  .repository = *repository,
                  .policy = policy,
                  .engine = engine,
                  .changes = changes,
                  .ancestry = ancestry,
                  .stats = stats});
}

}  // namespace

void AddPreReceive(CLI::App& app, Invocation& invocation) {
  CLI::App* verb =
      app.add_subcommand("pre-receive", "Judge a push on the server (Git's pre-receive)");
  verb->callback([&invocation] {
    invocation.run = [&invocation] { return RunPreReceive(invocation.common); };
  });
}

}  // namespace picket
