// Token runs as their definition has them, byte by byte, sharing no code with match/token_run.h.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "match/search_group.h"
#include "match/token_run.h"

namespace picket {

inline bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

inline bool OracleIsTokenByte(char c) {
  return IsOneOf(c,
                 "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                 "!#%*+-./:=@^_~\x7f");
}

// Of the whole of `run`.
inline TokenRun OracleDescribe(std::string_view run) {
  TokenRun described;
  int upper = 0;
  int lower = 0;
  uint32_t streak = 0;
  char before = ' ';
  for (char c : run) {
    const char kind = c >= '0' && c <= '9'   ? '0'
                      : c >= 'A' && c <= 'Z' ? 'A'
                      : c >= 'a' && c <= 'z' ? 'a'
                                             : ' ';
    described.digit = described.digit || kind == '0';
    upper += kind == 'A' ? 1 : 0;
    lower += kind == 'a' ? 1 : 0;
    streak = kind == before ? streak + 1 : 1;
    before = kind;
    described.solid = described.solid || ((kind == 'A' || kind == 'a') && streak >= 16);
  }
  described.mixed = upper >= 3 && lower >= 3;
  return described;
}

inline std::vector<TokenRun> OracleRuns(std::string_view text) {
  std::vector<TokenRun> runs;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && OracleIsTokenByte(text[end])) ++end;
    if (end == begin) {
      ++begin;
      continue;
    }
    TokenRun run = OracleDescribe(text.substr(begin, end - begin));
    run.begin = static_cast<uint32_t>(begin);
    run.end = static_cast<uint32_t>(end);
    const bool wanted =
        run.digit ? end - begin >= 8 : end - begin >= 16 && (run.mixed || run.solid);
    if (wanted) runs.push_back(run);
    begin = end;
  }
  return runs;
}

inline bool OracleIsWithinReach(SearchGroup group, std::string_view match) {
  if (group == SearchGroup::kEverywhere) return true;
  const SearchReach& reach = ReachOf(group);
  for (const TokenRun& run : OracleRuns(match)) {
    const uint32_t size = run.end - run.begin;
    const bool counts =
        run.digit ? size >= reach.digit_run : run.solid || (run.mixed && size >= reach.mixed_run);
    if (counts && run.begin <= reach.before && match.size() - run.end <= reach.after) return true;
  }
  return false;
}

}  // namespace picket
