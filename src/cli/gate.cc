#include "cli/gate.h"

#include "cli/lfs_objects.h"
#include "cli/place_checks.h"
#include "cli/progress.h"
#include "git/object_source.h"
#include "scan/judge.h"
#include "scan/scanner.h"

namespace picket {

int RunGate(const GateInput& input) {
  const EffectiveLimits limits = input.policy.effective_limits();
  const ChangedObjects objects(input.changes, ExcludedObjects(input.changes, input.policy));
  const ObjectSource source(input.repository, objects,
                            {.memory_limit = limits.blob_memory_bytes,
                             .temporary_bytes = limits.temp_bytes,
                             .may_be_promised = input.gate == Gate::kPrePush});
  ScanOptions options = input.engine.NewScanOptions();
  ProgressTeller progress(input.common);
  options.on_progress = progress.OnScan();
  LfsObjects lfs(input.repository, input.policy, input.gate, source, objects);
  ScanResult scan = ScanAll(lfs.source(), input.engine.detectors(), options);
  lfs.Examine(input.engine, options, &scan);
  const std::vector<PlacedFinding> placed = CheckPlaces({.repository = input.repository,
                                                         .policy = input.policy,
                                                         .changes = input.changes,
                                                         .ancestry = input.ancestry,
                                                         .lfs = lfs,
                                                         .key = *options.limits.key},
                                                        &scan);
  input.stats.Mark("scan");

  BlobScanner rescanner(input.engine.detectors(), options.new_opener, options.limits);
  const JudgeContext context{.policy = input.policy,
                             .gate = input.gate,
                             .today = TodayUtc(),
                             .mask = input.engine.mask(),
                             .engine = input.engine.name()};
  Verdict verdict =
      Judge(context, input.changes, scan, input.ancestry, lfs.RescanWith(&rescanner), placed);
  for (const std::vector<std::string>& notes : {input.engine.notes(), lfs.notes()})
    verdict.notes.insert(verdict.notes.end(), notes.begin(), notes.end());
  input.stats.Mark("judge");
  return WriteReport(verdict, input.gate, input.common);
}

}  // namespace picket
