// `picket install`: hooks into one repository, or into all bare ones below a folder.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "cli/command_line.h"
#include "cli/github_environment.h"
#include "cli/hook_install.h"
#include "cli/hook_target.h"
#include "cli/installation.h"
#include "cli/server_kind.h"

namespace picket {
namespace {

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

// Hooks name this very file: a hook must not depend on whose PATH it runs with.
int RunInstall(const HookTarget& target, bool quiet) {
  const std::string binary = FindBinary();
  if (target.kind == NameOf(ServerKind::kGithub)) {
    const std::vector<std::string> files = MakeGithubEnvironment(target.server, binary);
    if (!quiet) Say("Made " + JoinNames(files) + "; docs/servers/github.md says what to do next.");
    return 0;
  }
  if (!target.recursive) {
    HookPlace place = FindTarget(target);
    HookChanges changes = InstallHooks(place, SideOf(target), binary);
    for (std::string& note : Announce(place, true)) changes.notes.push_back(std::move(note));
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
