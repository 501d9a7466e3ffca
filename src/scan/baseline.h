// A baseline: what was in an old repository when picket was adopted there. A policy names the file
// ("baseline"), and its findings block nothing; what is new blocks as ever.
//
//   # picket baseline 1
//   key public
//   fp1:<40 hexadecimal digits> vendor.kind first/path
//
// One line a finding, sorted by fingerprint, without line numbers and times, so that equal findings
// give equal bytes and two branches merge. "#" begins a comment. "key" is FingerprintKey::id() of
// the key under which it was written: under another one no line can match.
//
// The fingerprint of a secret that can be guessed - a password in an assignment, the contextual
// tier - confirms the guess to whoever has the key, and the public key is everyone's. So such lines
// are written only under a key of the organisation's own, kept outside the repository.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.h"
#include "scan/allowance.h"

namespace picket {

struct Baseline {
  std::vector<Allowance> allowances;
  std::string key_id;  // "" for the public key
};

// `file` names the text in errors and reasons. Throws Error, a sentence with file and line, for
// anything that is not as above; repeats nothing of the text.
Baseline ParseBaseline(std::string_view text, std::string_view file);

struct WrittenBaseline {
  std::string text;
  uint64_t lines = 0;
  // Contextual findings that were left out because the key is public.
  uint64_t guessable = 0;
  // Findings that have no fingerprint.
  uint64_t nameless = 0;
};

// The findings of `verdict` that a ref reaches and that no allowance of a policy and no comment
// covers. `guessable_too`: contextual ones as well.
WrittenBaseline WriteBaseline(const Verdict& verdict, std::string_view key_id, bool guessable_too);

}  // namespace picket
