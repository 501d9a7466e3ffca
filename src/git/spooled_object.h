// A Git object that is too large for memory: in an unlinked temporary file and mapped, so that only
// the page cache holds it.
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

  // Once, one of the two. False with a clause in `why` where there is no room, or `stop` is
  // requested. The file is in Repository::temporary_dir(): beside the objects, or in /var/tmp where
  // nobody may write there; never in memory.
  //
  // Has Git write the whole object; false too where it can't be read to its end.
  bool Load(const Repository& repository, const ObjectId& oid, const ObjectHeader& header,
            std::string* why, const std::stop_token& stop = {});
  // Makes room for so many bytes, for Write().
  bool Reserve(const Repository& repository, uint64_t size, std::string* why);
  // From any thread, one at a time, also while others read the bytes before `offset`: what comes
  // from there on, in order. Zeros take neither disk nor memory. False where the disk takes no
  // more, with a clause in `why`.
  bool Write(uint64_t offset, Bytes bytes, std::string* why);

  // Valid as long as this.
  Bytes bytes() const { return bytes_; }

 private:
  bool TakeRoom(uint64_t size, std::string* why);
  bool Map(uint64_t size, std::string* why);
  bool MayStayEmpty(uint64_t offset, Bytes bytes) const;
  bool MapZeros(uint64_t offset, uint64_t length, std::string* why);

  std::atomic<uint64_t>& in_use_;
  uint64_t limit_;
  uint64_t taken_ = 0;
  int file_ = -1;
  Bytes bytes_;
  uint64_t zeros_end_ = UINT64_MAX;  // of the last run of zeros that stayed empty
  size_t zero_runs_ = 0;
};

// Where such a file is written, and by whom.
struct SpoolPlace {
  std::string git_dir;
  std::string directory;
  uint64_t limit = 0;  // bytes of one file
};

// For Errand::kSpool and Errand::kSpoolRoom, outside: the same files for a process that may open
// none. A question that makes no sense, or names more than the limit, is answered with a clause.
Answer SpoolOutside(const SpoolPlace& place, std::string_view question);
Answer SpoolRoomOutside(const SpoolPlace& place, std::string_view question);

}  // namespace picket
