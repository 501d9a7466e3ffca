#include "cli/file_gate.h"

#include "cli/progress.h"
#include "cli/shut_in.h"
#include "scan/judge.h"
#include "scan/scanner.h"
#include "weights/tensors.h"

namespace picket {

int RunFileGate(const FileGateInput& input) {
  const FileList& files = input.files;
  ShutIn({.gate = input.gate,
          .common = input.common,
          .policy = input.policy,
          .engine = input.engine,
          .files = &files.paths});

  const FileSource source(files, input.policy.effective_limits().blob_memory_bytes, FindTensors);
  ScanOptions options = input.engine.NewScanOptions();
  ProgressTeller progress(input.common);
  progress.BeginPhase("scan");
  options.on_progress = progress.OnScan();
  const ScanResult scan = ScanAll(source, input.engine.detectors(), options);
  input.stats.Mark("scan");

  const JudgeContext context{.policy = input.policy,
                             .gate = input.gate,
                             .today = TodayUtc(),
                             .mask = input.engine.mask(),
                             .engine = input.engine.name()};
  Listing listing;
  listing.gaps = files.gaps;
  listing.skipped = files.skipped;
  listing.notes = input.engine.notes();
  const Verdict verdict =
      JudgeListing(context, listing, scan, [&files](const ScannedObject& object) {
        Whereabouts whereabouts;
        whereabouts.path = files.paths[object.position];
        return whereabouts;
      });
  return WriteReport(verdict, input.gate, input.common);
}

}  // namespace picket
