// Where a rule has to be searched: everywhere, or only beside token runs (match/token_run.h) or
// landmarks (match/landmark.h), which takes a tenth of the time. Derived from the rule's pattern.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/bytes.h"
#include "match/token_run.h"

namespace picket {

struct Rule;

enum class SearchGroup : uint8_t {
  kEverywhere,
  // UTF-16 of what is ASCII: wherever there is a NUL at all. No rule, spellings of literals only.
  kWide,
  // Escapes, which are found without Hyperscan (match/text_signs.h). No rule.
  kEscape,
  // In words that may go on behind a joint (match/split_word.h). No rule, literals only.
  kSplit,
  // A password or a token before a URL's host ...
  kUserinfo,
  // ... and whatever the words pass or pwd name.
  kPassword,
  // Beside words of the rules themselves (match/rule_word.h) ...
  kWord,
  // ... of the few rules that reach back over more than kFarLine bytes before the last line end.
  kFarWord,
  // A token that says by itself what it is ...
  kToken,
  // ... and one of 32 bytes or more that other words tell.
  kFarToken,
  // What has a name such as key, token or secret, or is a call's first argument: hexadecimal
  // digits, a token of 32 bytes or more, a shorter one, and any value.
  kNamedHex,
  kLongNamedToken,
  kNamedToken,
  kNamedValue,
};
inline constexpr std::array<SearchGroup, 14> kSearchGroups = {
    SearchGroup::kEverywhere, SearchGroup::kWide,      SearchGroup::kEscape,
    SearchGroup::kSplit,      SearchGroup::kUserinfo,  SearchGroup::kPassword,
    SearchGroup::kWord,       SearchGroup::kFarWord,   SearchGroup::kToken,
    SearchGroup::kFarToken,   SearchGroup::kNamedHex,  SearchGroup::kLongNamedToken,
    SearchGroup::kNamedToken, SearchGroup::kNamedValue};
// No rule of the other groups reaches so far but into its own line.
inline constexpr uint64_t kFarLine = 256;

// "everywhere", "wide text", "escape", "split", "userinfo", "password", "word", "far word",
// "token", "far token", "named hex", "long named token", "named token", "named value".
std::string_view ToString(SearchGroup group);

constexpr bool IsBesideTokenRuns(SearchGroup group) { return group >= SearchGroup::kToken; }

// A group's text is what stands up to `before` bytes before the start of a run or landmark and
// `after` bytes behind its end. Runs count that have a digit and `digit_run` bytes, or are mixed
// and have `mixed_run`, or are solid; where they have to be named, those with a name
// (match/landmark.h) not more than `before` bytes before or in them, or that are a call's first
// argument.
struct SearchReach {
  uint32_t digit_run = 0;
  uint32_t mixed_run = 0;
  uint32_t before = 0;
  uint32_t after = 0;
  bool named = false;
  bool hex = false;

  bool Counts(const TokenRun& run) const {
    if ((named && run.name_distance > before) || (hex && !run.hex)) return false;
    return run.digit ? run.size() >= digit_run
                     : run.solid || (run.mixed && run.size() >= mixed_run);
  }
};

// Of any group but kEverywhere and kWide. Of kWord and kFarWord it is nothing: each
// word has its own.
const SearchReach& ReachOf(SearchGroup group);

// So many bytes of a measured body (RuleMeasure) are looked at to find a run in it.
inline constexpr uint32_t kMeasuredReach = 64;

// The cheapest group in which no more than one of 25,000 texts of the rule's pattern and of the
// least that its measure wants is missed, each of its alternatives by itself, when every byte is
// drawn at random from its class. Case is taken as the pattern writes it.
SearchGroup ChooseSearchGroup(const Rule& rule);

// Whether `match` holds a run that counts where the reach of the rule's group spans its first
// `head` bytes, which are the pattern's; up to kMeasuredReach bytes of a measured body may follow.
// Matches without one are none: that makes what is found independent of what stands around a match
// and of where a window ends. Of a group that is not searched beside runs every match is one, but
// where the rule itself wants a run (Rule::token_run): one of those that make a named value,
// anywhere in it.
bool IsWithinReach(const Rule& rule, Bytes match, uint64_t head);

}  // namespace picket
