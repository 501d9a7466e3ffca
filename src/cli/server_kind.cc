#include "cli/server_kind.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/command.h"
#include "cli/hook_install.h"
#include "cli/hook_shim.h"
#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// GitLab shows lines that begin so in its own pages too, and no others.
constexpr char kGitlabOptions[] = "--line-prefix 'GL-HOOK-ERR: '";

constexpr std::array<std::pair<std::string_view, ServerKind>, 9> kKinds = {{
    {"plain", ServerKind::kPlain},
    {"gitea", ServerKind::kGitea},
    {"forgejo", ServerKind::kGitea},
    {"soft-serve", ServerKind::kSoftServe},
    {"gogs", ServerKind::kGogs},
    {"gitlab", ServerKind::kGitlab},
    {"gitolite", ServerKind::kGitolite},
    {"bitbucket", ServerKind::kBitbucket},
    {"github", ServerKind::kGithub},
}};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsRepository(const std::string& directory) {
  std::error_code error;
  return fs::is_regular_file(directory + "/HEAD", error) &&
         fs::is_directory(directory + "/objects", error);
}

// Gitaly names repositories by a hash below one of these, and older versions wrote a section.
bool IsGitalys(const std::string& repository) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(repository, error);
  for (const fs::path& part : path) {
    if (part == "@hashed" || part == "@snippets" || part == "@groups" || part == "@pools" ||
        part == "@cluster") {
      return true;
    }
  }
  return Contains(ReadHook(repository + "/config").text, "[gitlab]");
}

// A folder of a server's own, that is no repository.
HookPlace PlaceIn(const std::string& directory, const std::string& hook) {
  std::error_code error;
  const fs::path root = fs::absolute(directory, error).lexically_normal();
  if (error || !fs::is_directory(root, error)) throw Error(directory + " is not a folder.");
  HookPlace place;
  place.git_dir = root.string();
  if (place.git_dir.ends_with('/')) place.git_dir.pop_back();
  place.common_dir = place.git_dir;
  place.server_hook = place.git_dir + "/" + hook;
  place.directory = fs::path(place.server_hook).parent_path().string();
  place.default_directory = place.directory;
  place.foreign = IsForeign(place.git_dir);
  return place;
}

// A place of the server's inside a repository, beside hooks/.
HookPlace PlaceInRepository(const std::string& repository, const std::string& hook) {
  const HookPlace found = FindHooks(repository);
  if (!found.bare()) {
    throw Error(repository + " has a worktree, and --server is for bare repositories; use --repo.");
  }
  HookPlace place = PlaceIn(found.git_dir, hook);
  place.foreign = found.foreign;
  return place;
}

HookPlace FindDispatched(const std::string& repository, ServerKind kind) {
  HookPlace place = FindHooks(repository);
  const std::string ours = PathOfHook(place.directory, "pre-receive");
  if (!ours.ends_with(".d/picket")) {
    throw Error("The pre-receive of " + repository + " does not run the folder pre-receive.d, so " +
                (kind == ServerKind::kGitea
                     ? std::string("a hook there would never run; have Gitea or Forgejo write its "
                                   "hooks (`gitea admin regenerate hooks`) and install again.")
                     : std::string("a hook there would never run; start soft-serve once, which "
                                   "writes its hooks, and install again.")));
  }
  place.server_hook = ours;
  place.directory = fs::path(ours).parent_path().string();
  place.default_directory = place.directory;
  return place;
}

HookPlace FindGitlab(const std::string& directory) {
  HookPlace place = IsRepository(directory)
                        ? PlaceInRepository(directory, "custom_hooks/pre-receive.d/picket")
                        : PlaceIn(directory, "pre-receive.d/picket");
  place.shim_options = kGitlabOptions;
  return place;
}

Command Gitolite(const std::string& home, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "gitolite");
  return {.arguments = std::move(arguments),
          .directory = home,
          .environment = {{"HOME", home}, {"LC_ALL", "C"}}};
}

HookPlace FindGitolite(const std::string& directory) {
  HookPlace home = PlaceIn(directory, "");
  if (home.foreign) {
    throw Error(home.git_dir +
                " belongs to another user, whose .gitolite.rc is a program that is "
                "not for you to run; install as that user, with its own HOME.");
  }
  std::error_code error;
  if (!fs::exists(home.git_dir + "/.gitolite.rc", error)) {
    throw Error("There is no .gitolite.rc in " + home.git_dir +
                "; name the home of the user that gitolite runs as.");
  }
  const CommandResult asked = Run(Gitolite(home.git_dir, {"query-rc", "-n", "LOCAL_CODE"}));
  if (asked.status != 0 || !asked.output.starts_with('/')) {
    throw Error(
        "gitolite has no LOCAL_CODE here, and hooks for all repositories belong there; "
        "take the # off the line `LOCAL_CODE => \"$ENV{HOME}/local\",` in " +
        home.git_dir + "/.gitolite.rc and install again.");
  }
  HookPlace place = home;
  place.server_hook = asked.output + "/hooks/common/pre-receive";
  place.directory = asked.output + "/hooks/common";
  place.default_directory = place.directory;
  place.gitolite_home = home.git_dir;
  return place;
}

}  // namespace

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kKinds) names.emplace_back(name);
  return names;
}

