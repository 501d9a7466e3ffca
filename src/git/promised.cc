#include "git/promised.h"

#include <algorithm>
#include <array>

#include "git/plumbing.h"

namespace picket {

uint64_t CountPromised(const Repository& repository) {
  if (!repository.has_promisor()) return 0;
  GitProcess git({.arguments = {"rev-list", "--objects", "--all", "--missing=print", "--quiet"},
                  .git_dir = repository.git_dir(),
                  .clean_environment = true});
  // A line "?<id>" for each; --quiet leaves out those that are there.
  uint64_t count = 0;
  std::array<char, 65536> buffer;
  while (size_t size = git.Read(buffer)) {
    count += static_cast<uint64_t>(
        std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size), '?'));
  }
  git.CheckSuccess();
  return count;
}

}  // namespace picket
