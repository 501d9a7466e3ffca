// Runs a function in a process that has shut itself in, and tells how that process and its keeper
// ended.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"

namespace picket::test {

struct ShutInEnd {
  // Of the keeper, as a shell tells it: 128 + n after signal n.
  int status = 0;
  // What `work` returned, in every process that came to its end.
  std::string said;
  // One line for each crash: the signal and then the objects, by id or number.
  std::string crashes;
};

struct ShutInWork {
  Places places = {};
  bool goes_on = false;
  DoErrand do_errand = {};
  // In the half that does the work, before it shuts itself in.
  std::function<void()> before = {};
  // What it returns is said; a text that is longer than a pipe holds is not.
  std::function<std::string()> work;
  // In the test's own process, while the other runs.
  std::function<void(pid_t keeper)> meanwhile = {};
};

ShutInEnd RunShutIn(const ShutInWork& work);

// False where the sanitizers run: they open files and start processes, so nothing is forbidden.
bool CanForbid();

}  // namespace picket::test
