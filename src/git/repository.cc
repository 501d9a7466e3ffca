#include "git/repository.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/error.h"
#include "git/alternates.h"
#include "git/config_file.h"
#include "git/layout_files.h"
#include "git/ref_files.h"
#include "git/repository_format.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// nullptr where the variable is not set; set and empty is set.
const char* Environment(const char* name) { return std::getenv(name); }

std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// Absolute and free of links, or `path` itself where it does not exist.
std::string RealPath(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) == nullptr ? WithoutSlash(path) : std::string(resolved);
}

std::vector<ObjectId> ReadIdFile(const std::string& path, size_t id_bytes) {
  std::optional<std::vector<ObjectId>> ids =
      ParseIdFile(ReadLayoutFile(path).value_or(""), id_bytes);
  if (ids) return std::move(*ids);
  throw Error("The file " + path +
              " holds a line that is no object id of this repository. Restore it, or remove it "
              "where it is stale.");
}

// Where the configuration, the objects and most refs are: gitrepository-layout(5), commondir.
std::string CommonDirectory(const std::string& git_dir) {
  const std::string file = git_dir + "/commondir";
  const std::optional<std::string> text = ReadLayoutFile(file);
  if (!text) return git_dir;
  const std::optional<std::string> path = ParsePathFile(*text);
  if (!path) throw Error("The file " + file + " names no directory. Restore it.");
  return RealPath(path->starts_with('/') ? *path : git_dir + "/" + *path);
}

// What a path that names a Git directory leads to: itself, or where the file says that stands in
// its place (gitrepository-layout(5), gitfile).
std::string FollowGitFile(const std::string& path) {
  std::error_code code;
  if (!fs::is_regular_file(path, code)) return path;
  const std::optional<std::string> named = ParseGitFile(ReadLayoutFile(path).value_or(""));
  if (!named)
    throw Error("The file " + path +
                " stands where a Git directory is due and names none. Check "
                "GIT_DIR.");
  return named->starts_with('/') ? *named : fs::path(path).parent_path().string() + "/" + *named;
}

bool IsGitDirectory(const std::string& path) {
  std::error_code code;
  // A broken symbolic link is a HEAD too.
  if (!fs::exists(fs::symlink_status(path + "/HEAD", code))) return false;
  const std::string common = CommonDirectory(RealPath(path));
  return fs::is_directory(common + "/objects", code) && fs::is_directory(common + "/refs", code);
}

// As Git looks for it from `start` upwards: a .git of either kind, or the directory itself.
std::string Discover(const std::string& start) {
  std::string at = RealPath(start);
  while (true) {
    const std::string link = at + "/.git";
    const std::string inner = FollowGitFile(link);
    if (IsGitDirectory(inner)) return inner;
    // Git does not look further up either: that would be another repository.
    if (inner != link)
      throw Error("The file " + link + " names " + inner +
                  ", which is no Git directory. Correct it, or restore what it names.");
    if (IsGitDirectory(at)) return at;
    if (at == "/" || at.empty()) break;
    at = WithoutSlash(fs::path(at).parent_path().string());
  }
  throw Error("No Git repository was found at " + start +
              " or above it. Name a repository, or run this inside one.");
}

// The repository's own settings, as far as they say how it is to be opened.
std::vector<ConfigEntry> ReadOwnConfig(const std::string& git_dir, const std::string& common_dir) {
  std::vector<ConfigEntry> entries = ReadConfigFile(common_dir + "/config");
  const ConfigEntry* of_worktree = FindSetting(entries, "extensions.worktreeconfig");
  if (of_worktree == nullptr || !IsTrue(*of_worktree)) return entries;
  for (ConfigEntry& entry : ReadConfigFile(git_dir + "/config.worktree"))
    entries.push_back(std::move(entry));
  return entries;
}

