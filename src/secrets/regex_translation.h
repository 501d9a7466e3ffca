// Says in the dialect of rules (match/dialect.h) what a regular expression of Go says.
//
// What stands at the edges without being the secret - \b, ^, $, a group such as (?:[\s;]|$) -
// becomes not_before and not_after. Lazy repeats become greedy ones; repeats without an upper bound
// get one, or at the end of the secret a measured run; optional parts before and after the captured
// secret go, because they change no finding. Everything that makes the rule find other things than
// the expression did is a note.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/byte_set.h"
#include "secrets/go_regex.h"

namespace picket {

struct TranslatedRegex {
  std::string pattern;
  bool ignore_case = false;
  uint32_t min_width = 0;
  uint32_t max_width = 0;  // at most kMaxRuleWidth
  ByteSet not_before;
  ByteSet not_after;
  // The bytes that go on after the pattern, and how many at least and at most; empty for none.
  ByteSet run;
  uint32_t run_min = 0;
  uint32_t run_max = 0;
  // What `pattern` was written from, and whether a group of it is the secret.
  RegexNode root;
  bool has_group = false;
  // Clauses.
  std::vector<std::string> notes;
};

// `secret_group` is the group that is the secret; 0: the only one, or the whole match. nullopt,
// with a clause in `why`, where the dialect can't say it.
std::optional<TranslatedRegex> TranslateGoRegex(std::string_view text, uint32_t secret_group,
                                                std::string* why);

// "[0-9a-f]" in the dialect; "" for the empty set.
std::string WriteByteClass(const ByteSet& set);

// A template (secrets/template.h) of one text that the expression matches; `choice` tells which of
// the alternatives and how long its repeats are.
std::string WriteExample(const TranslatedRegex& regex, uint32_t choice);

}  // namespace picket
