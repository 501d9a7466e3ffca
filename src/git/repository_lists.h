// Where the lists of a repository come from - refs and configuration: libgit2, or, where libgit2
// can't open the repository (SHA-256, reftable, an extension that only Git knows), Git's own
// plumbing. Objects come from neither.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/object_id.h"
#include "git/config_file.h"
#include "git/repository_format.h"

namespace picket {

struct Ref {
  std::string name;  // full name
  ObjectId target;   // as stored; may be a tag, tree or blob

  bool operator==(const Ref&) const = default;
};

struct RefList {
  // Every ref below refs/ that leads to an object id, in any order.
  std::vector<Ref> refs;
  // The branch that HEAD names, whether it is there or not; "" where HEAD is detached.
  std::string head_branch;
};

// Used from one thread at a time. Every method throws Error where the list can't be had.
class RepositoryLists {
 public:
  virtual ~RepositoryLists() = default;

  // 20 for SHA-1, 32 for SHA-256.
  virtual size_t id_bytes() const = 0;
  // Refs() will be asked for soon: a process that lists them may work meanwhile.
  virtual void BeginRefs() {}
  virtual RefList Refs() const = 0;
  // HEAD or a full name; nullopt where there is no such ref, or HEAD is unborn.
  virtual std::optional<ObjectId> Resolve(const std::string& ref) const = 0;
  // The system's, the user's and the repository's, in this order; settings on Git's command line
  // and in its environment are not seen.
  virtual std::vector<ConfigEntry> Configuration() const = 0;
};

// Both throw Error, with the reason and the way out, where the repository can't be opened.
// `git_dir` is absolute.
std::unique_ptr<RepositoryLists> OpenByLibgit2(const std::string& git_dir);
// The same, opened when it is first asked for what takes libgit2: then that throws. For a Git
// directory that is whole.
std::unique_ptr<RepositoryLists> OpenByLibgit2Later(const std::string& git_dir,
                                                    const std::string& common_dir);
// `in_hook`: the environment says more about where things are. Asks Git at once whether it can
// read the repository.
std::unique_ptr<RepositoryLists> OpenByPlumbing(const std::string& git_dir, bool in_hook,
                                                const RepositoryFormat& format);

}  // namespace picket