// Where the files are if the environment does not say; "" for a bare repository. `start` is where
// the search for the repository began, "" where nothing was searched.
std::string WorktreeOf(const std::string& git_dir, const std::string& common_dir,
                       const std::string& start, std::span<const ConfigEntry> own) {
  const std::string parent = fs::path(git_dir).parent_path().string();
  if (git_dir != common_dir) {
    // A linked one: "gitdir" names the .git file in it.
    std::string link = ParsePathFile(ReadLayoutFile(git_dir + "/gitdir").value_or("")).value_or("");
    if (!link.starts_with('/')) link = git_dir + "/" + link;
    return RealPath(fs::path(link).parent_path().string());
  }
  const ConfigEntry* bare = FindSetting(own, "core.bare");
  if (bare != nullptr && IsTrue(*bare)) return "";
  if (const ConfigEntry* set = FindSetting(own, "core.worktree"); set != nullptr && set->value)
    return RealPath(set->value->starts_with('/') ? *set->value : git_dir + "/" + *set->value);
  if (fs::path(git_dir).filename() == ".git") return parent;
  for (std::string at = start.empty() ? "" : RealPath(start); !at.empty();) {
    std::error_code code;
    if (fs::is_regular_file(at + "/.git", code) && RealPath(FollowGitFile(at + "/.git")) == git_dir)
      return at;
    at = at == "/" ? "" : fs::path(at).parent_path().string();
  }
  return bare == nullptr ? "" : parent;
}

// Only the repository's own configuration is asked: one in the home directory must not turn lost
// objects into promised ones.
bool NamesPromisor(std::span<const ConfigEntry> own) {
  return std::any_of(own.begin(), own.end(), [](const ConfigEntry& entry) {
    const std::string_view name = entry.name;
    return name == "extensions.partialclone" ||
           (name.starts_with("remote.") && name.ends_with(".promisor") && IsTrue(entry));
  });
}

bool IsOwn(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return false;
  uid_t user = geteuid();
  if (user == 0 && info.st_uid != 0) {
    // Under sudo the files of the one who called it are as good as root's: git-config(1),
    // safe.directory.
    const char* caller = Environment("SUDO_UID");
    char* end = nullptr;
    unsigned long id = caller == nullptr ? 0 : std::strtoul(caller, &end, 10);
    if (caller == nullptr || end == caller || *end != '\0') return false;
    user = static_cast<uid_t>(id);
  }
  return info.st_uid == user;
}

// Whether the system's and the user's configuration vouch for `directory`. The repository's own is
// not asked: it is what is in doubt. An empty value forgets those before it.
bool IsVouchedFor(const std::string& directory) {
  bool safe = false;
  for (const ConfigEntry& entry : ReadUserConfig()) {
    if (entry.name != "safe.directory") continue;
    std::string value = entry.value.value_or("");
    if (value.starts_with("~/")) {
      const char* home = Environment("HOME");
      value = (home == nullptr ? "" : home) + value.substr(1);
    }
    if (value.empty()) {
      safe = false;
    } else if (value == "*") {
      safe = true;
    } else if (value.ends_with("/*")) {
      safe |= directory.starts_with(value.substr(0, value.size() - 1));
    } else {
      safe |= directory == value || directory == RealPath(value);
    }
  }
  return safe;
}

void CheckOwner(const Repository& repository) {
  bool own = IsOwn(repository.git_dir());
  if (!repository.worktree().empty()) {
    // With core.worktree set there may be no .git beside the files.
    std::string link = repository.worktree() + "/.git";
    struct stat info {};
    own = own && IsOwn(repository.worktree()) && (lstat(link.c_str(), &info) != 0 || IsOwn(link));
  }
  const std::string& place =
      repository.worktree().empty() ? repository.git_dir() : repository.worktree();
  if (own || IsVouchedFor(place)) return;
  throw Error("The repository at " + place +
              " belongs to another user, so Git and picket don't trust its configuration. Vouch "
              "for it with: git config --global --add safe.directory " +
              place);
}

}  // namespace

