#include "scan/glob.h"

#include <algorithm>

#include "core/error.h"

namespace picket {
namespace {

constexpr size_t kLongestPattern = 1024;

}  // namespace

Glob::Glob(std::string_view pattern) : pattern_(pattern) {
  if (pattern.empty() || pattern == "/")
    throw Error("An exclude pattern is empty; write a path such as \"tests/data/**\".");
  if (pattern.size() > kLongestPattern)
    throw Error("An exclude pattern is longer than 1,024 bytes; write a shorter one.");
  if (pattern.front() == '!' || pattern.find_first_of("[\\") != std::string_view::npos)
    throw Error(
        "An exclude pattern uses '[', '\\' or a leading '!', which have no meaning here; use '?' "
        "for any one byte, and list what to exclude only.");
  if (pattern.back() == '/') {
    folders_only_ = true;
    pattern.remove_suffix(1);
  }
  bool anchored = pattern.find('/') != std::string_view::npos;
  if (pattern.front() == '/') pattern.remove_prefix(1);
  if (!anchored) tokens_.push_back({Kind::kFolders, 0});
  for (size_t i = 0; i < pattern.size(); ++i) {
    bool at_start = i == 0 || pattern[i - 1] == '/';
    std::string_view rest = pattern.substr(i);
    if (at_start && rest.starts_with("**/")) {
      tokens_.push_back({Kind::kFolders, 0});
      i += 2;
    } else if (at_start && rest == "**") {
      tokens_.push_back({Kind::kOne, 0});
      tokens_.push_back({Kind::kAll, 0});
      break;
    } else if (pattern[i] == '*') {
      tokens_.push_back({Kind::kRun, 0});
    } else if (pattern[i] == '?') {
      tokens_.push_back({Kind::kOne, 0});
    } else {
      tokens_.push_back({Kind::kByte, pattern[i]});
    }
  }
}

// Adds the states that are reached without reading a byte.
void Glob::Close(std::vector<char>* states, bool at_boundary) const {
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if ((*states)[i] == 0) continue;
    Kind kind = tokens_[i].kind;
    bool skips =
        kind == Kind::kRun || kind == Kind::kAll || (kind == Kind::kFolders && at_boundary);
    if (skips) (*states)[i + 1] = 1;
  }
}

bool Glob::Matches(std::string_view path) const {
  std::vector<char> states(tokens_.size() + 1, 0);
  std::vector<char> next(states.size(), 0);
  states[0] = 1;
  Close(&states, true);
  for (char byte : path) {
    // All that was read so far is the name of a folder.
    if (byte == '/' && states.back() != 0) return true;
    std::fill(next.begin(), next.end(), 0);
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (states[i] == 0) continue;
      switch (tokens_[i].kind) {
        case Kind::kByte: next[i + 1] |= byte == tokens_[i].byte; break;
        case Kind::kOne: next[i + 1] |= byte != '/'; break;
        case Kind::kRun: next[i] |= byte != '/'; break;
        case Kind::kFolders:
        case Kind::kAll: next[i] = 1; break;
      }
    }
    states.swap(next);
    Close(&states, byte == '/');
  }
  return states.back() != 0 && !folders_only_;
}

}  // namespace picket
