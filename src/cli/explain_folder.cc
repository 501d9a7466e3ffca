#include "cli/explain_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "core/error.h"
#include "weights/explain.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

using FileId = std::pair<dev_t, ino_t>;

bool IsNamedLikeWeights(const std::string& path) {
  BlobRef ref;
  ref.names.push_back(path);
  return !WeightFormatOf(Blob{ref, {}}).empty();
}

// How little a name says: least that of a weight file, most that of a blob in the Hub's cache.
int Silence(const std::string& path) {
  if (IsNamedLikeWeights(path)) return 0;
  return fs::path(path).parent_path().filename() == "blobs" ? 2 : 1;
}

bool IsBelow(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// The repository of the Hub's cache that `folder` stands in, else the folder itself.
fs::path BoundaryOf(const fs::path& folder) {
  fs::path at = folder;
  for (; at.has_relative_path(); at = at.parent_path()) {
    std::string name = at.filename().string();
    bool cached = name.starts_with("models--") || name.starts_with("datasets--") ||
                  name.starts_with("spaces--");
    if (cached && fs::is_directory(at / "blobs")) return at;
  }
  return folder;
}

class FolderWalk {
 public:
  explicit FolderWalk(const fs::path& folder) {
    std::error_code error;
    boundary_ = fs::canonical(folder, error);
    if (error) throw Error(folder.string() + " can't be read: " + error.message() + ".");
    boundary_ = BoundaryOf(boundary_);
    Descend(folder);
    // Links last, so that what can be reached without one keeps the name it has there.
    while (!pending_.empty()) {
      std::vector<fs::path> links = std::move(pending_);
      pending_.clear();
      std::sort(links.begin(), links.end());
      for (const fs::path& link : links) Follow(link);
    }
  }

  FolderFiles Finish() {
    FolderFiles found;
    // By name, not by inode: the order must not depend on the machine.
    std::map<std::string, std::vector<std::string>> by_name;
    for (auto& [id, names] : contents_) {
      std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
        return std::pair(Silence(a), std::string_view(a)) <
               std::pair(Silence(b), std::string_view(b));
      });
      by_name.emplace(names.front(), std::vector<std::string>(names.begin() + 1, names.end()));
    }
    for (auto& [name, others] : by_name) {
      found.files.paths.push_back(name);
      found.also.push_back(std::move(others));
    }
    found.files.gaps = std::move(gaps_);
    found.links = std::move(links_);
    std::sort(found.files.gaps.begin(), found.files.gaps.end());
    std::sort(found.links.begin(), found.links.end(),
              [](const UnfollowedLink& a, const UnfollowedLink& b) { return a.path < b.path; });
    return found;
  }

 private:
  void AddGap(const fs::path& path, const std::string& reason) {
    gaps_.push_back({path.string(), path.string(), "", reason});
  }

  void Descend(const fs::path& folder) {
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0 ||
        !folders_.insert({status.st_dev, status.st_ino}).second) {
      return;
    }
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      if (entries->is_symlink()) {
        pending_.push_back(entries->path());
      } else {
        Enter(entries->path());
      }
    }
    if (error) AddGap(folder, "the folder can't be read: " + error.message());
  }

  void Enter(const fs::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return AddGap(path, "it can't be read");
    if (S_ISDIR(status.st_mode)) {
      if (path.filename() != ".git") Descend(path);
    } else if (S_ISREG(status.st_mode)) {
      contents_[{status.st_dev, status.st_ino}].push_back(path.string());
    }
  }

  void Follow(const fs::path& path) {
    std::error_code error;
    UnfollowedLink link;
    link.path = path.string();
    link.target = fs::read_symlink(path, error).string();
    fs::path end = fs::canonical(path, error);
    if (error) {
      link.reason = "it leads nowhere";
    } else if (!IsBelow(end, boundary_)) {
      link.reason = "it leads out of the folder";
    } else {
      return Enter(path);
    }
    link.named_like_weights = IsNamedLikeWeights(link.path) || IsNamedLikeWeights(link.target);
    links_.push_back(std::move(link));
  }

  fs::path boundary_;
  std::vector<fs::path> pending_;
  std::set<FileId> folders_;
  std::map<FileId, std::vector<std::string>> contents_;
  std::vector<UnfollowedLink> links_;
  std::vector<Gap> gaps_;
};

}  // namespace

FolderFiles ListFolder(const std::string& folder) { return FolderWalk(folder).Finish(); }

}  // namespace picket
