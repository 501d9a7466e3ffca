#include "cli/hook_target.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/command_line.h"
#include "cli/presentable.h"
#include "core/error.h"

namespace picket {

void AddTargetOptions(CLI::App& verb, HookTarget& target, bool with_recursive) {
  CLI::Option* repo =
      verb.add_option("--repo", target.repo, "The local hooks of this repository (default: .)");
  CLI::Option* server =
      verb.add_option("--server", target.server, "pre-receive in this bare repository");
  repo->type_name("DIR")->excludes(server);
  server->type_name("DIR");
  verb.add_option("--kind", target.kind, "What serves it, where that can't be told from DIR")
      ->check(CLI::IsMember(KindNames()))
      ->needs(server);
  if (with_recursive) {
    verb.add_flag("--recursive", target.recursive, "Every bare repository at or below --server")
        ->needs(server);
  }
}

ServerKind KindOf(const HookTarget& target, const std::string& directory) {
  return target.kind.empty() ? DetectKind(directory) : KindNamed(target.kind);
}

HookPlace FindTarget(const HookTarget& target) {
  const std::string& named = target.server.empty() ? target.repo : target.server;
  const std::string path = named.empty() ? "." : named;
  if (target.server.empty()) {
    HookPlace place = FindHooks(path);
    if (!place.bare()) return place;
    throw Error(path +
                " is a bare repository; name it with --server to guard what is pushed to it.");
  }
  const ServerKind kind = KindOf(target, path);
  if (kind != ServerKind::kPlain) return FindServerHook(path, kind);
  try {
    FindHooks(path);
  } catch (const Error& error) {
    if (FindBareRepositories(path).empty()) throw;
    throw Error(path +
                " is not a repository, but there are some below it; name one of them"
                " (install and uninstall do them all with --recursive).");
  }
  return FindServerHook(path, kind);
}

HookSide SideOf(const HookTarget& target) {
  return target.server.empty() ? HookSide::kLocal : HookSide::kServer;
}

int ForEachServer(const HookTarget& target, const std::function<void(const HookPlace&)>& change) {
  std::vector<std::string> repositories = FindBareRepositories(target.server);
  if (repositories.empty()) {
    throw Error("There is no bare repository at or below " + target.server + ".");
  }
  if (!target.kind.empty() && !IsPerRepository(KindNamed(target.kind))) {
    throw Error("One hook serves all repositories of " + target.kind +
                ", so --recursive has no meaning there; leave it out.");
  }
  int outcome = 0;
  for (const std::string& repository : repositories) {
    try {
      change(FindServerHook(repository, KindOf(target, repository)));
    } catch (const Error& error) {
      std::fprintf(stderr, "picket: %s: %s\n", Presentable(CommonOptions(), repository).c_str(),
                   Presentable(CommonOptions(), error.what()).c_str());
      outcome = 2;
    }
  }
  return outcome;
}

void Say(const std::string& sentence) {
  std::fprintf(stdout, "picket: %s\n", Presentable(CommonOptions(), sentence).c_str());
}

}  // namespace picket
