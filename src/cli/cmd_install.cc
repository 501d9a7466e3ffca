// `picket install`: hooks into one repository, or into all bare ones below a folder.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/command_line.h"
#include "cli/hook_install.h"
#include "cli/hook_target.h"
#include "core/error.h"

namespace picket {
namespace {

// Hooks name this very file: a hook must not depend on whose PATH it runs with.
std::string OwnBinary() {
  std::error_code error;
  std::filesystem::path binary = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw Error("picket can't tell where it is installed: " + error.message() + ".");
  return binary.string();
}

void Report(const HookPlace& place, const HookChanges& changes) {
  std::string where = changes.directory + DescribeOrigin(place);
  std::string kept =
      changes.kept.empty() ? "" : "; the earlier " + JoinNames(changes.kept) + " kept, and run too";
  if (changes.any()) {
    Say("Installed " + JoinNames(changes.written) + " in " + where + kept + ".");
  } else {
    Say("Nothing to change: " + JoinNames(changes.unchanged) + " in " + where + " already" + kept +
        ".");
  }
  for (const std::string& note : changes.notes) Say(note);
}

int RunInstall(const HookTarget& target, bool quiet) {
  const std::string binary = OwnBinary();
  if (!target.recursive) {
    HookPlace place = FindTarget(target);
    HookChanges changes = InstallHooks(place, SideOf(target), binary);
    if (!quiet) Report(place, changes);
    return 0;
  }
  size_t written = 0;
  size_t already = 0;
  int outcome = ForEachServer(target, [&](const HookPlace& place) {
    HookChanges changes = InstallHooks(place, HookSide::kServer, binary);
    ++(changes.any() ? written : already);
    if (quiet) return;
    for (const std::string& note : changes.notes) Say(place.git_dir + ": " + note);
  });
  if (!quiet) {
    Say("Installed pre-receive in " + std::to_string(written) + " bare repositories below " +
        target.server + "; " + std::to_string(already) + " had it already.");
  }
  return outcome;
}

}  // namespace

void AddInstall(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand("install", "Put the hooks into a repository");
  auto target = std::make_shared<HookTarget>();
  AddTargetOptions(*verb, *target, true);
  verb->callback([target, &invocation] {
    invocation.run = [target, &invocation] { return RunInstall(*target, invocation.common.quiet); };
  });
}

}  // namespace picket
