#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace picket {
namespace {

[[noreturn]] void FailToWrite(const std::string& file, const std::string& why) {
  throw Error("The file " + file + " can't be written (" + why + "); nothing was changed.");
}

bool WriteAndClose(int fd, std::string_view bytes, mode_t mode) {
  bool good = fchmod(fd, mode) == 0;
  while (good && !bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    good = count >= 0;
    if (good) bytes.remove_prefix(static_cast<size_t>(count));
  }
  good = good && fsync(fd) == 0;
  const int error = errno;
  const bool closed = close(fd) == 0;
  if (!good) errno = error;
  return good && closed;
}

}  // namespace

std::string ReadWholeFile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes;
  std::array<char, 64 << 10> block;
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0) {
    bytes.append(block.data(), static_cast<size_t>(stream.gcount()));
  }
  if (!stream.eof()) {
    throw Error("The file " + file + " can't be read, so nothing was judged; make it readable.");
  }
  return bytes;
}

void ReplaceFile(const std::string& file, std::string_view bytes) {
  struct stat old {};
  const bool exists = lstat(file.c_str(), &old) == 0;
  if (!exists && errno != ENOENT) FailToWrite(file, std::strerror(errno));
  if (exists && !S_ISREG(old.st_mode)) FailToWrite(file, "it is no regular file");
  const mode_t mask = umask(0);
  umask(mask);
  const mode_t mode = exists ? old.st_mode & 07777 : 0666 & ~mask;
  std::string temporary = file + ".XXXXXX";
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) FailToWrite(file, std::strerror(errno));
  if (WriteAndClose(fd, bytes, mode) && std::rename(temporary.c_str(), file.c_str()) == 0) return;
  const int error = errno;
  unlink(temporary.c_str());
  FailToWrite(file, std::strerror(error));
}

}  // namespace picket
