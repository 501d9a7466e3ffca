#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <sys/stat.h>

#include <cstring>
#include <mutex>

#include "core/error.h"
#include "git/loose_objects.h"
#include "git/repository.h"

namespace picket {
namespace {

// What newer Git writes and libgit2 1.5 does not know by itself. The values of the last two are
// checked before a repository is opened.
const char* const kExtensions[] = {"partialclone",      "worktreeconfig", "preciousobjects",
                                   "relativeworktrees", "objectformat",   "refstorage"};

// Of decoded commits and trees, for all threads together; bytes.
constexpr ssize_t kCacheBytes = ssize_t{96} << 20;

ObjectType FromLibgit2(git_object_t type) {
  switch (type) {
    case GIT_OBJECT_COMMIT: return ObjectType::kCommit;
    case GIT_OBJECT_TREE: return ObjectType::kTree;
    case GIT_OBJECT_TAG: return ObjectType::kTag;
    default: return ObjectType::kBlob;
  }
}

int64_t ChangedAt(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return 0;
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

ReadStatus Failed(int code, std::string* why) {
  if (code == GIT_ENOTFOUND) return ReadStatus::kMissing;
  if (why != nullptr) {
    const git_error* error = git_error_last();
    *why = error != nullptr && error->message != nullptr ? error->message : "it is damaged";
  }
  return ReadStatus::kCorrupt;
}

}  // namespace

std::string_view ToString(ObjectType type) {
  switch (type) {
    case ObjectType::kCommit: return "commit";
    case ObjectType::kTree: return "tree";
    case ObjectType::kBlob: return "blob";
    case ObjectType::kTag: return "tag";
  }
  return "object";
}

void StartLibgit2() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (git_libgit2_init() < 0)
      throw Error("The Git library could not be started. Reinstall the package libgit2.");
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, kExtensions, std::size(kExtensions));
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, kCacheBytes);
  });
}

bool ToGitOid(const ObjectId& id, git_oid* out) {
  if (id.raw().size() != GIT_OID_RAWSZ) return false;
  return git_oid_fromraw(out, id.raw().data()) == 0;
}

ObjectId FromGitOid(const git_oid& oid) { return ObjectId::FromRaw({oid.id, GIT_OID_RAWSZ}); }

RawObject& RawObject::operator=(RawObject&& other) noexcept {
  std::swap(object_, other.object_);
  return *this;
}

RawObject::~RawObject() { git_odb_object_free(object_); }

ObjectType RawObject::type() const { return FromLibgit2(git_odb_object_type(object_)); }

Bytes RawObject::bytes() const {
  return {static_cast<const uint8_t*>(git_odb_object_data(object_)), git_odb_object_size(object_)};
}

ObjectDatabase::ObjectDatabase(const std::vector<std::string>& object_dirs) {
  if (git_odb_new(&odb_) < 0) throw Error("The object database can't be set up: out of memory.");
  // Packs of every directory come before loose objects of any, and earlier directories first.
  int priority = static_cast<int>(object_dirs.size());
  for (const std::string& path : object_dirs) {
    PackFolder folder{path + "/pack", nullptr, nullptr, ChangedAt(path + "/pack")};
    if (git_odb_backend_pack(&folder.backend, path.c_str()) < 0 ||
        git_odb_add_backend(odb_, folder.backend, 0x10000 + priority) < 0 ||
        git_odb_add_backend(odb_, NewLooseBackend(path), priority) < 0) {
      const git_error* error = git_error_last();
      std::string reason = error != nullptr ? error->message : "unknown";
      git_odb_free(odb_);
      throw Error("The object directory " + path + " can't be opened: " + reason +
                  ". Check it with git fsck.");
    }
    folder.refresh = std::exchange(folder.backend->refresh, nullptr);
    folders_.push_back(std::move(folder));
    --priority;
  }
}

ObjectDatabase::~ObjectDatabase() { git_odb_free(odb_); }

bool ObjectDatabase::Refresh() {
  bool changed = false;
  for (PackFolder& folder : folders_) {
    int64_t now = ChangedAt(folder.path);
    if (now == folder.changed_ns || folder.refresh == nullptr) continue;
    folder.changed_ns = now;
    folder.refresh(folder.backend);
    changed = true;
  }
  return changed;
}

ReadStatus ObjectDatabase::Read(const ObjectId& oid, RawObject* object, std::string* why) {
  git_oid id;
  if (!ToGitOid(oid, &id)) return ReadStatus::kMissing;
  git_odb_object* raw = nullptr;
  int code = git_odb_read(&raw, odb_, &id);
  if (code == GIT_ENOTFOUND && Refresh()) code = git_odb_read(&raw, odb_, &id);
  if (code < 0) return Failed(code, why);
  *object = RawObject(raw);
  return ReadStatus::kOk;
}

ReadStatus ObjectDatabase::ReadHeader(const ObjectId& oid, ObjectHeader* header, std::string* why) {
  git_oid id;
  if (!ToGitOid(oid, &id)) return ReadStatus::kMissing;
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  int code = git_odb_read_header(&size, &type, odb_, &id);
  if (code == GIT_ENOTFOUND && Refresh()) code = git_odb_read_header(&size, &type, odb_, &id);
  if (code < 0) return Failed(code, why);
  *header = {FromLibgit2(type), size};
  return ReadStatus::kOk;
}

bool ObjectDatabase::Contains(const ObjectId& oid) {
  git_oid id;
  if (!ToGitOid(oid, &id)) return false;
  return git_odb_exists_ext(odb_, &id, GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

}  // namespace picket
