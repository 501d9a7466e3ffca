// Pickles, by content, by route and by name.
#include "weights/format.h"

namespace picket {
void ReadPickle(const Blob& blob, PickleScanner& scanner, WeightReport& report) {
  bool routed = !blob.origin.route.empty();
  bool named = HasWeightName(blob) || IsTorchTarMember(blob);
  PickleSuspicion suspicion = routed  ? PickleSuspicion::kRouted
                              : named ? PickleSuspicion::kNamed
                                      : PickleSuspicion::kNone;
  PickleScan scan = scanner.Scan(blob.bytes, 0, suspicion);
  if (!scan.streams.empty()) {
    const std::vector<Span>& arrays = scan.streams.front().arrays;
    report.tensors.insert(report.tensors.end(), arrays.begin(), arrays.end());
  }
  if (scan.claimed || !scan.gaps.empty()) report.pickles.push_back({{}, std::move(scan)});
}

}  // namespace picket
