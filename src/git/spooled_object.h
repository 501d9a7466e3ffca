// A Git object that is too large for memory: written by `git cat-file` to an unlinked temporary
// file and mapped, so that only the page cache holds it.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/door.h"
#include "core/object_id.h"
#include "git/repository.h"

namespace picket {

class SpooledObject {
 public:
  // `in_use` counts the bytes of all such files and is not taken above `limit`.
  SpooledObject(std::atomic<uint64_t>& in_use, uint64_t limit) : in_use_(in_use), limit_(limit) {}
  ~SpooledObject();
  SpooledObject(const SpooledObject&) = delete;
  SpooledObject& operator=(const SpooledObject&) = delete;

  // Once. False with a clause in `why` where there is no room or the object can't be read to its
  // end, or `stop` is requested. The file is in Repository::temporary_dir(): beside the objects, or
  // in /var/tmp where nobody may write there; never in memory.
  bool Load(const Repository& repository, const ObjectId& oid, const ObjectHeader& header,
            std::string* why, const std::stop_token& stop = {});
  // Valid as long as this.
  Bytes bytes() const { return bytes_; }

 private:
  bool TakeRoom(uint64_t size, std::string* why);

  std::atomic<uint64_t>& in_use_;
  uint64_t limit_;
  uint64_t taken_ = 0;
  int file_ = -1;
  Bytes bytes_;
};

// Where such a file is written, and by whom.
struct SpoolPlace {
  std::string git_dir;
  std::string directory;
  uint64_t limit = 0;  // bytes of one file
};

// For Errand::kSpool, outside: the same file for a process that may open none. A question that
// makes no sense, or names more than the limit, is answered with a clause.
Answer SpoolOutside(const SpoolPlace& place, std::string_view question);

}  // namespace picket
