// A repository that is open for reading, in any of the ways in which Git runs a hook.
//
// Where everything is we find out ourselves: libgit2's GIT_REPOSITORY_OPEN_FROM_ENV refuses
// GIT_WORK_TREE, does not C-unquote alternates, resolves relative ones one level deep only, and
// does not know config.worktree. Refs and configuration come from one of two sources (see
// repository_lists.h), objects from our own reader, whatever names them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/blob.h"
#include "core/bytes.h"
#include "core/object_id.h"
#include "git/loose_ahead.h"
#include "git/object_type.h"
#include "git/pack/object_bytes.h"
#include "git/pack/pack_reader.h"
#include "git/pack/pack_store.h"
#include "git/repository_lists.h"

namespace picket {

class ObjectStream;

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

  // Of every id in this store: 20 for SHA-1, 32 for SHA-256. An id of the other length names
  // nothing.
  size_t id_bytes() const { return store_.id_bytes(); }

  // kMissing: nowhere in the store. kCorrupt: there, and unreadable; `why` (may be null) gets a
  // clause. Objects over 1 GiB can't be read whole. A pack or object that came after the packs were
  // listed is found.
  ReadStatus Read(const ObjectId& oid, RawObject* object, std::string* why);
  ReadStatus ReadHeader(const ObjectId& oid, ObjectHeader* header, std::string* why);
  // The content of an object that ReadHeader() has found, of any size: of the copies that are no
  // deltas the one of that number, from 0. Null where there is none.
  std::unique_ptr<ObjectStream> OpenStream(const ObjectId& oid, const ObjectHeader& header,
                                           size_t copy);
  // These are read next, in this order, their headers alone or whole: where each file has to be
  // asked for they come many at once.
  void Expect(std::vector<ObjectId> oids, LooseAhead::Part part) {
    ahead_.Expect(std::move(oids), part);
  }
  // Without looking for new packs.
  bool Contains(const ObjectId& oid);
  // In packs and loose: a damaged copy may have a sound twin.
  size_t CountCopies(const ObjectId& oid);

 private:
  ReadStatus ReadLooseObject(const ObjectId& oid, ObjectBytes* object, std::string* why);

  PackStore& store_;
  PackReader packs_;
  LooseAhead ahead_;
};

class Repository {
 public:
  // For a hook: GIT_DIR (or discovery from the working directory), GIT_COMMON_DIR, GIT_WORK_TREE,
  // GIT_OBJECT_DIRECTORY, GIT_ALTERNATE_OBJECT_DIRECTORIES and GIT_SHALLOW_FILE as Git sets them.
  // The owner check is off: Git has made it before it ran us. Throws Error, with the reason and the
  // way out, for a repository that neither libgit2 nor the `git` on PATH can read, and for an
  // alternate that is not there.
  static std::unique_ptr<Repository> OpenForHook();
  // For audit and install: `path` is a worktree, a Git directory or below one. Follows Git's owner
  // rule, safe.directory with "*" and "/*" included.
  static std::unique_ptr<Repository> OpenAt(const std::string& path);

  ~Repository();
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;

  // Of every object id in it: 20 for SHA-1, 32 for SHA-256.
  size_t id_bytes() const { return lists_->id_bytes(); }
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

  // Commits that Git treats as parentless ($GIT_SHALLOW_FILE, beside a quarantine only where it
  // names a draft in the Git directory; else <common>/shallow).
  const std::unordered_set<ObjectId>& shallow() const { return shallow_; }
  // A promisor remote or pack exists, so that absent objects may be promised rather than lost.
  bool has_promisor() const { return has_promisor_; }

  // Says that Refs() will be asked for soon. Throws Error.
  void BeginRefs() {
    if (!reads_ref_files_) lists_->BeginRefs();
  }
  // Every ref, sorted by name, and HEAD when it is detached. A ref that holds no object id, and a
  // symbolic one that leads nowhere, is left out, as Git leaves it out: a ref less means that more
  // counts as new. Throws Error where the refs can't be listed.
  std::vector<Ref> Refs() const;
  // The same, and what the branch that HEAD names holds, if it is there.
  std::vector<Ref> Refs(std::optional<ObjectId>* head) const;
  // Lists the refs, and from now on both are that list: for a process that may open no file any
  // more. Before other threads use this.
  void KeepRefs();
  // nullopt for a ref that does not exist (an unborn HEAD).
  std::optional<ObjectId> Resolve(std::string_view ref) const;
  // The commits in MERGE_HEAD; none when no merge is under way. Throws Error for a broken file.
  std::vector<ObjectId> MergeHeads() const;
  // Every value of a key that may stand more than once (remote.<name>.pushurl), section and
  // variable in lower case, from the system's, the user's and the repository's configuration;
  // command-line settings (git -c) are not seen. Throws Error where a configuration file can't be
  // read.
  std::vector<std::string> ConfigStrings(const std::string& key) const;
  // Names of the remotes that have a url or pushurl, from the same files; sorted.
  std::vector<std::string> Remotes() const;

  // A database for the calling thread; it must not outlive the repository.
  std::unique_ptr<ObjectDatabase> NewObjectDatabase() const;
  // One that does not see what a push has brought: the quarantine is left out. Null where there is
  // none.
  std::unique_ptr<ObjectDatabase> NewDatabaseOfOldObjects() const;
  // The packs that those databases share.
  PackStore& packs() const { return *packs_; }

 private:
  Repository() = default;
  static std::unique_ptr<Repository> Open(const std::string& path, bool search, bool in_hook);
  void ReadObjectDirectories(bool from_environment);
  bool IsShallowDraft(const std::string& path) const;
  void ReadShallow(const char* file_variable);
  void LookForPromisorPacks();
  // Read once.
  const std::vector<ConfigEntry>& Configuration() const;

  std::unique_ptr<RepositoryLists> lists_;
  std::string git_dir_;
  std::string common_dir_;
  std::string worktree_;
  std::string temporary_dir_;
  std::vector<std::string> object_dirs_;
  std::unique_ptr<PackStore> packs_;
  // Those without the quarantine; null where there is none.
  std::unique_ptr<PackStore> old_packs_;
  mutable std::once_flag configuration_once_;
  mutable std::vector<ConfigEntry> configuration_;
  std::unordered_set<ObjectId> shallow_;
  bool has_promisor_ = false;
  bool reads_head_ = false;       // before anybody is asked for it
  bool reads_ref_files_ = false;  // before anybody is asked for refs
  // What Refs() gives: refs and head.
  std::optional<std::pair<std::vector<Ref>, std::optional<ObjectId>>> kept_refs_;
};

// The file of libgit2, which no list of the program's libraries names: it is mapped where it is
// needed. Throws Error where it is not there.
std::string Libgit2File();

}  // namespace picket
