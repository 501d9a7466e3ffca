// Backtracking finds what RE2 finds, or gives up. The first line is a pattern, of which case does
// not count behind a blank; the rest is the text.
#include "match/backtracker.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/re2_options.h"

namespace picket {
namespace {

using Outcome = Backtracker::Outcome;

void Compare(const re2::RE2& regex, re2::RE2::Anchor anchor, std::string_view text, size_t first,
             Outcome outcome, const RegexMatch& match) {
  if (outcome == Outcome::kUndecided) return;
  const auto span = [text](re2::StringPiece piece) {
    return Span{static_cast<uint64_t>(piece.data() - text.data()), piece.size()};
  };
  std::array<re2::StringPiece, 2> groups;
  const re2::StringPiece piece(text.data(), text.size());
  const int wanted = 1 + regex.NumberOfCapturingGroups();
  const bool found = regex.Match(piece, first, text.size(), anchor, groups.data(), wanted);
  if (found != (outcome == Outcome::kFound)) std::abort();
  if (!found) return;
  if (match.match != span(groups[0])) std::abort();
  if (match.capture != span(groups[groups[1].data() == nullptr ? 0 : 1])) std::abort();
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  std::string_view text = AsText({data, size});
  std::string_view pattern = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), pattern.size() + 1));
  const bool ignore_case = pattern.starts_with(' ');
  if (ignore_case) pattern.remove_prefix(1);
  std::vector<std::string> complaints;
  CheckDialect(pattern, &complaints);
  if (!complaints.empty()) return 0;
  re2::RE2::Options options = MakeRe2Options(ignore_case);
  options.set_max_mem(64 << 20);
  const re2::RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), options);
  // Repeats within repeats: no rule set takes such a pattern.
  if (!regex.ok()) return 0;
  const Backtracker backtracker(pattern, ignore_case);
  const Bytes bytes = AsBytes(text);
  for (size_t first = 0; first <= text.size(); first += 1 + first / 4) {
    RegexMatch match;
    Outcome outcome = backtracker.Find(bytes, first, text.size(), text.size(), &match);
    Compare(regex, re2::RE2::UNANCHORED, text, first, outcome, match);
    outcome = backtracker.FindWhole(bytes, first, text.size(), &match);
    Compare(regex, re2::RE2::ANCHOR_BOTH, text, first, outcome, match);
  }
  return 0;
}
