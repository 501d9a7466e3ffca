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
              uint32_t widest, std::vector<TokenRun>* named) {
  named->clear();
  const auto add = [&](TokenRun run, uint32_t distance) {
    if (distance > kFurthestName) return;
    run.name_distance = distance;
    run.hex = HasHexRun(text.subspan(run.begin, run.size()));
    named->push_back(run);
  };
  const auto add_part = [&](TokenRun run, uint32_t begin, uint32_t end, uint32_t distance) {
    run.begin = std::max(run.begin, begin - std::min(begin, widest));
    run.end = static_cast<uint32_t>(std::min<uint64_t>(run.end, uint64_t{end} + widest));
    add(run, distance);
  };
  // Behind the last name that ends before the run does.
  auto behind = names.begin();
  for (const TokenRun& run : runs) {
    const auto before = behind;
    while (behind != names.end() && behind->end <= run.end) ++behind;
    const bool is_long = run.size() / 2 > widest;
    const auto inside =
        is_long ? std::find_if(before, behind,
                               [&run](const Landmark& name) { return name.begin >= run.begin; })
                : behind;
    uint32_t distance = kUnnamed;
    if (inside != names.begin()) {
      distance = run.begin - std::min(run.begin, std::prev(inside)->begin);
    }
    if (distance != 0 && IsFirstArgument(text, run.begin)) distance = 0;
    if (!is_long) {
      add(run, distance);
      continue;
    }
    add_part(run, run.begin, run.begin, distance);
    for (auto name = inside; name != behind; ++name) add_part(run, name->begin, name->end, 0);
  }
}

}  // namespace picket