std::unique_ptr<Repository> Repository::Open(const std::string& path, bool search, bool in_hook) {
  const std::string git_dir = RealPath(search ? Discover(path) : FollowGitFile(path));
  std::unique_ptr<Repository> repository(new Repository);
  repository->git_dir_ = git_dir;
  repository->common_dir_ = CommonDirectory(git_dir);
  repository->temporary_dir_ = git_dir;
  const std::vector<ConfigEntry> own = ReadOwnConfig(git_dir, repository->common_dir_);
  repository->has_promisor_ = NamesPromisor(own);
  repository->worktree_ = WorktreeOf(git_dir, repository->common_dir_, search ? path : "", own);
  const RepositoryFormat format = FormatOf(own);
  repository->reads_head_ = RefFilesServe(format);
  repository->reads_ref_files_ = repository->reads_head_ && git_dir == repository->common_dir_;
  if (!Libgit2Serves(format)) {
    repository->lists_ = OpenByPlumbing(git_dir, in_hook, format);
  } else if (repository->reads_head_ && IsGitDirectory(git_dir)) {
    repository->lists_ = OpenByLibgit2Later(git_dir, repository->common_dir_);
  } else {
    repository->lists_ = OpenByLibgit2(git_dir);
  }
  return repository;
}

std::unique_ptr<Repository> Repository::OpenForHook() {
  const char* git_dir = Environment("GIT_DIR");
  std::unique_ptr<Repository> repository =
      git_dir == nullptr ? Open(".", true, true) : Open(git_dir, false, true);
  if (const char* common = Environment("GIT_COMMON_DIR"); common != nullptr && *common != '\0') {
    if (RealPath(common) != repository->common_dir_)
      throw Error("GIT_COMMON_DIR names " + std::string(common) + ", but the repository at " +
                  repository->git_dir_ + " has its common files in " + repository->common_dir_ +
                  ". Unset GIT_COMMON_DIR.");
  }
  if (const char* worktree = Environment("GIT_WORK_TREE"); worktree != nullptr && *worktree != '\0')
    repository->worktree_ = RealPath(worktree);
  repository->ReadObjectDirectories(true);
  repository->ReadShallow("GIT_SHALLOW_FILE");
  repository->LookForPromisorPacks();
  return repository;
}

std::unique_ptr<Repository> Repository::OpenAt(const std::string& path) {
  std::unique_ptr<Repository> repository = Open(path, true, false);
  CheckOwner(*repository);
  repository->ReadObjectDirectories(false);
  repository->ReadShallow(nullptr);
  repository->LookForPromisorPacks();
  return repository;
}

Repository::~Repository() = default;

void Repository::ReadObjectDirectories(bool from_environment) {
  // The main directory stays first although Git searches the quarantine first: every object has one
  // content, and most that are asked for are old.
  std::vector<std::string> roots = {common_dir_ + "/objects"};
  if (from_environment) {
    if (const char* quarantine = Environment("GIT_OBJECT_DIRECTORY"); quarantine != nullptr) {
      roots.push_back(RealPath(quarantine));
      if (Environment("GIT_QUARANTINE_PATH") != nullptr) temporary_dir_ = roots.back();
    }
    if (const char* list = Environment("GIT_ALTERNATE_OBJECT_DIRECTORIES"); list != nullptr)
      for (std::string& entry : ParseAlternates(list, ':', "GIT_ALTERNATE_OBJECT_DIRECTORIES"))
        roots.push_back(std::move(entry));
  }
  object_dirs_ = ResolveObjectDirectories(roots);
  packs_ = std::make_unique<PackStore>(object_dirs_, id_bytes());
  if (temporary_dir_ == git_dir_) return;
  std::vector<std::string> old = object_dirs_;
  std::erase(old, temporary_dir_);
  old_packs_ = std::make_unique<PackStore>(std::move(old), id_bytes());
}

bool Repository::IsShallowDraft(const std::string& path) const {
  const fs::path file = path;
  const std::string folder = RealPath(file.parent_path().string());
  return (folder == git_dir_ || folder == common_dir_) &&
         file.filename().string().starts_with("shallow_");
}

