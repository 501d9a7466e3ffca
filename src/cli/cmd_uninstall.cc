// `picket uninstall`: the hooks out again, and what was there before back.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "cli/command_line.h"
#include "cli/hook_install.h"
#include "cli/hook_target.h"
#include "cli/server_kind.h"

namespace picket {
namespace {

void Report(const std::vector<HookChanges>& all) {
  bool any = false;
  for (const HookChanges& changes : all) {
    any = any || changes.any();
    std::string restored = changes.restored.empty()
                               ? ""
                               : "; the earlier " + JoinNames(changes.restored) + " put back";
    if (!changes.removed.empty()) {
      Say("Removed " + JoinNames(changes.removed) + " from " + changes.directory + restored + ".");
    } else if (!changes.restored.empty()) {
      Say("Put back the earlier " + JoinNames(changes.restored) + " in " + changes.directory + ".");
    }
    for (const std::string& note : changes.notes) Say(note);
  }
  if (!any) Say("Nothing to remove: none of picket's hooks is in " + all.front().directory + ".");
}

int RunUninstall(const HookTarget& target, bool quiet) {
  if (!target.recursive) {
    const HookPlace place = FindTarget(target);
    std::vector<HookChanges> all = UninstallHooks(place, SideOf(target));
    for (std::string& note : Announce(place, false)) all.back().notes.push_back(std::move(note));
    if (!quiet) Report(all);
    return 0;
  }
  size_t changed = 0;
  int outcome = ForEachServer(target, [&](const HookPlace& place) {
    bool any = false;
    for (const HookChanges& changes : UninstallHooks(place, HookSide::kServer)) {
      any = any || changes.any();
      if (quiet) continue;
      for (const std::string& note : changes.notes) Say(place.git_dir + ": " + note);
    }
    changed += any ? 1 : 0;
  });
  if (!quiet) {
    Say("Removed pre-receive from " + std::to_string(changed) + " bare repositories below " +
        target.server + ".");
  }
  return outcome;
}

}  // namespace

void AddUninstall(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand("uninstall", "Take the hooks out of a repository");
  auto target = std::make_shared<HookTarget>();
  AddTargetOptions(*verb, *target, true);
  verb->callback([target, &invocation] {
    invocation.run = [target, &invocation] {
      return RunUninstall(*target, invocation.common.quiet);
    };
  });
}

}  // namespace picket
