// One format's reader under the fuzzer: whatever the bytes, it ends, and what it says lies inside
// them.
#pragma once

#include "fuzz/small_imports.h"
#include "weights/format.h"

namespace picket {

inline int FuzzFormat(FormatReader read, std::string_view name, const uint8_t* data, size_t size) {
  static const SmallImports imports;
  static PickleScanner scanner(imports);
  BlobRef ref;
  ref.names.push_back(name);
  Origin origin;
  origin.member = name;
  for (bool inside : {false, true}) {
    const Blob blob{ref, Bytes(data, size), inside ? origin : Origin()};
    WeightReport report;
    read(blob, scanner, report);
    for (const FormatProblem& problem : report.problems) {
      if (problem.offset > size || problem.message.empty()) __builtin_trap();
    }
  }
  return 0;
}

}  // namespace picket