void Repository::ReadShallow(const char* file_variable) {
  std::string path = common_dir_ + "/shallow";
  if (file_variable != nullptr) {
    // Set and empty says that nothing is shallow; Git does that too.
    if (const char* named = Environment(file_variable); named != nullptr) {
      // receive-pack names a draft beside its own list. Another name is the client's.
      const bool receives = Environment("GIT_QUARANTINE_PATH") != nullptr;
      if (!receives || IsShallowDraft(named)) path = named;
    }
  }
  if (path.empty()) return;
  for (const ObjectId& id : ReadIdFile(path, id_bytes())) shallow_.insert(id);
}

void Repository::LookForPromisorPacks() {
  for (const std::string& directory : object_dirs_) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(directory + "/pack", code))
      if (entry.path().extension() == ".promisor") has_promisor_ = true;
  }
}

void Repository::KeepRefs() {
  if (kept_refs_) return;
  std::optional<ObjectId> head;
  std::vector<Ref> refs = Refs(&head);
  kept_refs_.emplace(std::move(refs), head);
}

std::vector<Ref> Repository::Refs() const {
  std::optional<ObjectId> head;
  return Refs(&head);
}

std::vector<Ref> Repository::Refs(std::optional<ObjectId>* head) const {
  if (kept_refs_) {
    *head = kept_refs_->second;
    return kept_refs_->first;
  }
  std::optional<RefList> read;
  if (reads_ref_files_) read = TryReadRefFiles(common_dir_, id_bytes());
  RefList list = read ? std::move(*read) : lists_->Refs();
  std::vector<Ref>& refs = list.refs;
  const auto by_name = [](const Ref& a, const Ref& b) { return a.name < b.name; };
  if (!std::is_sorted(refs.begin(), refs.end(), by_name))
    std::sort(refs.begin(), refs.end(), by_name);
  if (list.head_branch.empty()) {
    *head = Resolve("HEAD");
    if (*head) refs.insert(refs.begin(), {"HEAD", **head});
    return std::move(refs);
  }
  const auto at = std::lower_bound(refs.begin(), refs.end(), Ref{list.head_branch, {}}, by_name);
  *head =
      at != refs.end() && at->name == list.head_branch ? std::optional(at->target) : std::nullopt;
  return std::move(refs);
}

std::optional<ObjectId> Repository::Resolve(std::string_view ref) const {
  if (reads_head_ && ref == "HEAD")
    if (const std::optional<HeadFile> head = TryReadHead(git_dir_, common_dir_, id_bytes()))
      return head->target;
  return lists_->Resolve(std::string(ref));
}

std::vector<ObjectId> Repository::MergeHeads() const {
  return ReadIdFile(git_dir_ + "/MERGE_HEAD", id_bytes());
}

const std::vector<ConfigEntry>& Repository::Configuration() const {
  std::call_once(configuration_once_, [this] { configuration_ = lists_->Configuration(); });
  return configuration_;
}

std::vector<std::string> Repository::ConfigStrings(const std::string& key) const {
  std::vector<std::string> values;
  for (const ConfigEntry& entry : Configuration())
    if (entry.name == key) values.push_back(entry.value.value_or(""));
  return values;
}

std::vector<std::string> Repository::Remotes() const {
  constexpr std::string_view kSection = "remote.";
  std::vector<std::string> remotes;
  for (const ConfigEntry& entry : Configuration()) {
    const std::string_view name = entry.name;
    const size_t last = name.rfind('.');
    if (!name.starts_with(kSection) || last <= kSection.size()) continue;
    const std::string_view key = name.substr(last);
    if (key == ".url" || key == ".pushurl")
      remotes.emplace_back(name.substr(kSection.size(), last - kSection.size()));
  }
  std::sort(remotes.begin(), remotes.end());
  remotes.erase(std::unique(remotes.begin(), remotes.end()), remotes.end());
  return remotes;
}

std::unique_ptr<ObjectDatabase> Repository::NewDatabaseOfOldObjects() const {
  return old_packs_ == nullptr ? nullptr : std::make_unique<ObjectDatabase>(*old_packs_);
}

std::unique_ptr<ObjectDatabase> Repository::NewObjectDatabase() const {
  return std::make_unique<ObjectDatabase>(*packs_);
}

}  // namespace picket
