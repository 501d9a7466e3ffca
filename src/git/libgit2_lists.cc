#include <mutex>

#include "core/error.h"
#include "git/libgit2.h"
#include "git/repository_lists.h"

namespace picket {
namespace {

// What newer Git writes and libgit2 1.5 does not know by itself; FormatOf() has looked at the
// values of the last two.
const char* const kExtensions[] = {"noop-v1",         "partialclone",      "worktreeconfig",
                                   "preciousobjects", "relativeworktrees", "objectformat",
                                   "refstorage"};

class Libgit2Lists : public RepositoryLists {
 public:
  explicit Libgit2Lists(const std::string& git_dir) : git_dir_(git_dir) {
    if (git_repository_open_ext(&repository_.value, git_dir.c_str(),
                                GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT,
                                nullptr) < 0)
      throw Error("The repository at " + git_dir + " can't be opened: " + LastLibgit2Error() +
                  ". Check it with git fsck.");
  }

  size_t id_bytes() const override { return GIT_OID_RAWSZ; }

  RefList Refs() const override {
    Owned<git_reference_iterator, git_reference_iterator_free> iterator;
    if (git_reference_iterator_new(&iterator.value, repository_.value) < 0) ThrowRefs();
    RefList list{{}, HeadBranch()};
    while (true) {
      OwnedReference ref;
      const int code = git_reference_next(&ref.value, iterator.value);
      if (code == GIT_ITEROVER) return list;
      if (code < 0) ThrowRefs();
      const char* name = git_reference_name(ref.value);
      git_oid target;
      if (git_reference_type(ref.value) == GIT_REFERENCE_DIRECT) {
        git_oid_cpy(&target, git_reference_target(ref.value));
      } else if (git_reference_name_to_id(&target, repository_.value, name) < 0) {
        continue;
      }
      list.refs.push_back({name, ToObjectId(target)});
    }
  }

  std::optional<ObjectId> Resolve(const std::string& ref) const override {
    git_oid id;
    const int code = git_reference_name_to_id(&id, repository_.value, ref.c_str());
    if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) return std::nullopt;
    if (code < 0)
      throw Error("The ref " + ref + " can't be read: " + LastLibgit2Error() +
                  ". Check it with git fsck.");
    return ToObjectId(id);
  }

  std::vector<ConfigEntry> Configuration() const override {
    Owned<git_config, git_config_free> config;
    if (git_repository_config_snapshot(&config.value, repository_.value) < 0)
      throw Error("The configuration of " + git_dir_ + " can't be read: " + LastLibgit2Error() +
                  ". Correct it.");
    return ListEntries(config.value);
  }

 private:
  using OwnedReference = Owned<git_reference, git_reference_free>;

  std::string HeadBranch() const {
    OwnedReference head;
    if (git_reference_lookup(&head.value, repository_.value, "HEAD") < 0) ThrowRefs();
    const char* branch = git_reference_symbolic_target(head.value);
    return branch == nullptr ? "" : branch;
  }

  static ObjectId ToObjectId(const git_oid& id) {
    return ObjectId::FromRaw({id.id, GIT_OID_RAWSZ});
  }
  [[noreturn]] void ThrowRefs() const {
    throw Error("The refs of " + git_dir_ + " can't be listed: " + LastLibgit2Error() +
                ". Check them with git fsck.");
  }

  std::string git_dir_;
  Owned<git_repository, git_repository_free> repository_;
};

}  // namespace

void StartLibgit2() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (git_libgit2_init() < 0)
      throw Error("The Git library could not be started. Reinstall the package libgit2.");
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, kExtensions, std::size(kExtensions));
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  });
}

std::string LastLibgit2Error() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason was given";
}

std::unique_ptr<RepositoryLists> OpenByLibgit2(const std::string& git_dir) {
  StartLibgit2();
  return std::make_unique<Libgit2Lists>(git_dir);
}

}  // namespace picket
