// picket commit-msg: the message that Git will keep.
#include <CLI/CLI.hpp>
#include <future>
#include <string>

#include "cli/command_line.h"
#include "cli/gate.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "git/git_ancestry.h"
#include "git/message.h"
#include "git/tree_file.h"

namespace picket {
namespace {

int RunCommitMsg(const CommonOptions& common, const std::string& file) {
  StatsLine stats(common);
  const std::string text = ReadMessageFile(file);
  const ChangeList changes = ListMessage(text, ReadMessageOptions(text));
  if (changes.objects.empty()) return 0;
  SplitOff(common, Gate::kCommitMsg);
  // Git looks for the file while we load the rules.
  StagedFile policy_file(kTreePolicy);
  std::future<LoadedRules> rules = LoadRulesNow(common, RuleCache::kOwnRules);
  const std::unique_ptr<Repository> repository = Repository::OpenForHook();
  const Policy policy = ReadStagedPolicy(common, *repository, policy_file.Read(*repository));
  Engine engine(common, policy, rules.get());
  stats.Mark("open");
  GitAncestry ancestry(*repository, GitAncestry::Base::kIndex);
  ShutIn({.gate = Gate::kCommitMsg,
          .common = common,
          .policy = policy,
          .engine = engine,
          .repository = repository.get()});
  return RunGate({.gate = Gate::kCommitMsg,
                  .common = common,
                  .repository = *repository,
                  .policy = policy,
                  .engine = engine,
                  .changes = changes,
                  .ancestry = ancestry,
                  .stats = stats});
}

}  // namespace

void AddCommitMsg(CLI::App& app, Invocation& invocation) {
  auto file = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("commit-msg", "Judge a commit message (Git's commit-msg)");
  verb->add_option("FILE", *file, "The file that holds the message")->required();
  verb->callback([&invocation, file] {
    invocation.run = [&invocation, file] { return RunCommitMsg(invocation.common, *file); };
  });
}

}  // namespace picket
