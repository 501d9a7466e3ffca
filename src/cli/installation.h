// Where an installed picket keeps its data, told from where the program itself stands: no
// environment variable can point it elsewhere.
#pragma once

#include <string>

#include "cli/command_line.h"

namespace picket {

// Where the rules are, as they were written and as they were compiled.
struct RuleFolders {
  std::string patterns;  // holds secrets/ and pickle_imports.json
  std::string compiled;  // "" where there are none: a build tree, or a folder that --rules names

  std::string secrets() const { return patterns + "/secrets"; }
  std::string imports() const { return patterns + "/pickle_imports.json"; }
  std::string compiled_secrets() const { return InCompiled("secrets.rules"); }
  std::string compiled_imports() const { return InCompiled("pickle_imports.table"); }

 private:
  std::string InCompiled(const std::string& name) const {
    return compiled.empty() ? "" : compiled + "/" + name;
  }
};

// The absolute path of this program. Throws Error.
std::string FindBinary();

// The folder of --rules; else <prefix>/share/picket for <prefix>/bin/picket, or the source tree's
// patterns for a program in a build tree beside them. Throws Error where there are none.
RuleFolders FindRules(const CommonOptions& common);

}  // namespace picket
