// The door through which a verdict leaves: what policy says of a finding, and the mask over every
// string. Internal to scan/.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/verdict.h"
#include "scan/allowance.h"
#include "scan/judge.h"

namespace picket {

// What the policy says of a finding wherever it stands.
struct Ruling {
  bool shown = true;
  Disposition disposition = Disposition::kBlocks;
  std::string reason;
  AllowedBy allowed_by = AllowedBy::kNobody;
};

class VerdictBuilder {
 public:
  explicit VerdictBuilder(const JudgeContext& context)
      : context_(context), allowances_(context.policy.allow) {}

  // `marks` are the comments beside it, null where there can be none.
  Ruling Rule(const Finding& finding, const InlineMarks* marks);
  // Masks every string of it.
  void Add(JudgedFinding finding);
  void Add(Gap gap);
  void AddNote(std::string note) { notes_.insert(std::move(note)); }
  void AddNotes(const std::vector<std::string>& notes);
  // Sorts, masks what is left, and settles the outcome. Call once, last.
  Verdict Finish(Scanned scanned);

 private:
  std::string Masked(std::string_view text);
  // Whether comments allow it; a note where one would, if it were written or honoured otherwise.
  bool AllowedInline(const Finding& finding, const InlineMarks& marks);
  void MaskFinding(JudgedFinding* finding);

  const JudgeContext& context_;
  AllowanceIndex allowances_;
  Verdict verdict_;
  std::set<std::string> notes_;
  std::vector<std::string> first_notes_;
  uint64_t hidden_precise_ = 0;
  uint64_t hidden_contextual_ = 0;
  std::unordered_map<std::string, std::string> memo_;
};

// The matches of which only the number is known, one for each tier that has some.
std::vector<CountedFinding> UncountedFindings(const ScannedObject& object);

// What was only counted, told as one finding for each tier and disposition: a flood must not hide
// what blocks, nor make new what is old.
class CountedRest {
 public:
  struct Item {
    Finding finding;
    Ruling ruling;
    // The first place of those that were added.
    size_t place = 0;
    uint64_t count = 0;
  };

  void Add(Tier tier, const Ruling& ruling, size_t place, uint64_t count);
  std::vector<Item> Items() const;

 private:
  std::map<std::pair<Tier, Disposition>, Item> items_;
};

}  // namespace picket
