// The pickle machine and the scan above it, for every reader and every suspicion.
#include "weights/pickle_scan.h"

namespace {

class EmptyImports : public picket::ImportSource {
 public:
  const picket::Imports& Get() const override { return imports_; }

 private:
  picket::Imports imports_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const EmptyImports imports;
  static picket::PickleScanner scanner(imports);
  picket::Bytes bytes(data, size);
  for (picket::PickleSuspicion suspicion :
       {picket::PickleSuspicion::kNone, picket::PickleSuspicion::kRouted}) {
    picket::PickleScan scan = scanner.Scan(bytes, 0, suspicion);
    for (const picket::PickleStream& stream : scan.streams) {
      if (stream.end > size || stream.start > size) __builtin_trap();
    }
    if (suspicion == picket::PickleSuspicion::kRouted && !scan.claimed) __builtin_trap();
  }
  return 0;
}
