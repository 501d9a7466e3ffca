#include "cli/hook_install.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "cli/hook_shim.h"
#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMadeMark = ".made-by-picket";
constexpr const char* kFolder = "before-picket";

struct KeptPlaces {
  std::string beside;     // <hook>.before-picket
  std::string in_folder;  // before-picket/<hook>
};

KeptPlaces KeptPlacesOf(const std::string& path) {
  fs::path hook(path);
  return {path + ".before-picket", (hook.parent_path() / kFolder / hook.filename()).string()};
}

bool Exists(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0;
}

// True for what an interrupted install left: two names, one file.
bool SameFile(const std::string& one, const std::string& other) {
  struct stat first = {};
  struct stat second = {};
  return lstat(one.c_str(), &first) == 0 && lstat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

[[noreturn]] void Fail(const std::string& what, const std::string& path) {
  throw Error(what + " " + path + " failed: " + std::strerror(errno) + ".");
}

const std::vector<std::string>& NamesOf(HookSide side) {
  return side == HookSide::kLocal ? LocalHooks() : ServerHooks();
}

// What install is about to do to one hook.
struct Step {
  std::string name;
  std::string path;
  std::string text;     // of the shim
  std::string move_to;  // where the hook that is there goes; "" if there is none
  bool make_folder = false;
  bool already = false;
  bool keeps = false;
  bool kept_runs = true;
};

Step PlanStep(const HookPlace& place, const std::string& name, const std::string& binary) {
  const std::string& directory = place.directory;
  Step step;
  step.name = name;
  step.path = PathOfHook(place, name);
  KeptPlaces kept = KeptPlacesOf(step.path);
  HookFile file = ReadHook(step.path);
  bool in_folder = Exists(kept.in_folder);
  if (file.exists && !file.is_shim) {
    if (step.path != directory + "/" + name) {
      throw Error(step.path + " is not picket's; rename it and install again.");
    }
    std::error_code ignored;
    if (fs::is_directory(step.path, ignored)) throw Error(step.path + " is a folder, not a hook.");
    for (const std::string& taken : {kept.beside, kept.in_folder}) {
      if (Exists(taken) && !SameFile(taken, step.path)) {
        throw Error(
            step.path + " is not picket's and " + taken +
            " is there too, so one would be lost; move one of them away and install again.");
      }
    }
    in_folder = UsesOwnName(file.text);
    if (in_folder && UsesOwnFolder(file.text)) {
      throw Error(step.path + " acts by its own name and folder, so it would stop working under " +
                  "another; nothing was changed. Call `picket " + name +
                  " \"$@\"` in it instead, and pass its stdin on.");
    }
    step.move_to = in_folder ? kept.in_folder : kept.beside;
    step.make_folder = in_folder;
    step.kept_runs = file.executable;
  }
  step.text = RenderShim(name, binary, in_folder, place.shim_options);
  step.keeps = !step.move_to.empty() || Exists(kept.beside) || Exists(kept.in_folder);
  step.already = file.is_shim && file.executable && file.text == step.text;
  return step;
}

void WriteShim(const std::string& path, const std::string& text) {
  std::string draft = path + ".picket-new";
  unlink(draft.c_str());
  int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
  if (file < 0) Fail("Writing", draft);
  bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  written = fchmod(file, 0755) == 0 && written;
  written = close(file) == 0 && written;
  if (!written || rename(draft.c_str(), path.c_str()) != 0) {
    int reason = errno;
    unlink(draft.c_str());
    errno = reason;
    Fail("Writing", path);
  }
}

// A hard link first, so that there is no moment without a hook.
void Keep(const std::string& from, const std::string& to) {
  if (SameFile(from, to) || link(from.c_str(), to.c_str()) == 0) return;
  if (errno == EEXIST || rename(from.c_str(), to.c_str()) != 0) Fail("Renaming", from);
}

void Apply(const Step& step) {
  if (step.make_folder) {
    fs::path folder = fs::path(step.move_to).parent_path();
    if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) Fail("Making", folder.string());
  }
  if (!step.move_to.empty()) Keep(step.path, step.move_to);
  WriteShim(step.path, step.text);
}

