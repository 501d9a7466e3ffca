// One small file as Git has it, by its name at the root: for the policy that a repository carries.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/object_id.h"
#include "git/plumbing.h"
#include "git/repository.h"

namespace picket {

// The file in the index that the hook was given (GIT_INDEX_FILE). Git is started on construction
// and read in Read(), so that the repository can be opened in the meantime. Where the staged
// changes are listed anyway, StagedChanges::ReadFile() needs no process.
class StagedFile {
 public:
  explicit StagedFile(std::string name);

  // nullopt where there is none, or where the entry is no regular file. Throws Error for one that
  // can't be read or is over 1 MiB. Call once.
  std::optional<std::string> Read(const Repository& repository);

 private:
  std::string name_;
  GitProcess process_;
};

// The same in the tree of HEAD; nullopt too where HEAD is unborn.
std::optional<std::string> ReadFileOfHead(const Repository& repository, std::string_view name);

// The blob `oid`, which Git has as `name`. Throws Error for one that can't be read or is over 1
// MiB.
std::string ReadSmallFile(ObjectDatabase& objects, const ObjectId& oid, std::string_view name);

}  // namespace picket
