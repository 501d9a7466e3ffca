#include "scan/file_source.h"

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
#include "scan/file_bytes.h"

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
    std::string why;
    if (!bytes_.Load(file.get(), static_cast<uint64_t>(status.st_size), memory_bytes_, &why)) {
      visitor.OnGap(GapFor(path, std::move(why)));
      return;
    }
    bytes_.Yield(ref, find_tensors_, visitor);
  }

 private:
  static Gap GapFor(const std::string& path, std::string reason) {
    return Gap{.object = path, .path = path, .member = "", .reason = std::move(reason)};
  }

  const FileList& list_;
  uint64_t memory_bytes_;
  const TensorFinder& find_tensors_;
  FileBytes bytes_;
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
