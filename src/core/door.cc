#include "core/door.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/error.h"

namespace picket {
namespace {

FileStart Failed(int error) {
  FileStart start;
  start.error = error;
  return start;
}

FileStart StartOf(int fd, uint32_t most) {
  FileStart start;
  struct stat info {};
  if (fstat(fd, &info) != 0) return Failed(errno);
  if (!S_ISREG(info.st_mode)) return Failed(EINVAL);
  start.size = static_cast<uint64_t>(info.st_size);
  start.bytes.resize(std::min<uint64_t>(start.size, most));
  size_t filled = 0;
  while (filled < start.bytes.size()) {
    const ssize_t got = read(fd, start.bytes.data() + filled, start.bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(errno);
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  start.bytes.resize(filled);
  return start;
}

class OpenDoor : public Door {
 public:
  int OpenToRead(const std::string& path) override {
    // A pipe that stands where a file is due must not make anybody wait.
    return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  }
  bool Exists(const std::string& path) override { return access(path.c_str(), F_OK) == 0; }
  int64_t ChangedAt(const std::string& path) override {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return 0;
    return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  }
  int ListNames(const std::string& folder, NameList* names) override {
    const auto shut = [](DIR* one) { closedir(one); };
    const std::unique_ptr<DIR, decltype(shut)> stream(opendir(folder.c_str()), shut);
    if (stream == nullptr) return errno;
    for (;;) {
      errno = 0;
      const dirent* entry = readdir(stream.get());
      if (entry == nullptr) return errno;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names->push_back(name);
    }
  }
  Answer Ask(Errand, std::string_view) override {
    throw Error("An errand was asked of a door that is open; please report this as a defect.");
  }
};

Door*& Current() {
  static OpenDoor open;
  static Door* current = &open;
  return current;
}

}  // namespace

std::vector<FileStart> Door::ReadStarts(std::span<const std::string> paths, uint32_t most) {
  std::vector<FileStart> starts;
  for (const std::string& path : paths) {
    const int fd = OpenToRead(path);
    starts.push_back(fd < 0 ? Failed(errno) : StartOf(fd, most));
    if (fd >= 0) close(fd);
  }
  return starts;
}

Door& TheDoor() { return *Current(); }

void SetDoor(Door* door) { Current() = door; }

}  // namespace picket
