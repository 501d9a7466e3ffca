// One format's reader under the fuzzer, of a file by its name, of a member of an archive, and of
// bytes without a name: whatever they are, it ends, and what it says lies inside them.
#pragma once

#include "fuzz/small_imports.h"
#include "weights/format.h"

namespace picket {

inline int FuzzFormat(FormatReader read, std::string_view name, const uint8_t* data, size_t size) {
  static const SmallImports imports;
  static PickleScanner scanner(imports);
  BlobRef ref;
  ref.names.push_back(name);
  Origin member;
  member.member = name;
  for (const Blob& blob : {Blob{ref, Bytes(data, size), {}}, Blob{ref, Bytes(data, size), member},
                           Blob{{}, Bytes(data, size), {}}}) {
    WeightReport report;
    read(blob, scanner, report);
    for (const FormatProblem& problem : report.problems) {
      if (problem.offset > size || problem.message.empty()) __builtin_trap();
    }
    for (const std::string& gap : report.gaps) {
      if (gap.empty()) __builtin_trap();
    }
  }
  return 0;
}

}  // namespace picket
