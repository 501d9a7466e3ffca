#include "git/wildmatch.h"

#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace picket {
namespace {

using Set = std::bitset<256>;

struct NamedSet {
  std::string_view name;
  int (*holds)(int);
};

constexpr std::array<NamedSet, 12> kNamedSets = {{{"alnum", std::isalnum},
                                                  {"alpha", std::isalpha},
                                                  {"blank", std::isblank},
                                                  {"cntrl", std::iscntrl},
                                                  {"digit", std::isdigit},
                                                  {"graph", std::isgraph},
                                                  {"lower", std::islower},
                                                  {"print", std::isprint},
                                                  {"punct", std::ispunct},
                                                  {"space", std::isspace},
                                                  {"upper", std::isupper},
                                                  {"xdigit", std::isxdigit}}};

bool AddNamed(std::string_view name, Set* set) {
  for (const NamedSet& named : kNamedSets) {
    if (named.name != name) continue;
    for (int c = 0; c < 128; ++c) {
      if (named.holds(c) != 0) set->set(static_cast<size_t>(c));
    }
    return true;
  }
  return false;
}

}  // namespace

WildPattern::WildPattern(std::string_view pattern, bool over_path) : over_path_(over_path) {
  const std::string_view whole = pattern;
  while (!pattern.empty() && !broken_) {
    const char c = pattern.front();
    pattern.remove_prefix(1);
    if (c == '?') {
      Add(Kind::kAny, over_path);
    } else if (c == '[') {
      broken_ = !AddSet(&pattern);
    } else if (c == '*') {
      const size_t at = whole.size() - pattern.size() - 1;
      size_t stars = 1;
      for (; pattern.starts_with('*'); ++stars) pattern.remove_prefix(1);
      // Git takes what stands before the first special byte for matched, and begins there.
      const bool opens = at == 0 || whole[at - 1] == '/' || at == whole.find_first_of("*?[\\");
      const bool closes = pattern.empty() || pattern.starts_with('/') || pattern.starts_with("\\/");
      const bool folders = over_path && stars > 1 && opens && closes;
      if (folders && pattern.starts_with('/')) {
        pattern.remove_prefix(1);
        Add(Kind::kFolders, false);
      } else {
        Add(Kind::kRun, over_path && !folders);
      }
    } else if (c == '\\') {
      broken_ = pattern.empty();
      if (broken_) break;
      AddByte(pattern.front());
      pattern.remove_prefix(1);
    } else {
      AddByte(c);
    }
  }
}

// `rest` stands behind the '['. A ']' that comes first is one of the set.
bool WildPattern::AddSet(std::string_view* rest) {
  Set set;
  std::string_view text = *rest;
  const bool negated = text.starts_with('!') || text.starts_with('^');
  if (negated) text.remove_prefix(1);
  int previous = -1;
  for (bool first = true; first || !text.starts_with(']'); first = false) {
    if (text.empty()) return false;
    char c = text.front();
    text.remove_prefix(1);
    if (c == '[' && text.starts_with(':')) {
      const size_t end = text.find(']');
      if (end == std::string_view::npos) return false;
      // "[:" that nothing ends is a '[' and a ':'.
      if (end >= 2 && text[end - 1] == ':') {
        if (!AddNamed(text.substr(1, end - 2), &set)) return false;
        text.remove_prefix(end + 1);
        previous = -1;
        continue;
      }
    }
    if (c == '-' && previous >= 0 && !text.empty() && text.front() != ']') {
      c = text.front();
      text.remove_prefix(1);
      if (c == '\\') {
        if (text.empty()) return false;
        c = text.front();
        text.remove_prefix(1);
      }
      for (int byte = previous; byte <= static_cast<uint8_t>(c); ++byte)
        set.set(static_cast<size_t>(byte));
      previous = -1;
      continue;
    }
    if (c == '\\') {
      if (text.empty()) return false;
      c = text.front();
      text.remove_prefix(1);
    }
    set.set(static_cast<uint8_t>(c));
    previous = static_cast<uint8_t>(c);
  }
  text.remove_prefix(1);
  if (negated) set.flip();
  if (over_path_) set.reset('/');
  if (sets_.size() > UINT16_MAX) return false;
  tokens_.push_back({Kind::kSet, false, static_cast<uint16_t>(sets_.size())});
  sets_.push_back(set);
  *rest = text;
  return true;
}

bool WildPattern::Holds(const Token& token, char c) const {
  switch (token.kind) {
    case Kind::kByte: return token.value == static_cast<uint8_t>(c);
    case Kind::kSet: return sets_[token.value].test(static_cast<uint8_t>(c));
    case Kind::kAny:
    case Kind::kRun: return !token.stops || c != '/';
    case Kind::kFolders: break;
  }
  return true;
}

bool WildPattern::Matches(std::string_view text, uint64_t* steps) const {
  *steps += 1;
  if (broken_) return false;
  // Most patterns are names or endings.
  if (tokens_.empty()) return text.empty();
  for (const auto& [token, at_end] : {std::pair(tokens_.front(), false), {tokens_.back(), true}}) {
    if (token.kind != Kind::kByte) continue;
    if (text.empty() || !Holds(token, at_end ? text.back() : text.front())) return false;
  }
  const size_t end = tokens_.size();
  std::vector<size_t> states;
  std::vector<size_t> next;
  std::vector<size_t> added(end + 1, 0);
  std::vector<size_t> held(end + 1, 0);
  size_t round = 1;
  // A state, and those that come after it for nothing.
  auto add = [&](std::vector<size_t>& list, size_t state) {
    for (;; ++state) {
      if (added[state] == round) return;
      added[state] = round;
      list.push_back(state);
      if (state == end || tokens_[state].kind < Kind::kRun) return;
    }
  };
  add(states, 0);
  for (char c : text) {
    ++round;
    next.clear();
    for (size_t state : states) {
      if (state == end || !Holds(tokens_[state], c)) continue;
      switch (tokens_[state].kind) {
        case Kind::kByte:
        case Kind::kAny:
        case Kind::kSet: add(next, state + 1); break;
        case Kind::kRun: add(next, state); break;
        case Kind::kFolders:
          if (c == '/') add(next, state + 1);
          // Inside of a folder's name what follows does not begin.
          if (added[state] != round && held[state] != round) {
            held[state] = round;
            next.push_back(state);
          }
          break;
      }
    }
    *steps += states.size();
    if (next.empty()) return false;
    states.swap(next);
  }
  return added[end] == round;
}

}  // namespace picket
