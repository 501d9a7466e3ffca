// picket audit: everything that a repository's store holds, reachable or not.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/command_line.h"
#include "cli/debts_audit.h"
#include "cli/engine.h"
#include "cli/fleet.h"
#include "cli/lfs_store_audit.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/server_audit.h"
#include "cli/shard.h"
#include "cli/shut_audit.h"
#include "cli/shut_in.h"
#include "git/repository.h"

namespace picket {
namespace {

struct AuditOptions {
  std::string repository = ".";
  std::string cache;
  bool no_cache = false;
  bool require_complete = false;
  bool report_unused = false;
  std::string lfs_store;
  bool debts = false;
  bool settle = false;
  FleetOptions fleet;
  ServerAuditOptions server;
};

int RunAudit(const CommonOptions& common, const AuditOptions& options) {
  if (!options.fleet.list.empty()) {
    FleetOptions fleet = options.fleet;
    fleet.cache = options.cache;
    fleet.no_cache = options.no_cache;
    fleet.require_complete = options.require_complete;
    fleet.report_unused = options.report_unused;
    return RunFleet(common, fleet);
  }
  if (!options.lfs_store.empty()) return AuditLfsStore(common, options.lfs_store);
  if (options.debts) return AuditDebts(common, options.repository, options.settle);
  if (!options.server.directory.empty()) return RunServerAudit(common, options.server);
  SplitOff(common, Gate::kAudit);
  StatsLine stats(common);
  const std::unique_ptr<Repository> repository = Repository::OpenAt(options.repository);
  const Policy policy = ReadBasePolicy(common);
  Engine engine(common, policy, options.no_cache ? RuleCache::kUnused : RuleCache::kUsed);
  ShutAuditInput input{.common = common,
                       .policy = policy,
                       .engine = engine,
                       .stats = stats,
                       .require_complete = options.require_complete,
                       .report_unused = options.report_unused};
  if (!options.no_cache) input.cache = options.cache;
  return WriteReport(AuditShutIn(input, *repository), Gate::kAudit, common);
}

}  // namespace

void AddAudit(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* verb = app.add_subcommand("audit", "Examine everything that a repository holds");
  CLI::Option* one =
      verb->add_option("REPOSITORY", options->repository, "A worktree or Git directory")
          ->capture_default_str();
  CLI::Option* cache = verb->add_option("--cache", options->cache,
                                        "Where what is clean is remembered, instead of the "
                                        "user's cache")
                           ->type_name("DIR|FILE");
  CLI::Option* no_cache = verb->add_flag("--no-cache", options->no_cache,
                                         "Remember nothing from this run, and use nothing")
                              ->excludes(cache);
  CLI::Option* complete = verb->add_flag("--require-complete", options->require_complete,
                                         "Objects that a partial clone does not have are gaps");
  CLI::Option* unused = verb->add_flag("--report-unused", options->report_unused,
                                       "List the policy's allowances that matched nothing");
  CLI::Option* debts =
      verb->add_flag("--debts", options->debts,
                     "On a server: only what pre-receive let in before it was examined");
  verb->add_flag("--settle", options->settle,
                 "With --debts: take off the list too what can't be examined, where nothing blocks")
      ->needs(debts);
  verb->add_option("--progress", invocation.common.progress,
                   "Tell on standard error how far it is: json for programs, none; else a line on "
                   "a terminal")
      ->check(CLI::IsMember({"json", "none"}));
  CLI::Option* store = verb->add_option("--lfs-store", options->lfs_store,
                                        "The objects in a folder of Git LFS, whatever points to "
                                        "them, instead of a repository")
                           ->type_name("DIR")
                           ->excludes(one)
                           ->excludes(cache);
  CLI::Option* many =
      verb->add_option("--repos", options->fleet.list,
                       "Many repositories: a list of paths, one a line; - for standard input")
          ->type_name("FILE|-")
          ->excludes(one)
          ->excludes(store)
          ->excludes(debts);
  verb->add_option("--results", options->fleet.results,
                   "With --repos: keep the result of each repository here, and go on where an "
                   "earlier run stopped")
      ->type_name("DIR")
      ->needs(many);
  CLI::Option* shard = verb->add_option("--shard", options->fleet.shard,
                                        "With --repos: only the I-th of N parts, counted from 1")
                           ->type_name("I/N")
                           ->needs(many);
  verb->add_option(
          "--shards", options->fleet.shards,
          "With --repos: how many parts there are, where the scheduler says which one this "
          "is and not how many")
      ->type_name("N")
      ->check(CLI::Range(1u, kMostShards))
      ->needs(many)
      ->excludes(shard);
  CLI::Option* server =
      verb->add_option("--server", options->server.directory,
                       "Every bare repository at or below DIR, judged as its pre-receive would")
          ->type_name("DIR")
          ->excludes(one)
          ->excludes(many)
          ->excludes(debts)
          ->excludes(cache)
          ->excludes(no_cache)
          ->excludes(complete)
          ->excludes(unused);
  verb->add_flag("--since-last", options->server.since_last,
                 "With --server: only what no earlier run has judged")
      ->needs(server);
  verb->add_option("--state", options->server.state,
                   "With --server: where is remembered what was judged")
      ->type_name("DIR")
      ->needs(server);
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunAudit(invocation.common, *options); };
  });
}

}  // namespace picket
