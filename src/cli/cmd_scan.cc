// picket scan: files and folders outside Git.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/progress.h"
#include "cli/shut_in.h"
#include "scan/file_source.h"
#include "scan/judge.h"
#include "scan/scanner.h"
#include "weights/tensors.h"

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
  ShutIn({.gate = Gate::kScan,
          .common = common,
          .policy = policy,
          .engine = engine,
          .files = &files.paths});

  const FileSource source(files, policy.effective_limits().blob_memory_bytes, FindTensors);
  ScanOptions options = engine.NewScanOptions();
  ProgressTeller progress(common);
  progress.BeginPhase("scan");
  options.on_progress = progress.OnScan();
  const ScanResult scan = ScanAll(source, engine.detectors(), options);
  stats.Mark("scan");

  const JudgeContext context{.policy = policy,
                             .gate = Gate::kScan,
                             .today = TodayUtc(),
                             .mask = engine.mask(),
                             .engine = engine.name()};
  Listing listing;
  listing.gaps = files.gaps;
  listing.skipped = files.skipped;
  listing.notes = engine.notes();
  const Verdict verdict =
      JudgeListing(context, listing, scan, [&files](const ScannedObject& object) {
        Whereabouts whereabouts;
        whereabouts.path = files.paths[object.position];
        return whereabouts;
      });
  return WriteReport(verdict, Gate::kScan, common);
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
