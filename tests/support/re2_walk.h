// What a rule finds in a text when nothing but its RE2 expression looks for it: no Hyperscan, no
// windows, nothing that is carried over. Shares no code with match/matcher.h but for the walk over
// a measured body and the question whether an escape stands before a match.
#pragma once

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "match/matcher.h"
#include "match/measure.h"
#include "support/token_run_oracle.h"

namespace picket {

// Offset and length of each match.
using Places = std::vector<std::pair<uint64_t, uint64_t>>;

inline std::string LowerOf(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

inline bool WordIsNear(const Rule& rule, const std::string& text, size_t start, size_t end) {
  const RuleContext& context = rule.context;
  const size_t before = std::min<size_t>(start, context.before);
  const std::string left = LowerOf(std::string_view(text).substr(start - before, before));
  const std::string right = LowerOf(std::string_view(text).substr(end, context.after));
  return context.words.empty() ||
         std::any_of(context.words.begin(), context.words.end(), [&](const std::string& word) {
           return left.find(word) != std::string::npos || right.find(word) != std::string::npos;
         });
}

inline Places WalkWithRe2(const Rule& rule, const re2::RE2& regex, const std::string& text) {
  Places places;
  const Bytes bytes = AsBytes(text);
  size_t at = 0;
  re2::StringPiece hit;
  while (regex.Match(text, at, text.size(), re2::RE2::UNANCHORED, &hit, 1)) {
    const size_t start = static_cast<size_t>(hit.data() - text.data());
    const std::optional<uint64_t> end = MeasureBody(rule.measure, bytes, start + hit.size());
    const bool left =
        start > 0 && rule.not_before.Contains(bytes[start - 1]) && !FollowsEscape(bytes, start);
    const bool right = end && *end < text.size() && rule.not_after.Contains(bytes[*end]);
    const size_t seen = std::min(end.value_or(0) - start, hit.size() + kMeasuredReach);
    const bool reached = end && OracleIsWithinReach(rule, text.substr(start, seen), hit.size());
    if (left || right || !end || !reached || !WordIsNear(rule, text, start, *end)) {
      at = start + 1;
    } else {
      places.emplace_back(start, *end - start);
      at = *end;
    }
  }
  return places;
}

}  // namespace picket
