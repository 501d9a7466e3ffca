// The repositories of a server's folder, found without asking Git about each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace picket {

struct ServerFolder {
  // Absolute paths of Git directories, sorted; found ones are not searched further. Those named
  // .git, with a worktree around them, are not a server's.
  std::vector<std::string> repositories;
  // Folders that could not be searched, each with the reason as a clause.
  struct Unsearched {
    std::string path;
    std::string reason;
  };
  std::vector<Unsearched> unsearched;
  uint64_t links = 0;      // symbolic links to folders, which are not followed
  uint64_t worktrees = 0;  // repositories with a worktree, left out
};

inline constexpr int kDeepestFolder = 12;

// At `root` and at most kDeepestFolder levels below. Throws Error if `root` is no folder.
ServerFolder ListServerFolder(const std::string& root);

}  // namespace picket
