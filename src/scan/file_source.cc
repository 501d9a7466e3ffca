#include "scan/file_source.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/door.h"
#include "core/error.h"
#include "core/reading.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class Mapping {
 public:
  Mapping(int fd, uint64_t size)
      : data_(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0)), size_(size) {}
  ~Mapping() {
    if (ok()) munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  bool ok() const { return data_ != MAP_FAILED; }
  Bytes bytes() const { return {static_cast<const uint8_t*>(data_), size_}; }
  // Whether what stands behind a page that is read is fetched too.
  void set_read_ahead(bool on) { madvise(data_, size_, on ? MADV_NORMAL : MADV_RANDOM); }

 private:
  void* data_;
  uint64_t size_;
};

class FileReader : public BlobReader {
 public:
  FileReader(const FileList& list, uint64_t memory_bytes, const TensorFinder& find_tensors)
      : list_(list), memory_bytes_(memory_bytes), find_tensors_(find_tensors) {}

  void Visit(size_t item, BlobVisitor& visitor) override {
    const std::string& path = list_.paths[item];
    const Reading reading(ObjectId(), item);
    Descriptor file(TheDoor().OpenToRead(path));
    struct stat status {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0) {
      visitor.OnGap(GapFor(path, std::string("it can't be opened: ") + std::strerror(errno)));
      return;
    }
    if (!S_ISREG(status.st_mode)) {
      visitor.OnGap(GapFor(path, "it is no regular file"));
      return;
    }
    BlobRef ref;
    ref.kind = ObjectKind::kFile;
    ref.position = item;
    ref.names.push_back(path);
    uint64_t size = static_cast<uint64_t>(status.st_size);
    if (size > memory_bytes_) {
      Mapping mapping(file.get(), size);
      if (mapping.ok()) {
        VisitMapped(ref, mapping, visitor);
      } else {
        visitor.OnGap(GapFor(path, std::string("it can't be mapped: ") + std::strerror(errno)));
      }
      return;
    }
    if (!ReadAll(file.get(), size)) {
      visitor.OnGap(GapFor(path, std::string("it can't be read: ") + std::strerror(errno)));
      return;
    }
    visitor.OnBlob(Blob{ref, buffer_}, nullptr);
  }

 private:
  void VisitMapped(const BlobRef& ref, Mapping& mapping, BlobVisitor& visitor) const {
    std::vector<Span> tensors;
    // Directories are a page here and a page there; megabytes fetched behind each are for nothing.
    mapping.set_read_ahead(false);
    if (find_tensors_) tensors = find_tensors_(mapping.bytes());
    if (tensors.empty()) mapping.set_read_ahead(true);
    Blob blob{ref, mapping.bytes()};
    blob.left_out = tensors;
    visitor.OnBlob(blob, nullptr);
    uint64_t left_out = 0;
    for (const Span& span : tensors) left_out += span.length;
    if (left_out == 0) return;
    visitor.OnSkipped({.what = "tensors of " + std::string(ref.names.front()),
                       .reason = "tensors of large files",
                       .count = 1,
                       .bytes = left_out});
  }

  static Gap GapFor(const std::string& path, std::string reason) {
    return Gap{.object = path, .path = path, .member = "", .reason = std::move(reason)};
  }

  // Reads until the end, which may have moved since `expected` was told.
  bool ReadAll(int fd, uint64_t expected) {
    buffer_.resize(expected + 1);
    size_t filled = 0;
    for (;;) {
      ssize_t count = read(fd, buffer_.data() + filled, buffer_.size() - filled);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      if (count == 0) break;
      filled += static_cast<size_t>(count);
      if (filled == buffer_.size()) {
        if (filled > memory_bytes_) {
          errno = EFBIG;
          return false;
        }
        buffer_.resize(buffer_.size() * 2);
      }
    }
    buffer_.resize(filled);
    return true;
  }

  const FileList& list_;
  uint64_t memory_bytes_;
  const TensorFinder& find_tensors_;
  std::vector<uint8_t> buffer_;
};

class FileWalk {
 public:
  explicit FileWalk(FileList& list) : list_(list) {}

  void Add(const fs::path& path) {
    std::error_code error;
    fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      throw Error("There is no file or folder " + path.string() + "; name one that exists.");
    }
    if (fs::is_directory(status)) {
      Descend(path);
    } else {
      list_.paths.push_back(path.string());
    }
  }

  void Finish() {
    std::sort(list_.paths.begin(), list_.paths.end());
    list_.paths.erase(std::unique(list_.paths.begin(), list_.paths.end()), list_.paths.end());
    std::sort(list_.gaps.begin(), list_.gaps.end());
    if (links_ > 0) list_.skipped.push_back({"symbolic links", "not followed", links_, 0});
    if (git_dirs_ > 0) {
      list_.skipped.push_back({".git folders", "audit reads a repository", git_dirs_, 0});
    }
    if (special_ > 0) {
      list_.skipped.push_back({"special files", "sockets, pipes and devices", special_, 0});
    }
  }

 private:
  void Descend(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) {
      list_.gaps.push_back(
          {folder.string(), folder.string(), "", "the folder can't be read: " + error.message()});
      return;
    }
    for (const fs::directory_entry& entry : entries) {
      if (entry.is_symlink(error)) {
        ++links_;
      } else if (entry.is_directory(error)) {
        if (entry.path().filename() == ".git") {
          ++git_dirs_;
        } else {
          Descend(entry.path());
        }
      } else if (entry.is_regular_file(error)) {
        list_.paths.push_back(entry.path().string());
      } else {
        ++special_;
      }
    }
  }

  FileList& list_;
  uint64_t links_ = 0;
  uint64_t git_dirs_ = 0;
  uint64_t special_ = 0;
};

}  // namespace

FileList ListFiles(const std::vector<std::string>& paths) {
  FileList list;
  FileWalk walk(list);
  for (const std::string& path : paths) walk.Add(path);
  walk.Finish();
  return list;
}

FileSource::FileSource(const FileList& list, uint64_t memory_bytes, TensorFinder find_tensors)
    : list_(list), memory_bytes_(memory_bytes), find_tensors_(std::move(find_tensors)) {}

std::unique_ptr<BlobReader> FileSource::NewReader() const {
  return std::make_unique<FileReader>(list_, memory_bytes_, find_tensors_);
}

}  // namespace picket
