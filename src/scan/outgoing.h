// The door through which a verdict leaves: what policy says of a finding, and the mask over every
// string. Internal to scan/.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/verdict.h"
#include "scan/judge.h"

namespace picket {

// What the policy says of a finding wherever it stands.
struct Ruling {
  bool shown = true;
  Disposition disposition = Disposition::kBlocks;
  std::string reason;
};

class VerdictBuilder {
 public:
  explicit VerdictBuilder(const JudgeContext& context) : context_(context) {}

  Ruling Rule(const Finding& finding);
  // Masks every string of it.
  void Add(JudgedFinding finding);
  void Add(Gap gap);
  void AddNote(std::string note) { notes_.insert(std::move(note)); }
  void AddNotes(const std::vector<std::string>& notes);
  // Sorts, masks what is left, and settles the outcome. Call once, last.
  Verdict Finish(Scanned scanned);

 private:
  std::string Masked(std::string_view text);
  void MaskFinding(JudgedFinding* finding);

  const JudgeContext& context_;
  Verdict verdict_;
  std::set<std::string> notes_;
  std::vector<std::string> first_notes_;
  uint64_t hidden_precise_ = 0;
  uint64_t hidden_contextual_ = 0;
  std::unordered_map<std::string, std::string> memo_;
};

// The matches that were only counted, as findings of their own: a flood must not hide what blocks.
std::vector<Finding> OverflowFindings(const ScannedObject& object);

}  // namespace picket
