// picket pre-receive: every ref line of a push at once, before any is accepted.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "cli/command_line.h"
#include "cli/hook_watch.h"
#include "cli/policy_files.h"
#include "cli/presentable.h"
#include "cli/push_gate.h"
#include "cli/shut_in.h"
#include "core/error.h"
#include "git/ref_updates.h"

namespace picket {
namespace {

struct Opened {
  std::unique_ptr<Repository> repository;
  Policy policy;
};

Opened OpenAll(const CommonOptions& common) {
  std::unique_ptr<Repository> repository = Repository::OpenForHook();
  Policy policy = ReadServerPolicy(common, *repository);
  return {std::move(repository), std::move(policy)};
}

int RunPreReceive(const CommonOptions& common) {
  SplitOff(common, Gate::kPreReceive);
  HookWatch watch({.tells = !common.quiet && common.progress.empty()});
  StatsLine stats(common);
  // Git may have megabytes to say; the rest is made ready meanwhile, and nothing is said of it
  // before it is known that there is anything to judge.
  std::future<RefUpdates> reading = std::async([] { return ReadRefUpdates(STDIN_FILENO); });
  std::future<LoadedRules> rules = LoadRulesNow(common, RuleCache::kUnused);
  std::packaged_task<Opened()> open([&common] { return OpenAll(common); });
  open();
  // Kept to the end of the process, which takes it apart sooner than we would.
  static const RefUpdates& updates = *new RefUpdates(reading.get());
  if (updates.empty()) return 0;
  const auto [repository, policy] = open.get_future().get();
  if (updates.AreAnySet()) repository->BeginRefs();
  if (policy.server.deadline) watch.SetDeadline(*policy.server.deadline);
  PushGate gate({.common = common,
                 .repository = *repository,
                 .policy = policy,
                 .updates = updates,
                 .rules = rules,
                 .watch = watch,
                 .stats = stats});
  try {
    return gate.Run();
  } catch (const Error& error) {
    gate.NoteError(Presentable(common, error.what()));
    throw;
  } catch (const std::exception& error) {
    gate.NoteError("an internal error ended the run");
    throw;
  }
}

}  // namespace

void AddPreReceive(CLI::App& app, Invocation& invocation) {
  CLI::App* verb =
      app.add_subcommand("pre-receive", "Judge a push on the server (Git's pre-receive)");
  verb->add_option("--line-prefix", invocation.common.line_prefix,
                   "Begin each line of a refusal with TEXT, where a server asks for it")
      ->type_name("TEXT");
  verb->callback([&invocation] {
    invocation.run = [&invocation] { return RunPreReceive(invocation.common); };
  });
}

}  // namespace picket
