// The files of a folder for `picket explain`: symbolic links are followed as far as they stay
// inside, as a loader follows them in the Hugging Face Hub's cache.
#pragma once

#include <string>
#include <vector>

#include "scan/file_source.h"

namespace picket {

struct UnfollowedLink {
  std::string path;
  std::string target;  // as the link says
  std::string reason;  // "it leads out of the folder"
  // It is named like a weight file: a loader may read what was not looked at here.
  bool named_like_weights = false;
};

struct FolderFiles {
  // Each content once, under the name that says most of it: a link in snapshots/, not the blob.
  FileList files;
  // Other names of files.paths[i].
  std::vector<std::vector<std::string>> also;
  std::vector<UnfollowedLink> links;
};

// What stands below `folder`. For a folder within a repository of the Hub's cache
// (models--ORG--NAME/snapshots/REVISION), "inside" is that repository. Folders named ".git" are
// left out. Throws Error when `folder` can't be read.
FolderFiles ListFolder(const std::string& folder);

}  // namespace picket
