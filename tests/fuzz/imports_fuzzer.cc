// The compiled import table: bytes that are not CompileImports' own are refused, never trusted. The
// checksum is put right first, or nothing behind it would be reached.
#include "weights/imports.h"

#include <libdeflate.h>

#include "core/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kChecksumAt = 24;
  constexpr size_t kBodyAt = kChecksumAt + 4;
  std::string table(reinterpret_cast<const char*>(data), size);
  if (size > kBodyAt) {
    const uint32_t sum = libdeflate_crc32(0, data + kBodyAt, size - kBodyAt);
    for (size_t i = 0; i < sizeof sum; ++i) {
      table[kChecksumAt + i] = static_cast<char>(sum >> (8 * i) & 0xff);
    }
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