// A symbolic link stands between the repository and the folder that the hook goes to.
bool LeadsAway(const HookPlace& place) {
  const fs::path top = place.common_dir;
  fs::path folder = fs::path(PathOfHook(place, ServerHooks().front())).parent_path();
  for (; folder != top && folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::is_symlink(fs::symlink_status(folder))) return true;
    if (folder == place.directory && !place.directory.starts_with(place.common_dir + "/")) break;
  }
  return false;
}

void CheckFolder(const HookPlace& place) {
  const std::string& directory = place.directory;
  // Whoever owns the repository must not choose where root writes.
  if (place.foreign && (place.scope == "local" || place.scope == "worktree" || LeadsAway(place))) {
    throw Error("The repository belongs to another user and sends its hooks to " + directory +
                DescribeOrigin(place) + "; install as that user.");
  }
  if (directory == "/dev/null" || (Exists(directory) && !fs::is_directory(directory))) {
    throw Error("Git runs no hooks here: they would come from " + directory +
                DescribeOrigin(place) + ", which is not a folder; unset core.hooksPath and " +
                "install again.");
  }
  for (const fs::path& part : fs::path(directory)) {
    if (part == ".husky") {
      throw Error("husky runs the hooks here, from " + directory + DescribeOrigin(place) +
                  ", and rewrites that folder; nothing was changed. Add these lines to .husky/: " +
                  "`picket pre-commit` to pre-commit, `picket pre-merge-commit` to " +
                  "pre-merge-commit, `picket commit-msg \"$1\"` to commit-msg and " +
                  "`picket pre-push \"$@\"` as the first line of pre-push.");
    }
  }
  fs::path writable = directory;
  while (!fs::exists(writable) && writable.has_relative_path()) writable = writable.parent_path();
  if (access(writable.c_str(), W_OK | X_OK) != 0) {
    throw Error("Hooks run from " + directory + DescribeOrigin(place) + ", and " +
                writable.string() + " can't be written to: " + std::strerror(errno) +
                "; install as a user who may.");
  }
}

void MakeFolder(const HookPlace& place, const std::string& directory) {
  if (fs::is_directory(directory)) return;
  const fs::path above = fs::path(directory).parent_path();
  if (above != directory) MakeFolder(place, above.string());
  std::error_code error;
  if (!fs::create_directory(directory, error) || error) {
    throw Error("The folder " + directory + " can't be made: " + error.message() + ".");
  }
  WriteShim(directory + "/" + kMadeMark, "");
  struct stat owner = {};
  if (geteuid() == 0 && stat(place.common_dir.c_str(), &owner) == 0 &&
      lchown(directory.c_str(), owner.st_uid, owner.st_gid) != 0) {
    Fail("Giving away", directory);
  }
}

void AddNotes(const HookPlace& place, HookSide side, HookChanges* changes) {
  if (place.shared()) {
    changes->notes.push_back("Every repository that reads " + place.origin +
                             " is guarded by these hooks.");
  }
  bool in_worktree = !place.bare() && place.directory.starts_with(place.worktree + "/") &&
                     !place.directory.starts_with(place.common_dir + "/");
  if (in_worktree) {
    changes->notes.push_back("The folder " + place.directory +
                             " is part of the worktree: keep these files out of commits, they name "
                             "this machine's picket.");
  }
  if (side == HookSide::kServer) return;
  for (const char* name : {"lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml"}) {
    if (Exists(place.worktree + "/" + name)) {
      changes->notes.push_back(
          std::string("lefthook may put its own hooks back over these; make "
                      "sure with `picket doctor`, or name picket's verbs in ") +
          name + ".");
    }
  }
}

