// Token runs and landmarks as their definitions have them, byte by byte, sharing no code with
// match/token_run.h and match/landmark.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/landmark.h"
#include "match/rule.h"
#include "match/search_group.h"
#include "match/token_run.h"

namespace picket {

inline bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

inline bool OracleIsTokenByte(char c) {
  return IsOneOf(c,
                 "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                 "!#%*+-./:=@^_~\x7f");
}

inline bool OracleIsHex(std::string_view run) {
  size_t streak = 0;
  for (char c : run) {
    streak = IsOneOf(c, "0123456789ABCDEFabcdef-") ? streak + 1 : 0;
    if (streak == 32) return true;
  }
  return false;
}

// Of the whole of `run`.
inline TokenRun OracleDescribe(std::string_view run) {
  TokenRun described;
  int upper = 0;
  int lower = 0;
  uint32_t streak = 0;
  char before = ' ';
  std::string kinds;
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
    kinds.push_back(kind);
    described.solid = described.solid || ((kind == 'A' || kind == 'a') && streak >= 16);
  }
  const bool near = kinds.find("AA") != std::string::npos || kinds.find("AaA") != std::string::npos;
  const size_t joint = run.find_first_of("-_");
  const bool behind = joint != std::string::npos && kinds.find('A', joint) != std::string::npos;
  described.hex = OracleIsHex(run);
  described.mixed = (near || behind) && upper >= 3 && lower >= 3;
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

inline std::vector<Landmark> OracleNames(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  std::vector<Landmark> names;
  for (std::string_view name : {"api", "auth", "bearer", "cred", "default", "key", "login", "pass",
                                "pat", "private", "pwd", "secret", "token", "value"}) {
    for (size_t at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
      size_t end = at + name.size();
      if (name == "pat" && (end == lower.size() || IsOneOf(lower[end], "cehit"))) continue;
      if (name == "token" && end + 1 < lower.size() && lower[end] == 'i' &&
          IsOneOf(lower[end + 1], "sz")) {
        continue;
      }
      if (name == "pat") ++end;
      names.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(end)});
    }
  }
  std::sort(names.begin(), names.end(),
            [](const Landmark& a, const Landmark& b) { return a.begin < b.begin; });
  return names;
}

inline bool OracleIsPassword(std::string_view name) {
  return IsOneOf(name[0], "pP") && (IsOneOf(name[1], "wW") || IsOneOf(name[2], "sS"));
}

inline std::vector<Landmark> OracleUserinfo(std::string_view text) {
  std::vector<Landmark> found;
  for (size_t end = 1; end <= text.size(); ++end) {
    if (text[end - 1] != '@') continue;
    for (size_t begin = end >= 256 ? end - 256 : 0; begin + 4 <= end; ++begin) {
      if (text.substr(begin, 3) != "://") continue;
      const std::string_view between = text.substr(begin + 3, end - 1 - begin - 3);
      const bool plain = std::all_of(between.begin(), between.end(), [](char c) {
        return c >= '!' && c <= '~' && !IsOneOf(c, "/@\"<>");
      });
      if (plain) found.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    }
  }
  return found;
}

inline bool OracleIsFirstArgument(std::string_view text, size_t at) {
  size_t between = 0;
  while (between < at && between < 8 && IsOneOf(text[at - between - 1], "\"'`\\ \t\r\n{")) {
    ++between;
  }
  return between < at && text[at - between - 1] == '(';
}

// OracleRuns with their names.
inline std::vector<TokenRun> OracleNamedRuns(std::string_view text) {
  std::vector<TokenRun> runs = OracleRuns(text);
  const std::vector<Landmark> names = OracleNames(text);
  for (TokenRun& run : runs) {
    for (const Landmark& name : names) {
      if (name.end > run.end) continue;
      const uint32_t distance = name.begin >= run.begin ? 0 : run.begin - name.begin;
      run.name_distance = std::min(run.name_distance, distance);
    }
    if (OracleIsFirstArgument(text, run.begin)) run.name_distance = 0;
  }
  return runs;
}

// `runs` are the match's OracleNamedRuns.
inline bool OracleIsWithinReach(const Rule& rule, const std::vector<TokenRun>& runs,
                                uint64_t head) {
  const bool beside = IsBesideTokenRuns(rule.group);
  if (!beside && !rule.token_run) return true;
  const SearchReach& reach = ReachOf(beside ? rule.group : SearchGroup::kNamedValue);
  for (const TokenRun& run : runs) {
    if (!beside) return true;
    const uint32_t size = run.end - run.begin;
    const bool counts =
        run.digit ? size >= reach.digit_run : run.solid || (run.mixed && size >= reach.mixed_run);
    const bool spans = run.begin <= reach.before && head <= run.end + reach.after;
    if (reach.hex && !run.hex) continue;
    const bool named = !reach.named || run.name_distance <= reach.before;
    if (counts && spans && named) return true;
  }
  return false;
}

inline bool OracleIsWithinReach(const Rule& rule, std::string_view match, uint64_t head) {
  if (!IsBesideTokenRuns(rule.group) && !rule.token_run) return true;
  return OracleIsWithinReach(rule, OracleNamedRuns(match), head);
}

}  // namespace picket
