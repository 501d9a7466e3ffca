#include "cli/hook_place.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/command.h"
#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// safe.directory guards against what a foreign repository's configuration makes Git run; the
// questions asked here run nothing, and root installs for the user who owns a server's
// repositories.
Command Git(const std::string& directory, std::vector<std::string> arguments) {
  std::vector<std::string> line = {"git", "-c", "safe.directory=*"};
  line.insert(line.end(), arguments.begin(), arguments.end());
  return {.arguments = line, .directory = directory, .environment = {{"LC_ALL", "C"}}};
}

std::string Ask(const std::string& directory, std::vector<std::string> arguments) {
  return RunOrThrow(Git(directory, std::move(arguments)));
}

std::string Absolute(const std::string& base, const std::string& path) {
  return (fs::path(base) / path).lexically_normal().string();
}

void ReadConfigured(const std::string& directory, HookPlace* place) {
  CommandResult answer = Run(
      Git(directory, {"config", "-z", "--show-scope", "--show-origin", "--get", "core.hooksPath"}));
  if (answer.status == 1) return;
  size_t scope = answer.output.find('\0');
  size_t origin = scope == std::string::npos ? scope : answer.output.find('\0', scope + 1);
  if (answer.status != 0 || origin == std::string::npos) {
    throw Error("Git does not tell where core.hooksPath points in " + directory + ": " +
                answer.error);
  }
  place->scope = answer.output.substr(0, scope);
  place->origin = answer.output.substr(scope + 1, origin - scope - 1);
  place->configured = answer.output.substr(origin + 1);
  while (!place->configured.empty() && place->configured.back() == '\0') {
    place->configured.pop_back();
  }
}

bool LooksBare(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path / "HEAD", error)) &&
         fs::is_directory(path / "objects", error) && fs::is_directory(path / "refs", error) &&
         Ask(path.string(), {"rev-parse", "--is-bare-repository"}) == "true";
}

}  // namespace

bool IsForeign(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0 || status.st_uid == geteuid()) return false;
  const char* sudo = geteuid() == 0 ? std::getenv("SUDO_UID") : nullptr;
  return sudo == nullptr || std::to_string(status.st_uid) != sudo;
}

HookPlace FindHooks(const std::string& repository) {
  std::error_code error;
  if (!fs::is_directory(repository, error)) {
    throw Error(repository + " is not a folder; name a Git repository.");
  }
  HookPlace place;
  try {
    place.git_dir = Ask(repository, {"rev-parse", "--absolute-git-dir"});
  } catch (const Error& refused) {
    throw Error(repository + " is no Git repository that this user may use; name one. " +
                refused.what());
  }
  bool bare = Ask(repository, {"rev-parse", "--is-bare-repository"}) == "true";
  if (!bare) place.worktree = Ask(repository, {"rev-parse", "--show-toplevel"});
  // Git runs hooks at the top of the worktree, or in the Git directory of a bare repository; a
  // relative core.hooksPath starts there.
  const std::string& top = bare ? place.git_dir : place.worktree;
  place.common_dir = Absolute(top, Ask(top, {"rev-parse", "--git-common-dir"}));
  place.default_directory = Absolute(place.common_dir, "hooks");
  place.directory = Absolute(top, Ask(top, {"rev-parse", "--git-path", "hooks"}));
  ReadConfigured(top, &place);
  place.foreign = IsForeign(place.common_dir);
  return place;
}

std::vector<std::string> FindBareRepositories(const std::string& root) {
  std::vector<std::string> found;
  std::error_code error;
  if (!fs::is_directory(root, error)) throw Error(root + " is not a folder.");
  if (LooksBare(root)) return {fs::absolute(root).lexically_normal().string()};
  fs::recursive_directory_iterator walk(root, error);
  if (error) throw Error(root + " can't be read: " + error.message() + ".");
  while (walk != fs::recursive_directory_iterator()) {
    const fs::path path = walk->path();
    if (walk->is_directory(error) && !walk->is_symlink(error)) {
      bool git_dir = fs::exists(path / "HEAD", error) && fs::exists(path / "objects", error);
      if (git_dir) walk.disable_recursion_pending();
      if (git_dir && LooksBare(path))
        found.push_back(fs::absolute(path).lexically_normal().string());
    }
    walk.increment(error);
    if (error) throw Error(path.string() + " can't be read: " + error.message() + ".");
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace picket
