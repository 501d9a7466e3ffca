#include "cli/github_environment.h"

#include <filesystem>
#include <system_error>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/files.h"
#include "cli/installation.h"
#include "core/error.h"
#include "git/repository.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr char kScript[] = "github-environment.sh";

// Where `picket` stands in the environment.
constexpr char kHook[] =
    "#!/bin/sh\n"
    "# picket's pre-receive for GitHub Enterprise Server, in the environment made beside it.\n"
    "exec /usr/local/bin/picket pre-receive\n";

}  // namespace

std::vector<std::string> MakeGithubEnvironment(const std::string& directory,
                                               const std::string& binary) {
  const RuleFolders rules = FindRules(CommonOptions());
  const fs::path share = fs::path(rules.patterns).parent_path();
  const std::string script = (share / "servers" / kScript).string();
  std::error_code error;
  if (!fs::exists(script, error)) {
    throw Error("The script " + script + " is not there; run install.sh again.");
  }
  if (rules.compiled.empty() || !fs::exists(rules.compiled_secrets(), error)) {
    throw Error("The rules beside " + binary +
                " are not compiled, and compiling them takes longer "
                "than the appliance waits; run `picket rules compile` first.");
  }
  const fs::path folder = fs::absolute(directory).lexically_normal();
  const std::string archive = (folder / "picket-environment.tar.gz").string();
  const std::string hook = (folder / "pre-receive.sh").string();
  RunOrThrow({.arguments = {"sh", script, binary, share.string(), archive, Libgit2File()},
              .directory = "",
              .environment = {}});
  ReplaceFile(hook, kHook);
  fs::permissions(hook, fs::perms(0755), error);
  if (error) throw Error(hook + " can't be made executable: " + error.message() + ".");
  return {archive, hook};
}

}  // namespace picket
