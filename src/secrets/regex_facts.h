// Questions to a regular expression's tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/go_regex.h"

namespace picket {

enum class Side : uint8_t { kLeft, kRight };

bool IsAssertion(const RegexNode& node);
bool HoldsCapture(const RegexNode& node);
bool MayBeEmpty(const RegexNode& node);
// The bytes with which what `node` matches may begin (kLeft) or end (kRight).
ByteSet EdgeBytes(const RegexNode& node, Side side);

ByteSet Union(ByteSet a, const ByteSet& b);
ByteSet Intersection(const ByteSet& a, const ByteSet& b);
ByteSet Complement(ByteSet set);
bool IsWithin(const ByteSet& inner, const ByteSet& outer);
size_t CountBytes(const ByteSet& set);

// All texts that `node` matches, where they are few and short; letters of either case are lower.
std::optional<std::vector<std::string>> ExactTexts(const RegexNode& node);
// The texts of which one begins every match; empty where that can't be said.
std::vector<std::string> Heads(const RegexNode& node);
// Whether one of `words`, in lower case, stands in every match, in any case.
bool AlwaysHolds(const RegexNode& node, const std::vector<std::string>& words);

}  // namespace picket
