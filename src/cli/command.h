// One child process, run to its end: how install, uninstall and doctor ask Git.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace picket {

struct CommandResult {
  int status = 0;      // exit status; 128 + signal for a child that was killed
  std::string output;  // stdout, at most 1 MiB of it
  std::string error;   // stderr, likewise
};

struct Command {
  std::vector<std::string> arguments;  // arguments[0] is looked up in PATH
  std::string directory;               // where it runs; "" for here
  // Set on top of this process's environment, from which every variable that would point Git at
  // another repository (GIT_DIR and its kin) has been taken.
  std::vector<std::pair<std::string, std::string>> environment;
};

// Runs with /dev/null as stdin. Throws Error if the program can't be started. Not for threads that
// wait for other children.
CommandResult Run(const Command& command);

// As Run, and a status other than 0 is an Error that quotes what the program said. Returns stdout
// without its final newline.
std::string RunOrThrow(const Command& command);

}  // namespace picket
