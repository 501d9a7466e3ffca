// The command line: one row a verb (verbs.def), one cmd_*.cc behind each row.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace picket {

// What every verb understands, before or after the verb's name.
struct CommonOptions {
  std::string format = "text";
  bool quiet = false;
  bool no_color = false;
  bool stats = false;
  unsigned threads = 0;  // 0: as many as the machine has
  // "json", "none", or "" for a line on a terminal: see cli/progress.h.
  std::string progress;
  // Begins every line of a refusal: what a server needs to show it. "" for none.
  std::string line_prefix;
  std::string policy;                   // a policy file named on the command line; "" for none
  std::string rules;                    // a folder of rules; "" for the installed ones
  std::vector<std::string> rule_files;  // rules beside them
};

// What was typed, ready to run.
struct Invocation {
  CommonOptions common;
  // Set by the verb that was named; returns the exit code.
  std::function<int()> run;
};

// Parses and runs; returns the exit code. Wrong arguments print usage and return 2. Throws Error.
int RunCommandLine(int argc, char** argv);

#define VERB(name) void Add##name(CLI::App& app, Invocation& invocation);
#include "cli/verbs.def"
#undef VERB

}  // namespace picket
