#include "scan/file_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace picket {

bool FileBytes::Load(int fd, uint64_t size, uint64_t memory_bytes, std::string* why) {
  Unmap();
  buffer_.clear();
  if (size <= memory_bytes) {
    if (ReadAll(fd, size, memory_bytes)) return true;
    *why = std::string("it can't be read: ") + std::strerror(errno);
    return false;
  }
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) {
    *why = std::string("it can't be mapped: ") + std::strerror(errno);
    return false;
  }
  buffer_.shrink_to_fit();
  mapping_ = {static_cast<const uint8_t*>(data), size};
  mapped_ = true;
  return true;
}

void FileBytes::Yield(const BlobRef& ref, const TensorFinder& find_tensors,
                      BlobVisitor& visitor) const {
  std::vector<Span> tensors;
  if (mapped_) {
    // Directories are a page here and a page there; megabytes fetched behind each are for nothing.
    SetReadAhead(false);
    if (find_tensors) tensors = find_tensors(mapping_);
    if (tensors.empty()) SetReadAhead(true);
  }
  Blob blob{ref, bytes()};
  blob.left_out = tensors;
  visitor.OnBlob(blob, nullptr);
  uint64_t left_out = 0;
  for (const Span& span : tensors) left_out += span.length;
  if (left_out == 0) return;
  const std::string name = ref.names.empty() ? ref.oid.ToHex() : std::string(ref.names.front());
  visitor.OnSkipped({.what = "tensors of " + name,
                     .reason = "tensors of large files",
                     .count = 1,
                     .bytes = left_out});
}

void FileBytes::SetReadAhead(bool on) const {
  madvise(const_cast<uint8_t*>(mapping_.data()), mapping_.size(), on ? MADV_NORMAL : MADV_RANDOM);
}

void FileBytes::Unmap() {
  if (mapped_) munmap(const_cast<uint8_t*>(mapping_.data()), mapping_.size());
  mapped_ = false;
  mapping_ = {};
}

// Reads until the end, which may have moved since `expected` was told.
bool FileBytes::ReadAll(int fd, uint64_t expected, uint64_t most) {
  buffer_.resize(expected + 1);
  size_t filled = 0;
  for (;;) {
    ssize_t count = read(fd, buffer_.data() + filled, buffer_.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    filled += static_cast<size_t>(count);
    if (filled == buffer_.size()) {
      if (filled > most) {
        errno = EFBIG;
        return false;
      }
      buffer_.resize(buffer_.size() * 2);
    }
  }
  buffer_.resize(filled);
  return true;
}

}  // namespace picket
