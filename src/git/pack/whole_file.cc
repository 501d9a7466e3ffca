#include "git/pack/whole_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/door.h"

namespace picket {
namespace {

constexpr size_t kSmallFile = size_t{1} << 16;

}  // namespace

WholeFile::WholeFile(const std::string& path) {
  const int fd = TheDoor().OpenToRead(path);
  Take(fd);
  if (fd >= 0) close(fd);
}

void WholeFile::Take(int fd) {
  struct stat status {};
  if (fd < 0 || fstat(fd, &status) != 0) {
    why_ = std::string("it can't be opened: ") + std::strerror(errno);
    return;
  }
  exists_ = true;
  if (!S_ISREG(status.st_mode) || status.st_size <= 0) {
    why_ = "it is empty or no regular file";
    return;
  }
  size_ = static_cast<size_t>(status.st_size);
  if (size_ <= kSmallFile) {
    if (Read(fd) && size_ > 0) return;
    why_ = std::string("it can't be read: ") + std::strerror(errno);
  } else {
    void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data != MAP_FAILED) {
      data_ = static_cast<const uint8_t*>(data);
      return;
    }
    why_ = std::string("it can't be mapped: ") + std::strerror(errno);
  }
  size_ = 0;
}

// From the file's beginning: a descriptor may be a copy of one that was read before.
bool WholeFile::Read(int fd) {
  read_ = std::make_unique_for_overwrite<uint8_t[]>(size_);
  size_t filled = 0;
  errno = 0;
  while (filled < size_) {
    const ssize_t got = pread(fd, read_.get() + filled, size_ - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  data_ = read_.get();
  size_ = filled;
  return true;
}

WholeFile::WholeFile(WholeFile&& other) noexcept { *this = std::move(other); }

WholeFile& WholeFile::operator=(WholeFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(read_, other.read_);
  std::swap(exists_, other.exists_);
  std::swap(why_, other.why_);
  return *this;
}

WholeFile::~WholeFile() {
  if (data_ != nullptr && read_ == nullptr) munmap(const_cast<uint8_t*>(data_), size_);
}

}  // namespace picket
