#include "git/repository.h"

#include <git2.h>
#include <git2/sys/repository.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "git/alternates.h"
#include "git/libgit2_objects.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// A shallow or MERGE_HEAD file past this is broken; bytes.
constexpr size_t kMaxListBytes = size_t{1} << 28;

// Frees what libgit2 hands out.
template <typename T, void (*kFree)(T*)>
struct Owned {
  T* value = nullptr;
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { kFree(value); }
};
using OwnedConfig = Owned<git_config, git_config_free>;

std::string LastError() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason was given";
}

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

// nullopt where there is no such file.
std::optional<std::string> ReadFile(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return std::nullopt;
  std::error_code code;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file && fs::is_regular_file(path, code) && fs::file_size(path, code) <= kMaxListBytes) {
    text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    return text;
  }
  throw Error("The file " + path + " can't be read. Check its type, size and permissions.");
}

// One object id a line; a missing last newline and empty lines are fine.
std::vector<ObjectId> ReadIdFile(const std::string& path) {
  std::vector<ObjectId> ids;
  std::string text = ReadFile(path).value_or("");
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line(text.data() + at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    std::optional<ObjectId> id = ObjectId::TryParse(line);
    if (!id)
      throw Error(
          "The file " + path +
          " holds a line that is no object id. Restore it, or remove it where it is stale.");
    ids.push_back(*id);
  }
  return ids;
}

// Where the configuration, the objects and most refs are: gitrepository-layout(5), commondir.
std::string CommonDirectory(const std::string& git_dir) {
  std::optional<std::string> text = ReadFile(git_dir + "/commondir");
  if (!text) return git_dir;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return RealPath((*text)[0] == '/' ? *text : git_dir + "/" + *text);
}

// Called before libgit2 opens anything: the two extensions that it was told to accept are fine with
// these values only, and a sentence of ours says more than "unsupported extension".
void CheckFormat(const std::string& git_dir) {
  std::string path = CommonDirectory(git_dir) + "/config";
  if (access(path.c_str(), F_OK) != 0) return;
  OwnedConfig config;
  if (git_config_open_ondisk(&config.value, path.c_str()) < 0)
    throw Error("The configuration " + path + " can't be read: " + LastError() + ". Correct it.");
  struct Rule {
    const char* key;
    const char* value;
    const char* sentence;
  };
  static constexpr Rule kRules[] = {
      {"extensions.objectformat", "sha1",
       " names its objects by SHA-256, which picket can't read for now, so nothing was judged. Use "
       "a SHA-1 repository (git init --object-format=sha1), or remove the hook."},
      {"extensions.refstorage", "files",
       " keeps its refs in a format (reftable) that picket can't read for now, so nothing was "
       "judged. Convert it with git refs migrate --ref-format=files, or remove the hook."}};
  for (const Rule& rule : kRules) {
    git_buf value = GIT_BUF_INIT;
    int code = git_config_get_string_buf(&value, config.value, rule.key);
    std::string text = code == 0 ? std::string(value.ptr, value.size) : std::string();
    git_buf_dispose(&value);
    if (code == GIT_ENOTFOUND || (code == 0 && text == rule.value)) continue;
    throw Error("The repository at " + git_dir + rule.sentence);
  }
}

