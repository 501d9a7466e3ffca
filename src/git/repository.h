// A repository that is open for reading, in any of the ways in which Git runs a hook.
//
// libgit2's own GIT_REPOSITORY_OPEN_FROM_ENV does not serve: it refuses GIT_WORK_TREE, does not
// C-unquote alternates, and resolves relative alternates one level deep only. So the repository is
// opened by its Git directory, and the quarantine and the whole chain of alternates are added by
// us.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "core/object_id.h"
#include "git/object_type.h"
#include "git/pack/object_bytes.h"
#include "git/pack/pack_reader.h"
#include "git/pack/pack_store.h"

struct git_oid;
struct git_repository;

namespace picket {

// Sets libgit2 up once per process (about 4 ms, most of it in its own libraries): our extensions
// known, its owner check off because OpenAt makes Git's own, and hashes not verified on reading:
// index-pack and unpack-objects have verified what a push brings before a hook runs. Opening a
// repository calls it; call it earlier, from any thread, to let it run beside something slow.
void StartLibgit2();

// The two ways between our ids and libgit2's. False for an id that is not SHA-1.
bool ToGitOid(const ObjectId& id, git_oid* out);
ObjectId FromGitOid(const git_oid& oid);

// One object's bytes; the view lives as long as this or a copy of it.
class RawObject {
 public:
  RawObject() = default;
  explicit RawObject(std::shared_ptr<const ObjectBytes> object) : object_(std::move(object)) {}

  explicit operator bool() const { return object_ != nullptr; }
  ObjectType type() const { return object_->type; }
  Bytes bytes() const { return object_->bytes(); }

 private:
  std::shared_ptr<const ObjectBytes> object_;
};

// One thread's own view of the objects: the packs are shared, what has been decoded is not.
class ObjectDatabase {
 public:
  // `store` must outlive this. Nothing is opened before the first question.
  explicit ObjectDatabase(PackStore& store);

  // kMissing: nowhere in the store. kCorrupt: there, and unreadable; `why` (may be null) gets a
  // clause. Objects over 1 GiB can't be read whole. A pack or object that came after the packs were
  // listed is found.
  ReadStatus Read(const ObjectId& oid, RawObject* object, std::string* why);
  ReadStatus ReadHeader(const ObjectId& oid, ObjectHeader* header, std::string* why);
  // Without looking for new packs.
  bool Contains(const ObjectId& oid);
  // In packs and loose: a damaged copy may have a sound twin.
  size_t CountCopies(const ObjectId& oid);

 private:
  ReadStatus ReadLooseObject(const ObjectId& oid, ObjectBytes* object, std::string* why) const;
  std::string LoosePath(const std::string& directory, const ObjectId& oid) const;

  PackStore& store_;
  PackReader packs_;
};

struct Ref {
  std::string name;  // full name
  ObjectId target;   // as stored; may be a tag, tree or blob
};

class Repository {
 public:
  // For a hook: GIT_DIR (or discovery from the working directory), GIT_COMMON_DIR, GIT_WORK_TREE,
  // GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES and GIT_SHALLOW_FILE as Git sets them.
  // The owner check is off: Git has made it before it ran us. Throws Error, with the reason and the
  // way out, for what libgit2 can't read (SHA-256, reftable, unknown extensions) or an alternate
  // that is not there.
  static std::unique_ptr<Repository> OpenForHook();
  // For audit and install: `path` is a worktree, a Git directory or below one. Follows Git's owner
  // rule, safe.directory with "*" and "/*" included.
  static std::unique_ptr<Repository> OpenAt(const std::string& path);

  ~Repository();
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;

  git_repository* handle() const { return repository_; }
  const std::string& git_dir() const { return git_dir_; }  // absolute, no trailing slash
  // The same as git_dir() but in a linked worktree.
  const std::string& common_dir() const { return common_dir_; }
  // "" for a bare repository.
  const std::string& worktree() const { return worktree_; }
  // Where a temporary file may be written beside the objects: the quarantine, else the Git
  // directory.
  const std::string& temporary_dir() const { return temporary_dir_; }
  // Every object directory that is searched, the repository's own first.
  const std::vector<std::string>& object_dirs() const { return object_dirs_; }

  // Commits that Git treats as parentless ($GIT_SHALLOW_FILE, else <common>/shallow).
  const std::unordered_set<ObjectId>& shallow() const { return shallow_; }
  // A promisor remote or pack exists, so that absent objects may be promised rather than lost.
  bool has_promisor() const { return has_promisor_; }

  // Every ref, sorted by name, and HEAD when it is detached. A ref that holds no object id, and a
  // symbolic one that leads nowhere, is left out, as Git leaves it out: a ref less means that more
  // counts as new. Throws Error where the refs can't be listed.
  std::vector<Ref> Refs() const;
  // Lists the refs, and from now on Refs() is that list: for a process that may open no file any
  // more. Before other threads use this.
  void KeepRefs();
  // nullopt for a ref that does not exist (an unborn HEAD).
  std::optional<ObjectId> Resolve(std::string_view ref) const;
  // The commits in MERGE_HEAD; none when no merge is under way. Throws Error for a broken file.
  std::vector<ObjectId> MergeHeads() const;
  // From the repository's, the user's and the system's configuration; command-line settings
  // (git -c) are not seen. Throws Error where a configuration file can't be read.
  std::optional<std::string> ConfigString(const std::string& key) const;
  // Names of the remotes that have a url or pushurl, from the same files; sorted.
  std::vector<std::string> Remotes() const;
  // Every value of a key that may stand more than once (remote.<name>.pushurl); section and
  // variable in lower case.
  std::vector<std::string> ConfigStrings(const std::string& key) const;

  // A database for the calling thread; it must not outlive the repository.
  std::unique_ptr<ObjectDatabase> NewObjectDatabase() const;
  // The packs that those databases share.
  PackStore& packs() const { return *packs_; }

 private:
  Repository() = default;
  static std::unique_ptr<Repository> Open(const std::string& path, bool search);
  void ReadObjectDirectories(bool from_environment);
  void ReadShallow(const char* file_variable);
  void ReadPromisor();

  git_repository* repository_ = nullptr;
  std::string git_dir_;
  std::string common_dir_;
  std::string worktree_;
  std::string temporary_dir_;
  std::vector<std::string> object_dirs_;
  std::unique_ptr<PackStore> packs_;
  std::unordered_set<ObjectId> shallow_;
  bool has_promisor_ = false;
  std::optional<std::vector<Ref>> kept_refs_;
};

}  // namespace picket
