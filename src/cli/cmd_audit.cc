// picket audit: everything that a repository's store holds, reachable or not.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/audit.h"
#include "cli/audit_memory.h"
#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "git/repository.h"

namespace picket {
namespace {

struct AuditOptions {
  std::string repository = ".";
  std::string cache;
  bool no_cache = false;
  bool require_complete = false;
  bool report_unused = false;
};

int RunAudit(const CommonOptions& common, const AuditOptions& options) {
  StatsLine stats(common);
  const std::unique_ptr<Repository> repository = Repository::OpenAt(options.repository);
  const Policy policy = ReadBasePolicy(common);
  const Engine engine(common, policy, options.no_cache ? RuleCache::kUnused : RuleCache::kUsed);
  AuditInput input{.common = common,
                   .repository = *repository,
                   .policy = policy,
                   .engine = engine,
                   .stats = stats,
                   .require_complete = options.require_complete,
                   .report_unused = options.report_unused};
  std::unique_ptr<AuditMemory> memory;
  if (!options.no_cache) {
    memory = AuditMemory::Open(options.cache, *repository, engine, policy, &input.notes);
    input.memory = memory.get();
  }
  stats.Mark("open");
  return WriteReport(AuditRepository(input), Gate::kAudit, common);
}

}  // namespace

void AddAudit(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<AuditOptions>();
  CLI::App* verb = app.add_subcommand("audit", "Examine everything that a repository holds");
  verb->add_option("REPOSITORY", options->repository, "A worktree or Git directory")
      ->capture_default_str();
  CLI::Option* cache = verb->add_option("--cache", options->cache,
                                        "Where what is clean is remembered, instead of the "
                                        "user's cache")
                           ->type_name("DIR|FILE");
  verb->add_flag("--no-cache", options->no_cache, "Remember nothing from this run, and use nothing")
      ->excludes(cache);
  verb->add_flag("--require-complete", options->require_complete,
                 "Objects that a partial clone does not have are gaps");
  verb->add_flag("--report-unused", options->report_unused,
                 "List the policy's allowances that matched nothing");
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunAudit(invocation.common, *options); };
  });
}

}  // namespace picket
