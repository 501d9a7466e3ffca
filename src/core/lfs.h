// Git LFS: the words that policy and the Git wing share.
#pragma once

#include <cstdint>
#include <string>

namespace picket {

// How a store names its objects below its folder; "aa" and "bb" are the first two pairs of digits
// of the id.
enum class LfsLayout : uint8_t {
  kAuto,       // each of the others
  kGitLfs,     // aa/bb/<id>, there or in objects/ or lfs/objects/ (git-lfs docs/spec.md, "Local")
  kSplit,      // aa/bb/<the id's other 60 digits>: Gitea, Forgejo, GitLab, lfs-test-server
  kSoftServe,  // <repository's number>/objects/aa/bb/<id>
};

// How far a stored object is held against its pointer; ordered from loose to strict.
enum class LfsVerify : uint8_t { kSize, kSha256 };

struct LfsPlace {
  // Absolute.
  std::string path;
  LfsLayout layout = LfsLayout::kAuto;
};

}  // namespace picket
