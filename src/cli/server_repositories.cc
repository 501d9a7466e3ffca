#include "cli/server_repositories.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

bool IsGitDirectory(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path / "HEAD", error)) &&
         fs::is_directory(path / "objects", error) && fs::is_directory(path / "refs", error);
}

void Search(const fs::path& folder, int depth, ServerFolder* found) {
  if (IsGitDirectory(folder)) {
    if (folder.filename() == ".git") {
      ++found->worktrees;
    } else {
      found->repositories.push_back(folder.string());
    }
    return;
  }
  if (depth > kDeepestFolder) {
    found->unsearched.push_back(
        {folder.string(), "it lies more than " + std::to_string(kDeepestFolder) + " folders deep"});
    return;
  }
  std::error_code error;
  std::vector<fs::path> below;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    const bool link = entries->is_symlink(unknown);
    if (!entries->is_directory(unknown)) continue;
    if (link) {
      ++found->links;
    } else {
      below.push_back(entries->path());
    }
  }
  if (error) found->unsearched.push_back({folder.string(), error.message()});
  for (const fs::path& path : below) Search(path, depth + 1, found);
}

}  // namespace

ServerFolder ListServerFolder(const std::string& root) {
  std::error_code error;
  const fs::path top = fs::canonical(root, error);
  if (error || !fs::is_directory(top, error)) {
    throw Error(root + " is no folder that can be read, so nothing was judged; name the one that " +
                "holds the repositories.");
  }
  ServerFolder found;
  Search(top, 0, &found);
  std::sort(found.repositories.begin(), found.repositories.end());
  std::sort(found.unsearched.begin(), found.unsearched.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

}  // namespace picket
