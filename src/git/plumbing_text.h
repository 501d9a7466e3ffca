// What Git's plumbing prints, as values. A name in it is whatever somebody pushed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "git/config_file.h"
#include "git/repository_lists.h"

namespace picket {

// Takes from `text` what stands before the next `end`, and that with it; all where there is none.
std::string_view TakeTo(char end, std::string_view* text);

// `git for-each-ref --format='%(objectname) %(refname)'`, in pieces as they come.
class RefLines {
 public:
  // `id_bytes`: 20 or 32.
  explicit RefLines(size_t id_bytes) : id_bytes_(id_bytes) {}

  // Throws Error where a line is none of that format.
  void Add(std::string_view piece);
  // After the last piece: every ref that holds an id, in the order of the lines. Throws as Add().
  std::vector<Ref> Finish();

 private:
  void AddLine(std::string_view line);

  size_t id_bytes_;
  std::string begun_;  // a line whose end has not come yet
  std::vector<Ref> refs_;
};

// `git config -z --list`.
std::vector<ConfigEntry> ParseConfigList(std::string_view text);

// A line that has to be an id of `id_bytes`, with or without its end, that `command` ("git
// rev-parse") printed. Throws Error.
ObjectId ParseIdLine(std::string_view line, size_t id_bytes, const char* command);

}  // namespace picket