void RemoveFolders(const std::string& directory) {
  rmdir((directory + "/" + kFolder).c_str());
  std::string mark = directory + "/" + kMadeMark;
  if (!Exists(mark)) return;
  std::error_code error;
  auto entries = fs::directory_iterator(directory, error);
  if (error || std::distance(fs::begin(entries), fs::end(entries)) != 1) return;
  unlink(mark.c_str());
  if (rmdir(directory.c_str()) == 0) RemoveFolders(fs::path(directory).parent_path().string());
}

void UninstallOne(const std::string& path, const std::string& name, HookChanges* changes) {
  HookFile file = ReadHook(path);
  KeptPlaces places = KeptPlacesOf(path);
  std::string kept = Exists(places.beside)      ? places.beside
                     : Exists(places.in_folder) ? places.in_folder
                                                : "";
  if (file.exists && !file.is_shim) {
    if (!kept.empty()) {
      changes->notes.push_back(path +
                               " is not picket's and was left; what was there before picket " +
                               "is still in " + kept + ".");
    }
    return;
  }
  if (!kept.empty()) {
    if (rename(kept.c_str(), path.c_str()) != 0) Fail("Renaming", kept);
    changes->restored.push_back(name);
  } else if (file.exists && unlink(path.c_str()) != 0) {
    Fail("Removing", path);
  }
  if (file.exists) changes->removed.push_back(name);
}

}  // namespace

std::string PathOfHook(const std::string& directory, const std::string& hook) {
  std::string path = directory + "/" + hook;
  std::error_code ignored;
  if (!fs::is_directory(path + ".d", ignored)) return path;
  HookFile dispatcher = ReadHook(path);
  bool dispatches = dispatcher.executable && !dispatcher.is_shim &&
                    dispatcher.text.find(".d") != std::string::npos;
  return dispatches ? path + ".d/picket" : path;
}

std::string PathOfHook(const HookPlace& place, const std::string& hook) {
  return place.server_hook.empty() ? PathOfHook(place.directory, hook) : place.server_hook;
}

std::string DescribeOrigin(const HookPlace& place) {
  if (place.scope.empty()) return "";
  return " (core.hooksPath in the " + place.scope + " configuration, " + place.origin + ")";
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

HookChanges InstallHooks(const HookPlace& place, HookSide side, const std::string& binary) {
  CheckFolder(place);
  std::vector<Step> steps;
  for (const std::string& name : NamesOf(side)) {
    steps.push_back(PlanStep(place, name, binary));
  }
  HookChanges changes;
  changes.directory = place.directory;
  MakeFolder(place, place.directory);
  for (const Step& step : steps) {
    if (!step.already) Apply(step);
    (step.already ? changes.unchanged : changes.written).push_back(step.name);
    if (step.keeps && step.kept_runs) changes.kept.push_back(step.name);
    if (!step.kept_runs) {
      changes.notes.push_back("The earlier " + step.name +
                              " is not executable, so Git did not run it, and it is not run now.");
    }
  }
  AddNotes(place, side, &changes);
  return changes;
}

std::vector<HookChanges> UninstallHooks(const HookPlace& place, HookSide side) {
  std::vector<std::string> folders = {place.directory};
  if (place.default_directory != place.directory) folders.push_back(place.default_directory);
  std::vector<HookChanges> all;
  for (const std::string& folder : folders) {
    HookChanges changes;
    changes.directory = folder;
    for (const std::string& name : NamesOf(side)) {
      if (!place.server_hook.empty()) {
        UninstallOne(place.server_hook, name, &changes);
        continue;
      }
      UninstallOne(folder + "/" + name, name, &changes);
      std::error_code ignored;
      if (fs::is_directory(folder + "/" + name + ".d", ignored)) {
        UninstallOne(folder + "/" + name + ".d/picket", name, &changes);
      }
    }
    RemoveFolders(folder);
    if (place.shared() && folder == place.directory && changes.any()) {
      changes.notes.push_back("No repository that reads " + place.origin +
                              " is guarded by these hooks any more.");
    }
    all.push_back(changes);
  }
  return all;
}

}  // namespace picket
