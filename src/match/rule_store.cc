#include "match/rule_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "match/rule_reader.h"

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

class Mapping {
 public:
  Mapping(int fd, size_t size) : size_(size) {
    void* start = size == 0 ? MAP_FAILED : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    start_ = start == MAP_FAILED ? nullptr : start;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (start_ != nullptr) munmap(start_, size_);
  }
  Bytes bytes() const {
    return start_ == nullptr ? Bytes() : Bytes(static_cast<const uint8_t*>(start_), size_);
  }

 private:
  void* start_;
  size_t size_;
};

std::string FolderOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsOursAlone(const struct stat& status) {
  return (status.st_uid == 0 || status.st_uid == geteuid()) && (status.st_mode & 022) == 0;
}

std::shared_ptr<const RuleSet> TryCompiled(const std::string& path, std::string_view source_hash,
                                           std::string* why) {
  File folder(FolderOf(path), O_RDONLY | O_DIRECTORY);
  File file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  if (folder.fd() < 0 || file.fd() < 0) {
    *why = std::strerror(errno);
    return nullptr;
  }
  if (fstat(folder.fd(), &status) != 0 || !IsOursAlone(status)) {
    *why = "somebody else owns its folder or may write there";
    return nullptr;
  }
  if (fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode) || !IsOursAlone(status)) {
    *why = "somebody else owns it or may write it";
    return nullptr;
  }
  Mapping mapping(file.fd(), static_cast<size_t>(status.st_size));
  return RuleSet::Parse(mapping.bytes(), source_hash, why);
}

std::string Joined(const std::vector<std::string>& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += "\n  " + complaint;
  return text;
}

std::shared_ptr<const RuleSet> CompileFiles(const std::string& dir, std::span<const RuleFile> files,
                                            std::span<const std::string_view> validators) {
  std::vector<std::string> complaints;
  std::vector<Rule> rules;
  for (RuleSource& source : ParseRuleFiles(files, validators, &complaints)) {
    rules.push_back(std::move(source.rule));
  }
  std::shared_ptr<const RuleSet> set;
  if (complaints.empty()) {
    set = RuleSet::Compile(std::move(rules), HashRuleFiles(files), &complaints);
  }
  if (set == nullptr) {
    throw Error("The rules in " + dir +
                " are wrong, so nothing was examined; correct them:" + Joined(complaints));
  }
  return set;
}

}  // namespace

std::shared_ptr<const RuleSet> CompileRules(const std::string& dir,
                                            std::span<const std::string_view> validators) {
  std::vector<RuleFile> files = ReadRuleFiles(dir);
  return CompileFiles(dir, files, validators);
}

std::shared_ptr<const RuleSet> LoadRules(const std::string& dir, const std::string& compiled,
                                         std::span<const std::string_view> validators,
                                         std::vector<std::string>* notes) {
  if (compiled.empty()) return CompileRules(dir, validators);
  std::vector<RuleFile> files;
  std::string hash;
  if (!dir.empty()) {
    files = ReadRuleFiles(dir);
    hash = HashRuleFiles(files);
  }
  std::string why;
  std::shared_ptr<const RuleSet> set = TryCompiled(compiled, hash, &why);
  if (set != nullptr) return set;
  if (dir.empty()) {
    throw Error("The compiled rules " + compiled + " can't be used, because " + why +
                "; install Picket again.");
  }
  notes->push_back("The compiled rules " + compiled + " were not used, because " + why +
                   "; the rules were compiled anew. Run the installation again to save that time.");
  return CompileFiles(dir, files, validators);
}

void WriteCompiledRules(const RuleSet& rules, const std::string& path) {
  std::string bytes = rules.Serialize();
  std::string temporary = path + ".new." + std::to_string(getpid());
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
    throw Error("The compiled rules can't be written to " + path + ": " + reason +
                "; check the folder and its permissions.");
  }
}

}  // namespace picket
