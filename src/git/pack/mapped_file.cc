#include "git/pack/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/door.h"

namespace picket {

MappedFile::MappedFile(const std::string& path) {
  int fd = TheDoor().OpenToRead(path);
  struct stat status {};
  if (fd < 0 || fstat(fd, &status) != 0) {
    why_ = std::string("it can't be opened: ") + std::strerror(errno);
  } else if (!S_ISREG(status.st_mode) || status.st_size <= 0) {
    exists_ = true;
    why_ = "it is empty or no regular file";
  } else {
    exists_ = true;
    size_ = static_cast<size_t>(status.st_size);
    void* data = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) {
      why_ = std::string("it can't be mapped: ") + std::strerror(errno);
      size_ = 0;
    } else {
      data_ = data;
    }
  }
  if (fd >= 0) close(fd);
}

MappedFile::MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(exists_, other.exists_);
  std::swap(why_, other.why_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace picket
