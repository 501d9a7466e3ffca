// Comments beside a finding that say it may stay:
//
//   key = "..."  # picket:allow vendor.kind, other.kind   why it may stay
//
// What stands in the file is read with the blob, as a fact; whether it counts is the judge's affair
// (Policy::InlineWordsAt): on a server nothing in the judged content counts unless the system's
// policy says so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace picket {

// Whose comments; bits of InlineMarks::words.
enum InlineWord : uint8_t {
  kPicketAllow = 1,       // "picket:allow RULE", for that rule or family only
  kGitleaksAllow = 2,     // "gitleaks:allow"
  kAllowlistSecret = 4,   // detect-secrets: "pragma: allowlist secret", "... nextline secret"
  kTrufflehogIgnore = 8,  // "trufflehog:ignore"
};

struct InlineMarks {
  uint8_t words = 0;
  // What "picket:allow" names, as it is written; at most 16.
  std::vector<std::string> rules;

  // Whether a word of `counting` stands here for `finding`, which is a secret: picket's own names
  // its rule or family, the others cover all secrets of the line.
  bool Cover(const Finding& finding, uint8_t counting) const;
};

// The marks for what begins at `offset` in `text`: those on its line, and those on the line before
// that stand alone there, with no letter or digit before them - a mark behind another statement is
// that statement's own. Of the other tools' only "pragma: allowlist nextline secret" counts there.
// Lines over 4 KiB carry no marks, so the work is bounded.
//
// Sources: the README files of gitleaks, detect-secrets and TruffleHog.
InlineMarks ReadInlineMarks(std::string_view text, uint64_t offset);

}  // namespace picket
