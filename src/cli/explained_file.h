// One file and everything inside it, explained: what `picket explain` prints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/engine.h"
#include "contents/expander.h"
#include "core/blob_source.h"
#include "core/finding.h"
#include "core/mask.h"
#include "weights/explain.h"

namespace picket {

// In order of severity.
enum class FileVerdict : uint8_t {
  kHarmless,   // read to its end, nothing but what is known to be safe
  kUnknown,    // looks up names that nobody vouches for
  kNotRead,    // some of it could not be read
  kDangerous,  // runs code, or readers part ways on what it does
};
// "harmless", "unknown", "not read", "dangerous".
std::string_view ToString(FileVerdict verdict);

struct ExplainedFile {
  std::string path;
  // "pickle", "safetensors", "zip"; "" when this is no weight file.
  std::string format;
  FileVerdict verdict = FileVerdict::kHarmless;
  // Git LFS keeps the weights: what stands here says nothing about them.
  bool elsewhere = false;
  std::vector<ExplainedPickle> pickles;
  // The opcodes of each of `pickles`, one line each, masked; empty unless asked for.
  std::vector<std::vector<std::string>> opcodes;
  std::vector<Gap> gaps;
  // Clauses on where readers of a container part ways.
  std::vector<std::string> disagreements;
};

// The first letters of a text from a pickle, `mask` applied before the cut.
std::string ShownText(const std::string& text, Mask& mask);

class FileExplainer : public BlobVisitor, public ChildVisitor, public FindingSink {
 public:
  // `engine` outlives the explainer.
  FileExplainer(const Engine& engine, const ExpandLimits& limits, bool disassemble);

  // Visits item `item` of `reader`, the file `path`.
  ExplainedFile Explain(const std::string& path, BlobReader& reader, size_t item);

  void OnBlob(const Blob& blob, const Derivation*) override;
  void OnChild(const Blob& child) override { Look(child); }
  void OnGap(Gap gap) override { file_.gaps.push_back(std::move(gap)); }
  void OnSkipped(Skipped) override {}
  void Add(Finding finding) override { file_.disagreements.push_back(finding.message); }
  void Add(Gap gap) override { file_.gaps.push_back(std::move(gap)); }
  void Add(EncodedHint) override {}

 private:
  void Look(const Blob& blob);
  std::vector<std::string> Disassemble(const Blob& blob, uint64_t start);

  const Engine& engine_;
  ExpandLimits limits_;
  bool disassemble_;
  // Of all files together.
  uint64_t lines_left_;
  Expander expander_;
  ExplainedFile file_;
};

}  // namespace picket
