#include "match/rule_regex.h"

#include <algorithm>
#include <array>

#include "match/re2_options.h"

namespace picket {
namespace {

using Outcome = Backtracker::Outcome;

re2::StringPiece PieceOf(Bytes text) {
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

Span SpanOf(re2::StringPiece piece, Bytes text) {
  return {static_cast<uint64_t>(reinterpret_cast<const uint8_t*>(piece.data()) - text.data()),
          piece.size()};
}

}  // namespace

RuleRegex::RuleRegex(const Rule& rule)
    : rule_(rule), backtracker_(rule.pattern, rule.ignore_case) {}

bool RuleRegex::Match(Bytes text, uint64_t begin, uint64_t end, re2::RE2::Anchor anchor,
                      RegexMatch* match) const {
  if (re2_ == nullptr) {
    re2_ = std::make_unique<re2::RE2>(rule_.pattern, MakeRe2Options(rule_.ignore_case));
  }
  std::array<re2::StringPiece, 2> groups;
  const int wanted = 1 + re2_->NumberOfCapturingGroups();
  if (!re2_->Match(PieceOf(text), begin, end, anchor, groups.data(), wanted)) return false;
  match->match = SpanOf(groups[0], text);
  const bool captured = wanted == 2 && groups[1].data() != nullptr;
  match->capture = captured ? SpanOf(groups[1], text) : match->match;
  return true;
}

bool RuleRegex::Find(Bytes text, uint64_t first, uint64_t last, uint64_t limit,
                     RegexMatch* match) const {
  const Outcome outcome = backtracker_.Find(text, first, last, limit, match);
  if (outcome != Outcome::kUndecided) return outcome == Outcome::kFound;
  return Match(text, first, limit, re2::RE2::UNANCHORED, match) && match->match.offset < last;
}

bool RuleRegex::FindWhole(Bytes text, uint64_t begin, uint64_t end, RegexMatch* match) const {
  const Outcome outcome = backtracker_.FindWhole(text, begin, end, match);
  if (outcome != Outcome::kUndecided) return outcome == Outcome::kFound;
  return Match(text, begin, end, re2::RE2::ANCHOR_BOTH, match);
}

uint64_t RuleRegex::EarliestStart(Bytes text, uint64_t floor, uint64_t end) const {
  uint64_t start = std::max(floor, end);
  while (start > floor && backtracker_.bytes().Contains(text[start - 1])) --start;
  return start;
}

}  // namespace picket
