#include "match/landmark.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string_view>

namespace picket {
namespace {

constexpr std::array<bool, 256> MakeBeforeArguments() {
  std::array<bool, 256> table{};
  for (char c : std::string_view("\"'`\\ \t\r\n{")) table[static_cast<uint8_t>(c)] = true;
  return table;
}

constexpr std::array<bool, 256> kBeforeArguments = MakeBeforeArguments();

}  // namespace

bool IsUserinfoByte(uint8_t byte) {
  return byte > ' ' && byte < 0x7f && byte != '/' && byte != '@' && byte != '"' && byte != '<' &&
         byte != '>';
}

// An at sign is rarer in text than a colon, and the walk back from one ends before the last.
void FindUserinfo(Bytes text, std::span<const uint32_t> at_signs, std::vector<Landmark>* found) {
  found->clear();
  for (const uint32_t sign : at_signs) {
    const size_t end = size_t{sign} + 1;
    const size_t floor = end - std::min<size_t>(end, kLongestUserinfo);
    size_t at = sign;
    while (at > floor && IsUserinfoByte(text[at - 1])) --at;
    if (at < floor + 3 || std::memcmp(text.data() + at - 3, "://", 3) != 0) continue;
    found->push_back({static_cast<uint32_t>(at - 3), static_cast<uint32_t>(end)});
  }
}

bool IsBeforeArgument(uint8_t byte) { return kBeforeArguments[byte]; }

bool IsFirstArgument(Bytes text, uint64_t at) {
  const uint64_t floor = at - std::min<uint64_t>(at, kBeforeArgument + 1);
  while (at > floor && IsBeforeArgument(text[at - 1])) --at;
  return at > floor && text[at - 1] == '(';
}

void NameRuns(Bytes text, const std::vector<Landmark>& names, std::span<const TokenRun> runs,
              std::vector<TokenRun>* named) {
  named->clear();
  // Behind the last name that ends before the run does.
  auto behind = names.begin();
  for (const TokenRun& run : runs) {
    while (behind != names.end() && behind->end <= run.end) ++behind;
    uint32_t distance = kUnnamed;
    if (behind != names.begin()) {
      distance = run.begin - std::min(run.begin, std::prev(behind)->begin);
    }
    if (distance != 0 && IsFirstArgument(text, run.begin)) distance = 0;
    if (distance > kFurthestName) continue;
    named->push_back(run);
    named->back().name_distance = distance;
    named->back().hex = HasHexRun(text.subspan(run.begin, run.size()));
  }
}

}  // namespace picket
