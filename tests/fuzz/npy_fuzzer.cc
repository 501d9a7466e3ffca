// The npy reader.
#include "weights/format.h"

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
  picket::BlobRef ref;
  ref.names.push_back("m.npy");
  picket::Blob blob{ref, picket::Bytes(data, size)};
  picket::WeightReport report;
  picket::ReadNpy(blob, scanner, report);
  for (const picket::FormatProblem& problem : report.problems) {
    if (problem.offset > size) __builtin_trap();
  }
  return 0;
}
