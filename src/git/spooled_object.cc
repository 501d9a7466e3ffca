#include "git/spooled_object.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "git/plumbing.h"

namespace picket {
namespace {

constexpr char kElsewhere[] = "/var/tmp";
// Each is a mapping of its own, of which a process may have 65,530.
constexpr size_t kMostZeroRuns = 1024;

// A file size limit (ulimit -f) must be an error like a full disk, not the end of the process.
class FileSizeSignalBlocked {
 public:
  FileSizeSignalBlocked() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    signal_ = set;
  }
  ~FileSizeSignalBlocked() {
    timespec none{};
    while (sigtimedwait(&signal_, nullptr, &none) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  FileSizeSignalBlocked(const FileSizeSignalBlocked&) = delete;
  FileSizeSignalBlocked& operator=(const FileSizeSignalBlocked&) = delete;

 private:
  sigset_t before_{};
  sigset_t signal_{};
};

std::string NoRoom(const std::string& directory, uint64_t size, int error) {
  return "its " + std::to_string(size) + " bytes need a temporary file in " + directory +
         ", which can't be written: " + std::strerror(error) + "; make room there";
}

// -1 with errno.
int OpenIn(const std::string& directory) {
  int file = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    // Not every file system has files without a name.
    std::string name = directory + "/picket-XXXXXX";
    file = mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) unlink(name.c_str());
  }
  return file;
}

// What is written there would stay in memory.
bool IsInMemory(const char* directory) {
  struct statfs info {};
  return statfs(directory, &info) != 0 || info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC;
}

// Where whoever audits may only read, the file lies elsewhere; `directory` says where.
int OpenFile(std::string* directory, std::string* why) {
  int file = OpenIn(*directory);
  if (file >= 0) return file;
  const int error = errno;
  const bool may_only_read = error == EROFS || error == EACCES || error == EPERM;
  if (may_only_read && !IsInMemory(kElsewhere)) file = OpenIn(kElsewhere);
  if (file < 0) {
    *why = "a temporary file can't be made in " + *directory + ": " + std::strerror(error) +
           "; make it writable, or " + kElsewhere + ", on a disk";
    return -1;
  }
  *directory = kElsewhere;
  return file;
}

// Git writes into the file itself, so that gigabytes are not copied once more.
bool Fill(const SpoolPlace& place, const std::string& directory, const ObjectId& oid,
          const ObjectHeader& header, int file, std::string* why, const std::stop_token& stop) {
  // With a low bigFileThreshold Git streams what is stored whole, and holds only deltas in memory.
  GitCommand command;
  command.arguments = {"-c", "core.bigFileThreshold=1m", "cat-file",
                       std::string(ToString(header.type)), oid.ToHex()};
  command.git_dir = place.git_dir;
  command.clean_environment = true;
  command.output = file;
  command.most_output = header.size + 1;
  GitProcess git(command);
  if (!git.WaitUnless(stop)) {
    *why = "there was no time to read it";
    return false;
  }
  const int status = git.Finish();
  // The file was open before Git had it, so it stands where Git has stopped.
  const off_t end = lseek(file, 0, SEEK_CUR);
  const uint64_t written = end < 0 ? 0 : static_cast<uint64_t>(end);
  if (written > header.size) {
    *why = "it is longer than the " + std::to_string(header.size) + " bytes that it claims";
    return false;
  }
  if (status == 0 && written == header.size) return true;
  // All of the room was there, but not every file system keeps to that.
  const std::string failure = git.Failure();
  if (failure.find(std::strerror(ENOSPC)) != std::string::npos) {
    *why = NoRoom(directory, header.size, ENOSPC);
    return false;
  }
  // Who was ended by a signal has said nothing about the object.
  constexpr int kBySignal = 128;
  *why = (status > kBySignal ? "it could not be read to its end: " : "the object is damaged: ") +
         failure;
  return false;
}

std::string SpoolQuestion(const ObjectId& oid, const ObjectHeader& header) {
  std::string question(1, static_cast<char>(header.type));
  AppendU64Le(header.size, &question);
  return question.append(AsText(oid.raw()));
}

// A temporary file of `size` bytes, for reading and writing, in `directory` or where that is set
// to; -1 with a clause in `why`.
int OpenRoom(uint64_t size, std::string* directory, std::string* why) {
  const int file = OpenFile(directory, why);
  if (file < 0 || size == 0) return file;
  const FileSizeSignalBlocked blocked;
  // All of the room at once: a disk that is full is known before anything is written.
  const int error = size > static_cast<uint64_t>(INT64_MAX)
                        ? EFBIG
                        : posix_fallocate(file, 0, static_cast<off_t>(size));
  if (error == 0) return file;
  *why = NoRoom(*directory, size, error);
  close(file);
  return -1;
}

// The same with the whole object in it.
int WriteSpooled(const SpoolPlace& place, const ObjectId& oid, const ObjectHeader& header,
                 std::string* why, const std::stop_token& stop) {
  std::string directory = place.directory;
  const int file = OpenRoom(header.size, &directory, why);
  if (file < 0 || header.size == 0) return file;
  const FileSizeSignalBlocked blocked;
  if (Fill(place, directory, oid, header, file, why, stop)) return file;
  close(file);
  return -1;
}

}  // namespace

SpooledObject::~SpooledObject() {
  if (!bytes_.empty())
    munmap(const_cast<uint8_t*>(bytes_.data()), static_cast<size_t>(bytes_.size()));
  if (file_ >= 0) close(file_);
  in_use_ -= taken_;
}

