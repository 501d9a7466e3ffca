// One repository of `picket audit --server`, as the process that judged it tells it to the one that
// goes on to the next (cli/shut_in.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.h"

namespace picket {

struct ServerResult {
  Outcome outcome = Outcome::kIncomplete;
  bool complete = false;
  // There is nothing to tell of it.
  bool silent = false;
  // No ref has moved since it was judged.
  bool unchanged = false;
  // What it held before was judged under other rules.
  bool under_other_rules = false;
  uint64_t commits = 0;
  uint64_t blobs = 0;
  // In the format that was asked for, whole.
  std::string report;
  // WriteJudgedRefs() of what is to be remembered; "" where nothing is.
  std::string judged;
  // Lines for the server's log, without their ends.
  std::vector<std::string> log;
};

// As one text, and back; nullopt where it is none.
std::string WriteServerResult(const ServerResult& result);
std::optional<ServerResult> ReadServerResult(std::string_view text);

}  // namespace picket