// Every value of `key`, in the order of the files. No look-up by pattern: libgit2 1.5 leaks 10 KiB
// for each entry that git_config_foreach_match() passes over.
std::vector<std::string> ValuesOf(git_config* config, const std::string& key) {
  struct State {
    const std::string& key;
    std::vector<std::string> values;
  } state{key, {}};
  auto visit = [](const git_config_entry* entry, void* payload) {
    State& s = *static_cast<State*>(payload);
    if (s.key == entry->name) s.values.push_back(entry->value == nullptr ? "" : entry->value);
    return 0;
  };
  git_config_foreach(config, visit, &state);
  return std::move(state.values);
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
  OwnedConfig config;
  if (git_config_open_default(&config.value) < 0) return false;
  bool safe = false;
  for (std::string& value : ValuesOf(config.value, "safe.directory")) {
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

std::unique_ptr<Repository> Repository::Open(const std::string& path, bool search) {
  StartLibgit2();
  git_buf found = GIT_BUF_INIT;
  std::string git_dir = path;
  if (search) {
    int code = git_repository_discover(&found, path.c_str(), 1, nullptr);
    if (code == 0) git_dir.assign(found.ptr, found.size);
    git_buf_dispose(&found);
    if (code < 0)
      throw Error("No Git repository was found at " + path +
                  " or above it. Name a repository, or run this inside one.");
  }
  CheckFormat(RealPath(git_dir));
  std::unique_ptr<Repository> repository(new Repository);
  int code = git_repository_open_ext(&repository->repository_, git_dir.c_str(),
                                     GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT,
                                     nullptr);
  if (code < 0)
    throw Error("The repository at " + WithoutSlash(git_dir) + " can't be opened: " + LastError() +
                ". Check it with git fsck; an extension that is not supported has to be removed.");
  git_repository* handle = repository->repository_;
  repository->git_dir_ = RealPath(git_repository_path(handle));
  repository->common_dir_ = RealPath(git_repository_commondir(handle));
  if (const char* workdir = git_repository_workdir(handle); workdir != nullptr)
    repository->worktree_ = RealPath(workdir);
  repository->temporary_dir_ = repository->git_dir_;
  return repository;
}

std::unique_ptr<Repository> Repository::OpenForHook() {
  const char* git_dir = Environment("GIT_DIR");
  std::unique_ptr<Repository> repository =
      git_dir == nullptr ? Open(".", true) : Open(git_dir, false);
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
  repository->ReadPromisor();
  return repository;
}

std::unique_ptr<Repository> Repository::OpenAt(const std::string& path) {
  std::unique_ptr<Repository> repository = Open(path, true);
  CheckOwner(*repository);
  repository->ReadObjectDirectories(false);
  repository->ReadShallow(nullptr);
  repository->ReadPromisor();
  return repository;
}

Repository::~Repository() { git_repository_free(repository_); }

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
  packs_ = std::make_unique<PackStore>(object_dirs_, size_t{GIT_OID_RAWSZ});
  GiveObjects(repository_, *packs_);
}

void Repository::ReadShallow(const char* file_variable) {
  std::string path = common_dir_ + "/shallow";
  if (file_variable != nullptr) {
    // Set and empty says that nothing is shallow; Git does that too.
    if (const char* named = Environment(file_variable); named != nullptr) path = named;
  }
  if (path.empty()) return;
  for (const ObjectId& id : ReadIdFile(path)) shallow_.insert(id);
}

void Repository::ReadPromisor() {
  // Only the repository's own configuration is asked: one in the home directory must not turn lost
  // objects into promised ones.
  std::string path = common_dir_ + "/config";
  OwnedConfig config;
  if (access(path.c_str(), F_OK) == 0 && git_config_open_ondisk(&config.value, path.c_str()) == 0) {
    auto visit = [](const git_config_entry* entry, void* payload) {
      int on = 0;
      std::string_view name = entry->name;
      bool is_promisor = name.starts_with("remote.") && name.ends_with(".promisor") &&
                         git_config_parse_bool(&on, entry->value) == 0 && on != 0;
      if (is_promisor || name == "extensions.partialclone") *static_cast<bool*>(payload) = true;
      return 0;
    };
    git_config_foreach(config.value, visit, &has_promisor_);
  }
  for (const std::string& directory : object_dirs_) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(directory + "/pack", code))
      if (entry.path().extension() == ".promisor") has_promisor_ = true;
  }
}

void Repository::KeepRefs() {
  if (!kept_refs_) kept_refs_ = Refs();
}

