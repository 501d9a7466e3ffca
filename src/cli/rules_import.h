// picket rules import: rules of another tool, as rules of one's own.
#pragma once

#include <string>

#include "cli/command_line.h"

namespace picket {

struct ImportOptions {
  std::string file;    // a gitleaks configuration
  std::string output;  // "" for standard output
};

// Prints what was lost and what was noted to standard error, one line each. Returns 0 when nothing
// was lost, else 1. Throws Error.
int RunRulesImport(const CommonOptions& common, const ImportOptions& options);

}  // namespace picket
