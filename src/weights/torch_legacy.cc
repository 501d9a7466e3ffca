// The files that torch.save wrote before 1.6: a magic number, a protocol number, system facts, the
// object and its storage keys, five pickles in a row, then the bytes of the storages. ReadPickle
// reads every stream; here they are counted.
// Source: torch/serialization.py, _legacy_save.
#include "weights/format.h"

namespace picket {
namespace {

// PROTO 2, LONG1 0x1950A86A20F9469CFC6C, STOP.
constexpr uint8_t kMagic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                              0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};
constexpr uint64_t kPickles = 5;

}  // namespace

void ReadTorchLegacy(const Blob& blob, PickleScanner&, WeightReport& report) {
  if (!AsText(blob.bytes).starts_with(AsText(kMagic))) return;
  if (report.pickles.empty()) return;
  const PickleScan& scan = report.pickles.front().scan;
  if (scan.complete >= kPickles || !scan.gaps.empty()) return;
  report.gaps.push_back("it begins like a legacy torch file and only " +
                        std::to_string(scan.complete) + " of its 5 pickles can be read");
}

}  // namespace picket