ServerKind KindNamed(std::string_view name) {
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  throw Error("There is no kind of server named " + std::string(name) + "; picket knows " +
              JoinNames(KindNames()) + ".");
}

std::string_view NameOf(ServerKind kind) {
  return std::find_if(kKinds.begin(), kKinds.end(),
                      [kind](const auto& known) { return known.second == kind; })
      ->first;
}

ServerKind DetectKind(const std::string& directory) {
  std::error_code error;
  if (fs::exists(directory + "/.gitolite.rc", error)) return ServerKind::kGitolite;
  if (!IsRepository(directory)) {
    const bool hooks = fs::path(directory).filename() == "custom_hooks" ||
                       fs::path(directory).parent_path().filename() == "custom_hooks";
    return hooks ? ServerKind::kGitlab : ServerKind::kPlain;
  }
  if (IsGitalys(directory)) return ServerKind::kGitlab;
  const HookFile hook = ReadHook(directory + "/hooks/pre-receive");
  if (hook.is_shim) return ServerKind::kPlain;
  if (Contains(hook.text, "gogs")) return ServerKind::kGogs;
  if (Contains(hook.text, "soft-serve")) return ServerKind::kSoftServe;
  const bool dispatched = PathOfHook(directory + "/hooks", "pre-receive").ends_with(".d/picket");
  return dispatched ? ServerKind::kGitea : ServerKind::kPlain;
}

bool IsPerRepository(ServerKind kind) {
  return kind == ServerKind::kPlain || kind == ServerKind::kGitea ||
         kind == ServerKind::kSoftServe || kind == ServerKind::kGogs || kind == ServerKind::kGitlab;
}

HookPlace FindServerHook(const std::string& directory, ServerKind kind) {
  switch (kind) {
    case ServerKind::kPlain: break;
    case ServerKind::kGitea: return FindDispatched(directory, kind);
    case ServerKind::kSoftServe: {
      if (IsRepository(directory)) return FindDispatched(directory, kind);
      throw Error(
          "soft-serve runs a hook for all repositories, and goes on whatever its end; only "
          "those of the repositories themselves can refuse. Name its repos folder, with "
          "--recursive.");
    }
    case ServerKind::kGogs: return PlaceInRepository(directory, "custom_hooks/pre-receive");
    case ServerKind::kGitlab: return FindGitlab(directory);
    case ServerKind::kGitolite: return FindGitolite(directory);
    case ServerKind::kBitbucket: return PlaceIn(directory, "picket-pre-receive");
    case ServerKind::kGithub: {
      throw Error(
          "GitHub Enterprise Server takes an environment and a script, and no hook in a "
          "folder; `picket install --kind github` makes both, and the appliance removes "
          "them.");
    }
  }
  HookPlace place = FindHooks(directory);
  if (!place.bare()) {
    throw Error(directory + " has a worktree, and --server is for bare repositories; use --repo.");
  }
  return place;
}

std::vector<std::string> Announce(const HookPlace& place, bool installed) {
  if (place.gitolite_home.empty()) return {};
  RunOrThrow(Gitolite(place.gitolite_home, {"setup", "--hooks-only"}));
  if (installed) {
    return {"gitolite has linked it into every repository, and will into new ones."};
  }
  // Links that lead nowhere run nothing, but look like guards.
  std::string base = RunOrThrow(Gitolite(place.gitolite_home, {"query-rc", "-n", "GL_REPO_BASE"}));
  if (!base.starts_with('/')) base = place.gitolite_home + "/" + base;
  for (const std::string& repository : FindBareRepositories(base)) {
    for (const char* name : {"pre-receive", "pre-receive.before-picket"}) {
      const fs::path link = repository + "/hooks/" + name;
      std::error_code error;
      const fs::path target = fs::read_symlink(link, error);
      if (!error && target.parent_path() == place.directory && !fs::exists(link, error)) {
        unlink(link.c_str());
      }
    }
  }
  return {"gitolite has taken its links out of the repositories."};
}

}  // namespace picket
