// Which objects of Git LFS have been verified by SHA-256: device, inode, size and time of change of
// the file, and the id. 0.8 s a GiB are paid once.
//
// The time of change (ctime) is the kernel's and can't be set, so a file that was written since is
// another one here. What changed in the last two seconds is not remembered: a second write within
// one tick of that clock would not show.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"

namespace picket {

struct LfsVerifiedFile {
  // st_dev, st_ino, st_size, st_ctim in seconds and nanoseconds.
  std::array<uint64_t, 5> key{};
  ObjectId oid;

  auto operator<=>(const LfsVerifiedFile&) const = default;
};

// A line of text and then 72 bytes for each; nullopt for anything else. At most 16,384 are read and
// written, those that were verified last.
std::optional<std::vector<LfsVerifiedFile>> TryParseLfsMemory(std::string_view text);
std::string WriteLfsMemory(const std::vector<LfsVerifiedFile>& files);

// The file of a folder, "" where there is none that can be used, and put back; "" for the folder
// keeps nothing. Throws Error for what is no such file, and where it can't be written.
std::string ReadLfsMemoryFile(const std::string& folder);
void WriteLfsMemoryFile(const std::string& folder, std::string_view text);

// Safe from all threads.
class LfsMemory {
 public:
  // The file "lfs-verified" in `folder`; "" remembers nothing beyond this run. What somebody else
  // may write there is not used. In a process that has shut itself in, its keeper has the file.
  explicit LfsMemory(std::string folder);

  bool Knows(const struct stat& status, const ObjectId& oid) const;
  // It was verified, and `status` is what fstat said before and after.
  void Add(const struct stat& status, const ObjectId& oid);
  // Writes what was added; a sentence where that can't be done.
  std::string Save();

 private:
  using Key = std::array<uint64_t, 5>;

  std::string folder_;
  mutable std::mutex mutex_;
  std::map<Key, ObjectId> known_;
  std::vector<LfsVerifiedFile> order_;
  bool changed_ = false;
};

}  // namespace picket
