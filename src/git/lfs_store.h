// Where the objects of Git LFS are on this machine, and whether one is what its pointer says.
//
// The layouts: git-lfs docs/man/git-lfs-config(5) (lfs.storage) and docs/spec.md; Gitea
// modules/lfs/pointer.go; GitLab doc/administration/lfs; lfs-test-server's README; soft-serve's
// storage folder <data>/lfs/<number of the repository>/objects.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/door.h"
#include "core/lfs.h"
#include "core/object_id.h"
#include "git/repository.h"

namespace picket {

// A file descriptor, closed with its owner.
class OpenFile {
 public:
  explicit OpenFile(int fd = -1) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OpenFile();
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  // The caller closes it.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// Whether the end of `path` is that of an object in some layout: aa/bb/<id> or aa/bb/<rest>.
bool IsLfsObjectPath(std::string_view path);

struct LfsFound {
  // Open for reading where it was found and is a regular file.
  OpenFile file;
  struct stat status {};
  // How far it has to be verified before it counts.
  LfsVerify verify = LfsVerify::kSha256;
  // A clause on why it can't be read, though it is there; "" where no store has it.
  std::string why;
};

// Const after construction and shared by all threads.
class LfsStores {
 public:
  // Of a hook or an audit: the repository's own and those of its alternates, as git-lfs looks for
  // them. `configured`: lfs.storage of the configuration counts too; not on a server, where others
  // may write that.
  static std::vector<LfsPlace> PlacesOf(const Repository& repository, bool configured);

  // Opens the folders; what is opened later is opened below them, and no link there is followed.
  // Of `places` those that don't exist are left out.
  // Of `required` each must exist: throws Error where one does not, or can't be read.
  // In a process that has shut itself in, its keeper has the folders, those that were agreed on
  // before, and these are not looked at.
  explicit LfsStores(const std::vector<LfsPlace>& places,
                     const std::vector<LfsPlace>& required = {});
  LfsStores(const LfsStores&) = delete;
  LfsStores& operator=(const LfsStores&) = delete;

  bool empty() const { return is_outside_ ? is_empty_outside_ : folders_.empty(); }
  // Of several copies the first; it has to be verified to the last byte then.
  LfsFound Find(const ObjectId& oid) const;

 private:
  struct Folder {
    OpenFile file;
    // Of names: the whole id below aa/bb, or what is left of it.
    bool whole = true;
    // Clients write there.
    bool of_clients = true;
  };
  void Add(const LfsPlace& place);
  void Add(const std::string& path, bool whole, bool of_clients);
  void AddSoftServe(const std::string& path);

  static LfsFound AskOutside(const ObjectId& oid);

  std::vector<Folder> folders_;
  bool is_outside_ = false;
  bool is_empty_outside_ = false;
};

// Find(), for the keeper of a process that has shut itself in: `question` is a raw id. Throws Error
// where it is none.
Answer FindLfsOutside(const LfsStores& stores, std::string_view question);

}  // namespace picket
