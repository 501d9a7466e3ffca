// The one way to files while hostile bytes are read. As long as nobody has shut the process in, it
// leads straight to the system; afterwards (sandbox/sandbox.h) every call is a question to a keeper
// outside, which knows the places that were agreed on before and answers for nothing else.
//
// What is opened before hostile bytes are read (rules, policy, configuration) needs no door.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/name_list.h"

namespace picket {

// Work that only someone outside can do, by name; who sets the door up says what is done for each.
enum class Errand : uint32_t {
  kSpool = 1,     // a large object as a temporary file (git/spooled_object.h)
  kSpoolRoom,     // an empty one of a large object's size
  kRemovedNames,  // what the index leaves out of a commit (git/git_ancestry.h)
  // The audit's cache (scan/kept_cache.h).
  kCacheOpen,
  kCacheFind,
  kCacheAdd,
  kCacheBegin,
  kCacheNext,
  kCacheKeep,
  kCacheRow,
  kCacheEnd,
  kCacheTrouble,
  // The log of pushes (scan/push_log.h), and the list of debts (scan/debts.h) in its two steps.
  kLog,
  kDebtsBegin,
  kDebtsEnd,
  // Objects of Git LFS (git/lfs_store.h), and which of them were verified (git/lfs_memory.h).
  kLfsOpen,
  kLfsFind,
  kLfsMemoryLoad,
  kLfsMemorySave,
  kLast = kLfsMemorySave,
};

struct Answer {
  // 0, or the system's error number.
  int error = 0;
  // -1, or a descriptor that whoever asked owns.
  int fd = -1;
  std::string text;
};

// How a file begins.
struct FileStart {
  int error = 0;      // 0, or the system's error number; EINVAL for what is no regular file
  uint64_t size = 0;  // of all of it; bytes
  std::string bytes;
};

// Does an errand outside; throws nothing but Error, which the one who asked gets as a sentence.
// `context` is what was agreed on before.
using DoErrand = std::function<Answer(Errand, std::string_view context, std::string_view question)>;

// From any thread.
class Door {
 public:
  virtual ~Door() = default;

  // True where only questions get out: no file can be opened otherwise, and no process started.
  virtual bool is_shut() const { return false; }
  // A descriptor for reading that the caller closes; -1 with errno.
  virtual int OpenToRead(const std::string& path) = 0;
  // Some file is there, whatever it is.
  virtual bool Exists(const std::string& path) = 0;
  // Nanoseconds since 1970, of its last change; 0 where it can't be told.
  virtual int64_t ChangedAt(const std::string& path) = 0;
  // What a folder holds, without "." and "..", in no order; 0 or an error number.
  virtual int ListNames(const std::string& folder, NameList* names) = 0;
  // The first `most` bytes of each of the files, in that order. A door that is shut knows loose
  // objects only, and is asked once for up to kFilesAtOnce of one object directory: to wake the
  // keeper for each takes longer than to read it.
  static constexpr size_t kFilesAtOnce = 32;
  virtual std::vector<FileStart> ReadStarts(std::span<const std::string> paths, uint32_t most);
  // Only where is_shut(). Throws Error where the errand failed.
  virtual Answer Ask(Errand errand, std::string_view question) = 0;
};

// The process's own; never null.
Door& TheDoor();
// `door` lives to the end of the process. Before any other thread is started.
void SetDoor(Door* door);

}  // namespace picket
