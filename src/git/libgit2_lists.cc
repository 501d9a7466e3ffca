#include "core/error.h"
#include "git/libgit2.h"
#include "git/repository_lists.h"

namespace picket {
namespace {

class Libgit2Lists : public RepositoryLists {
 public:
  explicit Libgit2Lists(const std::string& git_dir) : git_dir_(git_dir) {
    if (lib_.git_repository_open_ext(&repository_.value, git_dir.c_str(),
                                     GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT,
                                     nullptr) < 0)
      throw Error("The repository at " + git_dir + " can't be opened: " + LastLibgit2Error() +
                  ". Check it with git fsck.");
  }

  size_t id_bytes() const override { return GIT_OID_RAWSZ; }

  RefList Refs() const override {
    Owned<git_reference_iterator, &Libgit2::git_reference_iterator_free> iterator;
    if (lib_.git_reference_iterator_new(&iterator.value, repository_.value) < 0) ThrowRefs();
    RefList list{{}, HeadBranch()};
    while (true) {
      OwnedReference ref;
      const int code = lib_.git_reference_next(&ref.value, iterator.value);
      if (code == GIT_ITEROVER) return list;
      if (code < 0) ThrowRefs();
      const char* name = lib_.git_reference_name(ref.value);
      git_oid target;
      if (lib_.git_reference_type(ref.value) == GIT_REFERENCE_DIRECT) {
        target = *lib_.git_reference_target(ref.value);
      } else if (lib_.git_reference_name_to_id(&target, repository_.value, name) < 0) {
        continue;
      }
      list.refs.push_back({name, ToObjectId(target)});
    }
  }

  std::optional<ObjectId> Resolve(const std::string& ref) const override {
    git_oid id;
    const int code = lib_.git_reference_name_to_id(&id, repository_.value, ref.c_str());
    if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) return std::nullopt;
    if (code < 0)
      throw Error("The ref " + ref + " can't be read: " + LastLibgit2Error() +
                  ". Check it with git fsck.");
    return ToObjectId(id);
  }

  std::vector<ConfigEntry> Configuration() const override {
    Owned<git_config, &Libgit2::git_config_free> config;
    if (lib_.git_repository_config_snapshot(&config.value, repository_.value) < 0)
      throw Error("The configuration of " + git_dir_ + " can't be read: " + LastLibgit2Error() +
                  ". Correct it.");
    return ListEntries(config.value);
  }

 private:
  using OwnedReference = Owned<git_reference, &Libgit2::git_reference_free>;

  std::string HeadBranch() const {
    OwnedReference head;
    if (lib_.git_reference_lookup(&head.value, repository_.value, "HEAD") < 0) ThrowRefs();
    const char* branch = lib_.git_reference_symbolic_target(head.value);
    return branch == nullptr ? "" : branch;
  }

  static ObjectId ToObjectId(const git_oid& id) {
    return ObjectId::FromRaw({id.id, GIT_OID_RAWSZ});
  }
  [[noreturn]] void ThrowRefs() const {
    throw Error("The refs of " + git_dir_ + " can't be listed: " + LastLibgit2Error() +
                ". Check them with git fsck.");
  }

  const Libgit2& lib_ = StartLibgit2();
  std::string git_dir_;
  Owned<git_repository, &Libgit2::git_repository_free> repository_;
};

class LaterLists : public RepositoryLists {
 public:
  LaterLists(const std::string& git_dir, const std::string& common_dir)
      : git_dir_(git_dir), common_dir_(common_dir) {}

  size_t id_bytes() const override { return GIT_OID_RAWSZ; }
  RefList Refs() const override { return Opened().Refs(); }
  std::optional<ObjectId> Resolve(const std::string& ref) const override {
    return Opened().Resolve(ref);
  }
  std::vector<ConfigEntry> Configuration() const override {
    std::optional<std::vector<ConfigEntry>> plain = TryReadPlainConfigs(common_dir_ + "/config");
    return plain ? std::move(*plain) : Opened().Configuration();
  }

 private:
  const RepositoryLists& Opened() const {
    if (lists_ == nullptr) lists_ = OpenByLibgit2(git_dir_);
    return *lists_;
  }

  std::string git_dir_;
  std::string common_dir_;
  mutable std::unique_ptr<RepositoryLists> lists_;
};

}  // namespace

std::unique_ptr<RepositoryLists> OpenByLibgit2(const std::string& git_dir) {
  return std::make_unique<Libgit2Lists>(git_dir);
}

std::unique_ptr<RepositoryLists> OpenByLibgit2Later(const std::string& git_dir,
                                                    const std::string& common_dir) {
  return std::make_unique<LaterLists>(git_dir, common_dir);
}

}  // namespace picket
