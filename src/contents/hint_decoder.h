// Decodes around the hints of one blob.
#pragma once

#include <optional>
#include <string>

#include "contents/encoded_text.h"
#include "contents/expander.h"

namespace picket {

// Everything given outlives this. Hints come in ascending order of their offsets.
class HintDecoder {
 public:
  HintDecoder(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor);

  void Decode(const EncodedHint& hint);
  // After the last hint.
  void Finish();

 private:
  bool Take(uint64_t bytes);
  void Visit(const std::string& bytes, const std::string& name, uint64_t offset, uint64_t outer,
             uint64_t inner);
  void DecodeBase64At(uint64_t offset);
  void DecodeHexAt(uint64_t offset);
  void DecodeUtf16At(const EncodedHint& hint);
  void JoinAt(uint64_t offset);

  const Blob& blob_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  HintFilter filter_;
  std::optional<Utf16Text> whole_;
  EncodedRun last_run_;
  std::string last_text_;
  std::string escape_leads_;
  uint64_t joined_to_ = 0;
  bool exhausted_ = false;
};

}  // namespace picket
