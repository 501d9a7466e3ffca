// picket merge: the parts of a fleet's audit as one report.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/fleet.h"

namespace picket {

void AddMerge(CLI::App& app, Invocation& invocation) {
  auto folders = std::make_shared<std::vector<std::string>>();
  CLI::App* verb = app.add_subcommand(
      "merge", "Join what the tasks of one `audit --repos` left in their results folders");
  verb->add_option("RESULTS", *folders, "Folders that --results named")->required();
  verb->callback([&invocation, folders] {
    invocation.run = [&invocation, folders] { return MergeFleet(invocation.common, *folders); };
  });
}

}  // namespace picket
