#include "cli/gate.h"

#include "cli/progress.h"
#include "git/object_source.h"
#include "scan/judge.h"
#include "scan/malware_detector.h"
#include "scan/scanner.h"

namespace picket {

Verdict JudgeChange(const GateInput& input) {
  const EffectiveLimits limits = input.policy.effective_limits();
  const ChangedObjects objects(input.changes, ExcludedObjects(input.changes, input.policy));
  const ObjectSource source(input.repository, objects,
                            {.memory_limit = limits.blob_memory_bytes,
                             .temporary_bytes = limits.temp_bytes,
                             .may_be_promised = input.gate == Gate::kPrePush});
  ScanOptions options = input.engine.NewScanOptions();
  ProgressTeller progress(input.common);
  options.on_progress = progress.OnScan();
  ScanResult scan = ScanAll(source, input.engine.detectors(), options);
  if (input.malware != nullptr) {
    for (Skipped& skipped : input.malware->TakeSkipped())
      scan.skipped.push_back(std::move(skipped));
  }
  input.stats.Mark("scan");

  BlobScanner rescanner(input.engine.detectors(), options.new_opener, options.limits);
  const JudgeContext context{.policy = input.policy,
                             .gate = input.gate,
                             .today = TodayUtc(),
                             .mask = input.engine.mask(),
                             .engine = input.engine.name()};
  Verdict verdict = Judge(context, input.changes, scan, input.ancestry, RescanWith(&rescanner));
  verdict.notes.insert(verdict.notes.end(), input.engine.notes().begin(),
                       input.engine.notes().end());
  input.stats.Mark("judge");
  return verdict;
}

int RunGate(const GateInput& input) {
  return WriteReport(JudgeChange(input), input.gate, input.common);
}

}  // namespace picket
