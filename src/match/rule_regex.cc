#include "match/rule_regex.h"

#include <algorithm>
#include <array>

#include "match/re2_options.h"

namespace picket {
namespace {

// What the loose pattern finds in vain before the exact one is asked to search.
constexpr int kTries = 4;

re2::StringPiece PieceOf(Bytes text) {
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

Span SpanOf(re2::StringPiece piece, Bytes text) {
  return {static_cast<uint64_t>(reinterpret_cast<const uint8_t*>(piece.data()) - text.data()),
          piece.size()};
}

}  // namespace

std::string LoosenPattern(std::string_view pattern) {
  std::string loose;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      loose += pattern.substr(i++, 2);
      continue;
    }
    if (c == '{' && !in_class) {
      const size_t close = pattern.find('}', i);
      const bool none = pattern.substr(i, 3) == "{0,";
      loose += none ? "*?" : "+?";
      i = close;
      continue;
    }
    in_class = in_class ? c != ']' : c == '[';
    loose += c;
  }
  return loose;
}

RuleRegex::RuleRegex(const Rule& rule)
    : exact_(rule.pattern, MakeRe2Options(rule.ignore_case)), width_(rule.max_width) {
  const std::string loose = LoosenPattern(rule.pattern);
  if (loose == rule.pattern) return;
  loose_ = std::make_unique<re2::RE2>(loose, MakeRe2Options(rule.ignore_case));
}

bool RuleRegex::Match(Bytes text, uint64_t begin, uint64_t end, re2::RE2::Anchor anchor,
                      RegexMatch* match) const {
  std::array<re2::StringPiece, 2> groups;
  const int wanted = 1 + exact_.NumberOfCapturingGroups();
  if (!exact_.Match(PieceOf(text), begin, end, anchor, groups.data(), wanted)) return false;
  match->match = SpanOf(groups[0], text);
  const bool captured = wanted == 2 && groups[1].data() != nullptr;
  match->capture = captured ? SpanOf(groups[1], text) : match->match;
  return true;
}

// Searching with the exact pattern alone takes five times as long: of counts that begin anew at
// each byte RE2 makes automaton states that it has never seen, at 200 ns a byte. A start that the
// loose pattern finds need not be one; more than a few such in a row could cost the square of a
// rule's width. What it sees is bounded, because it may go on where the exact one has ended.
bool RuleRegex::Find(Bytes text, uint64_t position, uint64_t limit, RegexMatch* match) const {
  for (int tries = 0; loose_ != nullptr && tries < kTries;) {
    const uint64_t seen = std::min(limit, position + 2 * width_);
    re2::StringPiece found;
    if (loose_->Match(PieceOf(text), position, seen, re2::RE2::UNANCHORED, &found, 1)) {
      const uint64_t begin = SpanOf(found, text).offset;
      const uint64_t end = std::min(limit, begin + width_);
      if (Match(text, begin, end, re2::RE2::ANCHOR_START, match)) return true;
      position = begin + 1;
      ++tries;
    } else {
      if (seen == limit) return false;
      position += width_ + 1;
    }
  }
  return Match(text, position, limit, re2::RE2::UNANCHORED, match);
}

bool RuleRegex::FindWhole(Bytes text, uint64_t begin, uint64_t end, RegexMatch* match) const {
  return Match(text, begin, end, re2::RE2::ANCHOR_BOTH, match);
}

}  // namespace picket