bool SpooledObject::Load(const Repository& repository, const ObjectId& oid,
                         const ObjectHeader& header, std::string* why,
                         const std::stop_token& stop) {
  if (!TakeRoom(header.size, why)) return false;
  if (TheDoor().is_shut()) {
    const Answer answer = TheDoor().Ask(Errand::kSpool, SpoolQuestion(oid, header));
    file_ = answer.fd;
    if (file_ < 0) *why = answer.text;
  } else {
    file_ = WriteSpooled({repository.git_dir(), repository.temporary_dir(), limit_}, oid, header,
                         why, stop);
  }
  return file_ >= 0 && Map(header.size, why);
}

bool SpooledObject::Reserve(const Repository& repository, uint64_t size, std::string* why) {
  if (!TakeRoom(size, why)) return false;
  if (TheDoor().is_shut()) {
    std::string question;
    AppendU64Le(size, &question);
    const Answer answer = TheDoor().Ask(Errand::kSpoolRoom, question);
    file_ = answer.fd;
    if (file_ < 0) *why = answer.text;
  } else {
    std::string directory = repository.temporary_dir();
    file_ = OpenRoom(size, &directory, why);
  }
  return file_ >= 0 && Map(size, why);
}

// Of 4 GiB of zeros that were written the pages took longer than all else together.
bool SpooledObject::MayStayEmpty(uint64_t offset, Bytes bytes) const {
  static const auto kPage = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  if (bytes.empty() || bytes[0] != 0 || offset % kPage != 0 || bytes.size() % kPage != 0 ||
      (offset != zeros_end_ && zero_runs_ == kMostZeroRuns)) {
    return false;
  }
  return std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

// In place of the file's pages those that the kernel has for whatever was never written.
bool SpooledObject::MapZeros(uint64_t offset, uint64_t length, std::string* why) {
  uint8_t* const at = const_cast<uint8_t*>(bytes_.data()) + offset;
  if (mmap(at, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) ==
      MAP_FAILED) {
    *why = std::string("its zeros can't be mapped: ") + std::strerror(errno);
    return false;
  }
  madvise(at, length, MADV_HUGEPAGE);
  if (offset != zeros_end_) ++zero_runs_;
  zeros_end_ = offset + length;
  return true;
}

bool SpooledObject::Write(uint64_t offset, Bytes bytes, std::string* why) {
  if (MayStayEmpty(offset, bytes)) return MapZeros(offset, bytes.size(), why);
  // For good: to ask for what is pending, as FileSizeSignalBlocked does, is forbidden inside.
  sigset_t file_size;
  sigemptyset(&file_size);
  sigaddset(&file_size, SIGXFSZ);
  pthread_sigmask(SIG_BLOCK, &file_size, nullptr);
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      // All of the room was there, but not every file system keeps to that.
      *why = "its temporary file can't be written: " +
             std::string(std::strerror(written == 0 ? ENOSPC : errno)) + "; make room there";
      return false;
    }
    offset += static_cast<uint64_t>(written);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

bool SpooledObject::Map(uint64_t size, std::string* why) {
  if (size == 0) return true;
  struct stat info {};
  if (fstat(file_, &info) != 0 || static_cast<uint64_t>(info.st_size) < size) {
    *why = "its temporary file is shorter than it is";
    return false;
  }
  void* mapped = mmap(nullptr, static_cast<size_t>(size), PROT_READ, MAP_SHARED, file_, 0);
  if (mapped == MAP_FAILED) {
    *why = std::string("its temporary file can't be mapped: ") + std::strerror(errno);
    return false;
  }
  bytes_ = {static_cast<const uint8_t*>(mapped), static_cast<size_t>(size)};
  return true;
}

bool SpooledObject::TakeRoom(uint64_t size, std::string* why) {
  uint64_t used = in_use_.load();
  do {
    if (size > limit_ || used > limit_ - size) {
      *why = "its " + std::to_string(size) + " bytes are more than limits.temp_bytes leaves (" +
             std::to_string(used) + " of " + std::to_string(limit_) + " in use); raise the limit";
      return false;
    }
  } while (!in_use_.compare_exchange_weak(used, used + size));
  taken_ = size;
  return true;
}

Answer SpoolOutside(const SpoolPlace& place, std::string_view question) {
  ByteReader reader(AsBytes(question));
  const uint8_t type = reader.U8();
  ObjectHeader header;
  header.size = reader.U64Le();
  const Bytes id = reader.Take(reader.remaining());
  Answer answer;
  if (!reader.ok() || type > static_cast<uint8_t>(ObjectType::kTag) ||
      (id.size() != 20 && id.size() != 32) || header.size > place.limit) {
    answer.text = "its temporary file was asked for in no proper way";
    return answer;
  }
  header.type = static_cast<ObjectType>(type);
  answer.fd = WriteSpooled(place, ObjectId::FromRaw(id), header, &answer.text, {});
  if (answer.fd < 0) return answer;
  // To be read only: nothing that is written into it could be told from what Git wrote, nor would
  // anybody count how much it is. Where there is no /proc the one descriptor has to do.
  const std::string again = "/proc/self/fd/" + std::to_string(answer.fd);
  if (const int file = open(again.c_str(), O_RDONLY | O_CLOEXEC); file >= 0) {
    close(answer.fd);
    answer.fd = file;
  }
  return answer;
}

Answer SpoolRoomOutside(const SpoolPlace& place, std::string_view question) {
  ByteReader reader(AsBytes(question));
  const uint64_t size = reader.U64Le();
  Answer answer;
  if (!reader.ok() || reader.remaining() != 0 || size > place.limit) {
    answer.text = "room for its temporary file was asked for in no proper way";
    return answer;
  }
  std::string directory = place.directory;
  answer.fd = OpenRoom(size, &directory, &answer.text);
  return answer;
}

}  // namespace picket
