// picket pre-receive: every ref line of a push at once, before any is accepted.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/gate.h"
#include "cli/policy_files.h"
#include "git/alternate_refs.h"
#include "git/changes.h"
#include "git/git_ancestry.h"
#include "git/ref_updates.h"

namespace picket {
namespace {

int RunPreReceive(const CommonOptions& common) {
  StatsLine stats(common);
  const std::vector<RefUpdate> updates = ParseRefUpdates(ReadHookInput(STDIN_FILENO));
  if (updates.empty()) return 0;
  const std::unique_ptr<Repository> repository = Repository::OpenForHook();
  const Policy policy = ReadServerPolicy(common, *repository);
  const Engine engine(common, policy);
  stats.Mark("open");
  std::vector<std::string> notes;
  std::vector<ObjectId> lent;
  if (policy.trust_alternates) lent = AlternateRefs(*repository, &notes);
  ChangeList changes = ListReceived(*repository, updates, lent);
  changes.notes.insert(changes.notes.end(), notes.begin(), notes.end());
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
