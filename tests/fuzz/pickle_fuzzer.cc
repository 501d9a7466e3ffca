// The pickle machine and the scan above it, for every reader and every suspicion.
#include "fuzz/small_imports.h"
#include "weights/format.h"

namespace {

void CheckScan(const picket::PickleScan& scan, size_t size) {
  for (const picket::PickleStream& stream : scan.streams) {
    if (stream.end > size || stream.start > size) __builtin_trap();
    for (const picket::JudgedGlobal& global : stream.globals) {
      if (global.offset > size || global.canonical.empty()) __builtin_trap();
      if (picket::DescribeUse(global.uses).empty()) __builtin_trap();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const picket::SmallImports imports;
  static picket::PickleScanner scanner(imports);
  const picket::Bytes bytes(data, size);
  const picket::PickleScan routed = scanner.Scan(bytes, 0, picket::PickleSuspicion::kRouted);
  if (!routed.claimed) __builtin_trap();
  CheckScan(routed, size);
  for (std::string_view name : {"notes.txt", "model.pkl"}) {
    picket::BlobRef ref;
    ref.names.push_back(name);
    picket::WeightReport report;
    picket::ReadPickle(picket::Blob{ref, bytes}, scanner, report);
    for (const picket::PickledPart& part : report.pickles) CheckScan(part.scan, size);
  }
  return 0;
}
