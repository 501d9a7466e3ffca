// Holds rules against the promise that their validators refuse at most 10 of a million valid
// bodies.
//
// A valid body of a rule is what one of its example templates expands to where the rule captures:
// every character drawn uniformly and by itself from its alphabet, literals and checksums as they
// must be. Rules for values that people choose (generic.*) have templates of what generators write,
// such as 16 letters and digits, and a few of passwords; those are their valid bodies, and no
// prose.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "match/matcher.h"
#include "match/rule.h"
#include "secrets/template.h"

namespace picket {

// Of a million bodies of one form.
constexpr uint64_t kMostRefused = 10;
// Short trials with it draw the first bodies of the long one, so that what passes the million with
// this seed passes them.
constexpr uint64_t kBodySeed = 1;

// What one rule captures of one of its templates.
struct BodyForm {
  const Rule* rule = nullptr;  // of the matcher's rules
  std::string text;            // the whole template
  std::string captured;        // the part of it that is captured
  // Where the rule's match stands in every expansion.
  Span match;
  Span capture;
  uint64_t head_end = 0;
  // What is captured are whole parts of the template, and no validator looks around.
  bool by_itself = false;
  // The same for forms, of one rule or several, that have the same bodies and validators: their
  // trials with one seed are one and the same.
  std::string alike;
};

// The forms of `source`, of those with the same captured part one. Rules about paths have none, and
// a template that `matcher` does not find at one same place in every expansion gives none: its text
// is added to `unsettled`.
std::vector<BodyForm> FindBodyForms(const RuleSource& source, Matcher& matcher,
                                    std::vector<std::string>* unsettled);

struct Refusals {
  uint64_t bodies = 0;
  uint64_t refused = 0;
  std::map<std::string, uint64_t, std::less<>> by_validator;
};

// A stream of bodies, the same for one seed and what BodyForm::alike says, however it is drawn. Of
// what stands around the body the validators see nothing unless one of them asks for it.
class BodyTrial {
 public:
  BodyTrial(const BodyForm& form, uint64_t seed);
  // Draws `count` more bodies and puts each to the rule's validators.
  void Draw(uint64_t count);
  const Refusals& refusals() const { return refusals_; }

 private:
  BodyForm form_;
  SeededRandom random_;
  Refusals refusals_;
};

}  // namespace picket