std::vector<Ref> Repository::Refs() const {
  if (kept_refs_) return *kept_refs_;
  Owned<git_reference_iterator, git_reference_iterator_free> iterator;
  if (git_reference_iterator_new(&iterator.value, repository_) < 0)
    throw Error("The refs of " + git_dir_ + " can't be listed: " + LastError() +
                ". Check them with git fsck.");
  std::vector<Ref> refs;
  int code = 0;
  while (true) {
    Owned<git_reference, git_reference_free> ref;
    code = git_reference_next(&ref.value, iterator.value);
    if (code < 0) break;
    git_oid target;
    if (git_reference_type(ref.value) == GIT_REFERENCE_DIRECT) {
      git_oid_cpy(&target, git_reference_target(ref.value));
    } else if (git_reference_name_to_id(&target, repository_, git_reference_name(ref.value)) < 0) {
      continue;
    }
    refs.push_back({git_reference_name(ref.value), FromGitOid(target)});
  }
  if (code != GIT_ITEROVER)
    throw Error("The refs of " + git_dir_ + " can't be listed: " + LastError() +
                ". Check them with git fsck.");
  if (git_repository_head_detached(repository_) == 1) {
    if (std::optional<ObjectId> head = Resolve("HEAD")) refs.push_back({"HEAD", *head});
  }
  std::sort(refs.begin(), refs.end(), [](const Ref& a, const Ref& b) { return a.name < b.name; });
  return refs;
}

std::optional<ObjectId> Repository::Resolve(std::string_view ref) const {
  git_oid id;
  int code = git_reference_name_to_id(&id, repository_, std::string(ref).c_str());
  if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) return std::nullopt;
  if (code < 0)
    throw Error("The ref " + std::string(ref) + " can't be read: " + LastError() +
                ". Check it with git fsck.");
  return FromGitOid(id);
}

std::vector<ObjectId> Repository::MergeHeads() const {
  return ReadIdFile(git_dir_ + "/MERGE_HEAD");
}

std::optional<std::string> Repository::ConfigString(const std::string& key) const {
  OwnedConfig config;
  git_buf value = GIT_BUF_INIT;
  int code = git_repository_config_snapshot(&config.value, repository_);
  if (code == 0) code = git_config_get_string_buf(&value, config.value, key.c_str());
  std::string text = code == 0 ? std::string(value.ptr, value.size) : std::string();
  git_buf_dispose(&value);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  if (code < 0)
    throw Error("The configuration of " + git_dir_ + " can't be read: " + LastError() +
                ". Correct it.");
  return text;
}

std::vector<std::string> Repository::ConfigStrings(const std::string& key) const {
  OwnedConfig config;
  if (git_repository_config_snapshot(&config.value, repository_) < 0)
    throw Error("The configuration of " + git_dir_ + " can't be read: " + LastError() +
                ". Correct it.");
  return ValuesOf(config.value, key);
}

std::vector<std::string> Repository::Remotes() const {
  OwnedConfig config;
  if (git_repository_config_snapshot(&config.value, repository_) < 0)
    throw Error("The configuration of " + git_dir_ + " can't be read: " + LastError() +
                ". Correct it.");
  std::vector<std::string> remotes;
  auto visit = [](const git_config_entry* entry, void* payload) {
    std::string_view name = entry->name;
    constexpr std::string_view kSection = "remote.";
    size_t last = name.rfind('.');
    if (!name.starts_with(kSection) || last <= kSection.size()) return 0;
    std::string_view key = name.substr(last);
    if (key == ".url" || key == ".pushurl")
      static_cast<std::vector<std::string>*>(payload)->emplace_back(
          name.substr(kSection.size(), last - kSection.size()));
    return 0;
  };
  git_config_foreach(config.value, visit, &remotes);
  std::sort(remotes.begin(), remotes.end());
  remotes.erase(std::unique(remotes.begin(), remotes.end()), remotes.end());
  return remotes;
}

std::unique_ptr<ObjectDatabase> Repository::NewObjectDatabase() const {
  return std::make_unique<ObjectDatabase>(*packs_);
}

}  // namespace picket
