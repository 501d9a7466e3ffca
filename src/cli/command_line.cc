#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "cli/output.h"
#include "cli/presentable.h"
#include "core/error.h"

namespace picket {
namespace {

// A folder takes the place of the installed rules, a file adds to them.
void TakeRules(const std::vector<std::string>& named, CommonOptions& common) {
  for (const std::string& one : named) {
    std::error_code error;
    if (one.ends_with(".json") && !std::filesystem::is_directory(one, error)) {
      common.rule_files.push_back(one);
    } else if (common.rules.empty() && !one.empty()) {
      common.rules = one;
    } else {
      throw CLI::ValidationError(
          "--rules", one.empty() ? "names nothing"
                                 : "names two folders, and only one can take the place of the "
                                   "installed rules");
    }
  }
}

void AddCommonOptions(CLI::App& app, CommonOptions& common) {
  app.add_option("--format", common.format, "How to report")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_flag("-q,--quiet", common.quiet, "Print nothing when nothing blocks");
  app.add_flag("--no-color", common.no_color,
               "No colour, also on a terminal (NO_COLOR does the same)");
  app.add_flag("--stats", common.stats, "Print timings and peak memory to standard error");
  app.add_option("--threads", common.threads, "Worker threads; 0 means one for each core")
      ->check(CLI::Range(0u, 256u));
  app.add_option("--policy", common.policy, "A policy file")->type_name("FILE");
  app.add_option_function<std::vector<std::string>>(
         "--rules", [&common](const std::vector<std::string>& named) { TakeRules(named, common); },
         "Rules of your own beside the installed ones (FILE.json), or a folder in their place")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false)
      ->trigger_on_parse(false)
      ->take_all();
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  // Not taken apart again: the process ends, and the half that works would copy each page first.
  static CLI::App app(
      "A guard at the gate of a Git repository: refuses leaked credentials and model files that "
      "run\n"
      "code when they are loaded. Exit status: 0 clean, 1 something blocks, 2 could not tell.",
      "picket");
  app.set_version_flag("--version", "picket " PICKET_VERSION);
  app.require_subcommand(1);
  app.fallthrough();

  Invocation invocation;
  AddCommonOptions(app, invocation.common);
#define VERB(name) Add##name(app, invocation);
#include "cli/verbs.def"
#undef VERB

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    // Neither repeats what was typed in the clear: it may be a secret that was pasted.
    const std::vector<std::string> extra = app.remaining();
    const std::string said = extra.empty()
                                 ? std::string(wrong.what())
                                 : "There is no verb or option " + extra.front() + " here";
    std::cerr << "picket: " << Presentable(invocation.common, said)
              << "; picket --help lists what there is.\n";
    return 2;
  }
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') invocation.common.no_color = true;
  try {
    return invocation.run();
  } catch (const Error& error) {
    // Rethrown as what may leave: an error quotes names that come from strangers.
    const std::string said = Presentable(invocation.common, error.what());
    if (invocation.common.line_prefix.empty()) throw Error(said);
    std::cerr << WithPrefix("picket: " + said + "\n", invocation.common.line_prefix);
    return 2;
  }
}

}  // namespace picket
