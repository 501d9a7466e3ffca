// `picket doctor`: do the hooks that are in force here protect?
#include <CLI/CLI.hpp>
#include <memory>
#include <set>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/hook_shim.h"
#include "cli/hook_target.h"
#include "cli/hook_trial.h"
#include "core/error.h"
#include "sandbox/sandbox.h"

namespace picket {
namespace {

std::string Word(Protection protection) {
  switch (protection) {
    case Protection::kProtects: return "ok";
    case Protection::kDoesNot: return "DOES NOT PROTECT";
    case Protection::kUnknown: break;
  }
  return "could not tell";
}

// The last line that a question to `binary` is answered with.
std::string Ask(const std::string& binary, std::vector<std::string> question) {
  question.insert(question.begin(), binary);
  try {
    std::string answer = RunOrThrow({.arguments = question, .directory = "", .environment = {}});
    return answer.substr(answer.find_last_of('\n') + 1);
  } catch (const Error& error) {
    return error.what();
  }
}

// Shims that Git never looks at, because core.hooksPath sends it elsewhere.
void ReportShadowed(const HookPlace& place, HookSide side) {
  if (place.directory == place.default_directory) return;
  std::vector<std::string> dead;
  for (const std::string& hook : side == HookSide::kLocal ? LocalHooks() : ServerHooks()) {
    if (ReadHook(place.default_directory + "/" + hook).is_shim) dead.push_back(hook);
  }
  if (dead.empty()) return;
  Say("Git never runs " + JoinNames(dead) + " in " + place.default_directory +
      DescribeOrigin(place) + ": run `picket install` again.");
}

int RunDoctor(const HookTarget& target, bool quiet) {
  const HookPlace place = FindTarget(target);
  const HookSide side = SideOf(target);
  if (place.foreign) {
    throw Error("The repository at " + place.git_dir +
                " belongs to another user, whose hooks are " +
                "not for you to run; run `picket doctor` as that user.");
  }
  std::vector<HookReport> reports = TryHooks(place, side);
  bool all_protect = true;
  bool any_open = false;
  std::set<std::string> binaries;
  for (const HookReport& report : reports) {
    all_protect = all_protect && report.protection == Protection::kProtects;
    any_open = any_open || report.protection == Protection::kDoesNot;
    if (!report.binary.empty()) binaries.insert(report.binary);
  }
  if (!quiet || !all_protect) {
    Say("This is " PICKET_VERSION "; Git runs hooks from " + place.directory +
        DescribeOrigin(place) + ".");
    for (const std::string& binary : binaries) {
      Say("The hooks run " + binary + ": " + Ask(binary, {"--version"}) + ", " +
          Ask(binary, {"rules", "list"}) + ".");
    }
    bool works = false;
    Say(TrySandbox(&works));
    ReportShadowed(place, side);
    for (const HookReport& report : reports) {
      Say(report.hook + ": " + Word(report.protection) + ". " + report.sentence);
    }
  }
  if (any_open) return 1;
  return all_protect ? 0 : 2;
}

}  // namespace

void AddDoctor(CLI::App& app, Invocation& invocation) {
  CLI::App* verb =
      app.add_subcommand("doctor", "Plant a leak in a scratch repository and see it refused");
  auto target = std::make_shared<HookTarget>();
  AddTargetOptions(*verb, *target, false);
  verb->callback([target, &invocation] {
    invocation.run = [target, &invocation] { return RunDoctor(*target, invocation.common.quiet); };
  });
}

}  // namespace picket
