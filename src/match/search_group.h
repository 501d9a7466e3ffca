// Where a rule has to be searched: everywhere, or only beside token runs (match/token_run.h), which
// takes a tenth of the time. Derived from the rule's pattern.
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
  // A token that says by itself what it is.
  kToken,
  // A token that the words before it name, of 32 bytes or more ...
  kLongNamedToken,
  // ... and a shorter one.
  kNamedToken,
  // Whatever is assigned to a name, passwords too.
  kAssignedValue,
};
inline constexpr std::array<SearchGroup, 5> kSearchGroups = {
    SearchGroup::kEverywhere, SearchGroup::kToken, SearchGroup::kLongNamedToken,
    SearchGroup::kNamedToken, SearchGroup::kAssignedValue};

// "everywhere", "token", "long named token", "named token", "assigned value".
std::string_view ToString(SearchGroup group);

// A group's text is what stands up to `before` bytes before a run's start and `after` bytes behind
// its end. Runs count that have a digit and `digit_run` bytes, or are mixed and have `mixed_run`,
// or are solid.
struct SearchReach {
  uint32_t digit_run = 0;
  uint32_t mixed_run = 0;
  uint32_t before = 0;
  uint32_t after = 0;

  bool Counts(const TokenRun& run) const {
    return run.digit ? run.size() >= digit_run
                     : run.solid || (run.mixed && run.size() >= mixed_run);
  }
};

// Of any group but kEverywhere.
const SearchReach& ReachOf(SearchGroup group);

// The cheapest group in which no more than one of 100,000 texts of the rule's pattern is missed,
// each of its alternatives by itself, when every byte is drawn at random from its class. Case is
// taken as the pattern writes it. A rule that says so is an assigned value (Rule::token_run).
SearchGroup ChooseSearchGroup(const Rule& rule);

// Whether `match`, the pattern's part alone, holds a run that counts where the group's reach spans
// all of it. Matches without one are none: that makes what is found independent of what stands
// around a match and of where a window ends.
bool IsWithinReach(SearchGroup group, Bytes match);

}  // namespace picket
