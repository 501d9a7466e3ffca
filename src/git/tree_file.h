// One small file as Git has it, by its path at the root: for the policy that a repository carries.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "git/repository.h"

namespace picket {

// The file in the index that the hook was given (GIT_INDEX_FILE), or in the tree of HEAD; nullopt
// where there is none, where HEAD is unborn, or where the entry is no regular file. Throws Error
// for one that can't be read or is over 1 MiB.
std::optional<std::string> ReadStagedFile(const Repository& repository, std::string_view path);
std::optional<std::string> ReadFileOfHead(const Repository& repository, std::string_view path);

}  // namespace picket
