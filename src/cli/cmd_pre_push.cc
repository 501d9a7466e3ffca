// picket pre-push: what the remote does not have yet, before it is sent.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command_line.h"
#include "cli/gate.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "git/changes.h"
#include "git/git_ancestry.h"
#include "git/ref_updates.h"

namespace picket {
namespace {

int RunPrePush(const CommonOptions& common, const std::string& remote, const std::string& url) {
  StatsLine stats(common);
  const std::vector<Push> pushes = ParsePushes(ReadHookInput(STDIN_FILENO));
  if (pushes.empty()) return 0;
  SplitOff(common, Gate::kPrePush);
  const std::unique_ptr<Repository> repository = Repository::OpenForHook();
  const Policy policy = ReadWorktreePolicy(common, *repository);
  Engine engine(common, policy, RuleCache::kOwnRules);
  const std::vector<ObjectId> tracked = ListTracked(*repository, remote, url, pushes);
  ShutIn({.gate = Gate::kPrePush,
          .common = common,
          .policy = policy,
          .engine = engine,
          .repository = repository.get()});
  stats.Mark("open");
  const ChangeList changes = ListPushed(*repository, tracked, pushes);
  stats.Mark("list");
  GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);
  return RunGate({.gate = Gate::kPrePush,
                  .common = common,
                  .repository = *repository,
                  .policy = policy,
                  .engine = engine,
                  .changes = changes,
                  .ancestry = ancestry,
                  .stats = stats});
}

}  // namespace

void AddPrePush(CLI::App& app, Invocation& invocation) {
  struct Arguments {
    std::string remote;
    std::string url;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("pre-push", "Judge what is about to be pushed (Git's pre-push)");
  verb->add_option("REMOTE", arguments->remote, "The remote's name, or its address")->required();
  verb->add_option("URL", arguments->url, "The remote's address")->required();
  verb->callback([&invocation, arguments] {
    invocation.run = [&invocation, arguments] {
      return RunPrePush(invocation.common, arguments->remote, arguments->url);
    };
  });
}

}  // namespace picket
