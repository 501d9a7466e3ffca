// picket scan: files and folders outside Git.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/file_gate.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "scan/file_source.h"

namespace picket {
namespace {

int RunScan(const CommonOptions& common, const std::vector<std::string>& paths) {
  StatsLine stats(common);
  SplitOff(common, Gate::kScan);
  const Policy policy = ReadBasePolicy(common);
  Engine engine(common, policy, RuleCache::kUsed);
  stats.Mark("open");
  const FileList files = ListFiles(paths);
  stats.Mark("list");
  return RunFileGate({.gate = Gate::kScan,
                      .common = common,
                      .policy = policy,
                      .engine = engine,
                      .files = files,
                      .stats = stats});
}

}  // namespace

void AddScan(CLI::App& app, Invocation& invocation) {
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* verb = app.add_subcommand("scan", "Examine files and folders outside Git");
  verb->add_option("PATH", *paths, "Files and folders")->required();
  verb->callback([&invocation, paths] {
    invocation.run = [&invocation, paths] { return RunScan(invocation.common, *paths); };
  });
}

}  // namespace picket
