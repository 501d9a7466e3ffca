// The compiled import table: bytes that are not CompileImports' own are refused, never trusted. The
// checksum is put right first, or nothing behind it would be reached.
#include "weights/imports.h"

#include "core/error.h"
#include "core/fingerprint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kChecksumAt = 24;
  constexpr size_t kBodyAt = kChecksumAt + 32;
  std::string table(reinterpret_cast<const char*>(data), size);
  if (size > kBodyAt) {
    std::string sum = picket::Sha256(picket::Bytes(data + kBodyAt, size - kBodyAt));
    table.replace(kChecksumAt, sum.size(), sum);
  }
  try {
    picket::Imports imports(table);
    imports.Judge("os", "path.join", 4);
    imports.Judge("__builtin__", "reduce", 2);
    const picket::ImportJudgement judged =
        imports.Judge(table.substr(0, 64), table.substr(size / 2, 64), 2);
    if (picket::ToString(judged.verdict).empty()) __builtin_trap();
  } catch (const picket::Error&) {
  }
  try {
    picket::CompileImports(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const picket::Error&) {
  }
  return 0;
}
