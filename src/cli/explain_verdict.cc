#include "cli/explain_verdict.h"

#include <vector>

#include "scan/judge.h"
#include "scan/scanner.h"
#include "weights/tensors.h"

namespace picket {

namespace {

void DropSecrets(ScannedObject& object) {
  std::erase_if(object.findings, [](const ScannedFinding& item) {
    return item.finding.kind == FindingKind::kSecret;
  });
  std::erase_if(object.counted, [&object](const CountedFinding& one) {
    if (one.finding.kind != FindingKind::kSecret) return false;
    (one.finding.tier == Tier::kPrecise ? object.precise_overflow : object.contextual_overflow) -=
        one.count;
    return true;
  });
}

}  // namespace

Verdict JudgeWeights(const Engine& engine, const Policy& policy, const FileList& files) {
  const FileSource source(files, policy.effective_limits().blob_memory_bytes, FindTensors);
  ScanResult scan = ScanAll(source, engine.detectors(), engine.NewScanOptions());
  for (ScannedObject& object : scan.objects) DropSecrets(object);
  const JudgeContext context{.policy = policy,
                             .gate = Gate::kScan,
                             .today = TodayUtc(),
                             .mask = engine.mask(),
                             .engine = engine.name()};
  Listing listing;
  listing.gaps = files.gaps;
  return JudgeListing(context, listing, scan, [&files](const ScannedObject& object) {
    Whereabouts whereabouts;
    whereabouts.path = files.paths[object.position];
    return whereabouts;
  });
}

}  // namespace picket
