// What the tests of the weights wing share: a sink that keeps, the shipped import table, and
// pickles built at run time from pieces, so that no armed one stands in a file.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/fingerprint.h"
#include "weights/weight_detector.h"

namespace picket {

class KeepingSink : public FindingSink {
 public:
  void Add(Finding finding) override { findings.push_back(std::move(finding)); }
  void Add(Gap gap) override { gaps.push_back(std::move(gap)); }
  void Add(EncodedHint) override {}

  const Finding* Find(std::string_view rule, std::string_view subject = {}) const {
    auto hit = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.rule == rule && (subject.empty() || finding.subject == subject);
    });
    return hit == findings.end() ? nullptr : &*hit;
  }

  std::vector<Finding> findings;
  std::vector<Gap> gaps;
};

inline std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline const LazyImports& ShippedImports() {
  static const LazyImports imports([] {
    return CompileImports(
        ReadWhole(std::string(PICKET_SOURCE_DIR) + "/patterns/pickle_imports.json"));
  });
  return imports;
}

inline KeepingSink ScanWeights(std::string_view bytes, std::string_view name = {},
                               std::string_view route = {}) {
  FingerprintKey key;
  WeightDetector detector(ShippedImports(), key);
  KeepingSink sink;
  BlobRef ref;
  if (!name.empty()) ref.names.push_back(name);
  Origin origin;
  origin.route = route;
  detector.NewSession()->Scan(Blob{ref, AsBytes(bytes), origin}, nullptr, sink);
  return sink;
}

// "c" module "\n" name "\n"
inline std::string Global(const std::string& module, const std::string& name) {
  return std::string("c") + module + "\n" + name + "\n";
}

// A protocol 0 pickle that calls module.name("x").
inline std::string CallOf(const std::string& module, const std::string& name) {
  return Global(module, name) + "(S'x'\ntR.";
}

inline std::string LittleEndian(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}

inline std::string ShortText(std::string_view text) {
  return std::string("\x8c") + LittleEndian(text.size(), 1) + std::string(text);
}

}  // namespace picket
