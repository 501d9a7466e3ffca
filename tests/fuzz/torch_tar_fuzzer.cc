// Pickles between raw numbers, as torch's oldest files have them, and in a row, as its later ones
// do.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  static const SmallImports imports;
  static PickleScanner scanner(imports);
  BlobRef ref;
  for (const char* name : {"storages", "tensors"}) {
    Origin origin;
    origin.member = name;
    const Blob blob{ref, Bytes(data, size), origin};
    WeightReport report;
    ReadPickle(blob, scanner, report);
    ReadTorchTar(blob, scanner, report);
    ReadTorchLegacy(blob, scanner, report);
    for (const PickledPart& part : report.pickles) {
      for (const PickleStream& stream : part.scan.streams) {
        if (stream.start > size || stream.end > size) __builtin_trap();
      }
    }
  }
  return 0;
}
