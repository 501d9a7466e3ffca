#include "match/trusted_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include "core/error.h"

namespace picket {
namespace {

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string FolderOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsOursAlone(const struct stat& status) {
  return (status.st_uid == 0 || status.st_uid == geteuid()) && (status.st_mode & 022) == 0;
}

}  // namespace

TrustedBytes::~TrustedBytes() {
  if (!bytes_.empty()) munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
}

TrustedBytes TrustedBytes::Copy(Bytes bytes) {
  if (bytes.empty()) return TrustedBytes({});
  void* pages =
      mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  std::memcpy(pages, bytes.data(), bytes.size());
  return TrustedBytes(Bytes(static_cast<const uint8_t*>(pages), bytes.size()));
}

std::optional<TrustedBytes> MapTrustedFile(const std::string& path, std::string* why) {
  File folder(FolderOf(path), O_RDONLY | O_DIRECTORY);
  File file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  if (folder.fd() < 0 || file.fd() < 0) {
    *why = std::strerror(errno);
    return std::nullopt;
  }
  if (fstat(folder.fd(), &status) != 0 || !IsOursAlone(status)) {
    *why = "somebody else owns its folder or may write there";
    return std::nullopt;
  }
  if (fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode) || !IsOursAlone(status)) {
    *why = "somebody else owns it or may write it";
    return std::nullopt;
  }
  const size_t size = static_cast<size_t>(status.st_size);
  if (size == 0) return TrustedBytes({}, path);
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd(), 0);
  if (bytes == MAP_FAILED) {
    *why = "it can't be read to its end";
    return std::nullopt;
  }
  return TrustedBytes(Bytes(static_cast<const uint8_t*>(bytes), size), path);
}

std::optional<std::string> ReadTrustedFile(const std::string& path, std::string* why) {
  const std::optional<TrustedBytes> file = MapTrustedFile(path, why);
  if (!file) return std::nullopt;
  return std::string(AsText(file->bytes()));
}

void WriteTrustedFile(const std::string& path, std::string_view bytes) {
  std::string temporary = path;
  temporary.append(".new.").append(std::to_string(getpid()));
  bool ok = false;
  {
    File file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    std::string_view rest = bytes;
    while (file.fd() >= 0 && !rest.empty()) {
      ssize_t written = write(file.fd(), rest.data(), rest.size());
      if (written <= 0 && errno != EINTR) break;
      if (written > 0) rest.remove_prefix(static_cast<size_t>(written));
    }
    ok = file.fd() >= 0 && rest.empty() && fchmod(file.fd(), 0644) == 0 && fsync(file.fd()) == 0;
  }
  if (!ok || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::string reason = std::strerror(errno);
    unlink(temporary.c_str());
    throw Error("The file " + path + " can't be written: " + reason +
                "; check its folder and the permissions.");
  }
}

}  // namespace picket
