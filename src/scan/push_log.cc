#include "scan/push_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/door.h"
#include "core/error.h"
#include "scan/file_lock.h"

namespace picket {
namespace {

// How often a log may be rotated between opening and locking it.
constexpr int kMostTries = 100;
constexpr long long kMostPatience = 60'000;  // milliseconds
constexpr size_t kMostDigits = 18;
constexpr char kNoRecord[] = "was to be given something that is no record";

[[noreturn]] void Fail(const std::string& file, const std::string& what) {
  throw Error(
      "The server's log " + file + " " + what +
      ", and what is let in or judged has to be written down, so this ends as if it could not "
      "be judged. Put that right on the server.");
}

[[noreturn]] void FailErrno(const std::string& file, const char* what) {
  Fail(file, std::string(what) + " (" + std::strerror(errno) + ")");
}

void CheckFolder(const std::string& file) {
  const std::string folder = file.substr(0, std::max<size_t>(file.rfind('/'), 1));
  struct stat status {};
  if (stat(folder.c_str(), &status) != 0) FailErrno(file, "has a folder that can't be looked at");
  const bool ours = status.st_uid == 0 || status.st_uid == geteuid();
  if (!ours || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    Fail(file,
         "is not there, and its folder belongs to or may be written by others, so that it is not "
         "made");
  }
}

// An open and locked file under this very name.
class LockedLog {
 public:
  LockedLog(const std::string& file, std::chrono::milliseconds patience) {
    for (int tries = 0; tries < kMostTries; ++tries) {
      constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
      fd_ = open(file.c_str(), kFlags);
      if (fd_ < 0 && errno == ENOENT) {
        CheckFolder(file);
        fd_ = open(file.c_str(), kFlags | O_CREAT, 0600);
      }
      if (fd_ < 0) FailErrno(file, "can't be opened");
      if (!IsRegular()) {
        Close();
        Fail(file, "is no regular file");
      }
      if (!LockFile(fd_, patience)) {
        Close();
        FailErrno(file, "can't be locked");
      }
      struct stat opened {};
      struct stat named {};
      const bool same = fstat(fd_, &opened) == 0 && stat(file.c_str(), &named) == 0 &&
                        opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
      if (same) return;
      Close();
    }
    Fail(file, "is replaced all the time");
  }
  ~LockedLog() { Close(); }
  LockedLog(const LockedLog&) = delete;
  LockedLog& operator=(const LockedLog&) = delete;

  int fd() const { return fd_; }

 private:
  bool IsRegular() const {
    struct stat status {};
    return fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
  }
  void Close() {
    const int error = errno;
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    errno = error;
  }

  int fd_ = -1;
};

bool WriteWhole(int fd, const std::string& text) {
  ssize_t count = -1;
  do {
    count = write(fd, text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  if (count >= 0 && static_cast<size_t>(count) != text.size()) errno = ENOSPC;
  return count >= 0 && static_cast<size_t>(count) == text.size();
}

void TakeBack(int fd, off_t size) {
  const int error = errno;
  static_cast<void>(!ftruncate(fd, size));
  errno = error;
}

}  // namespace

void AppendToLog(const std::string& file, const std::vector<std::string>& records,
                 std::chrono::milliseconds patience) {
  if (TheDoor().is_shut()) {
    std::string question = std::to_string(patience.count());
    for (const std::string& record : records) question.append("\n").append(record);
    TheDoor().Ask(Errand::kLog, question);
    return;
  }
  const LockedLog log(file, patience);
  const off_t size = lseek(log.fd(), 0, SEEK_END);
  if (size < 0) FailErrno(file, "can't be appended to");
  char last = '\n';
  if (size > 0 && pread(log.fd(), &last, 1, size - 1) != 1) FailErrno(file, "can't be read");
  std::string line;
  for (const std::string& record : records) {
    line = last == '\n' ? record + "\n" : "\n" + record + "\n";
    last = '\n';
    if (WriteWhole(log.fd(), line)) continue;
    TakeBack(log.fd(), size);
    FailErrno(file, "can't be written");
  }
  if (fsync(log.fd()) != 0) {
    TakeBack(log.fd(), size);
    FailErrno(file, "can't be brought to the disk");
  }
}

bool IsLogRecord(std::string_view line) {
  return line.size() >= 2 && line.front() == '{' && line.back() == '}' &&
         std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Answer AppendOutside(const std::string& file, std::string_view question) {
  const std::string_view digits = question.substr(0, question.find('\n'));
  const bool is_number =
      !digits.empty() && digits.size() <= kMostDigits &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || digits.size() == question.size()) Fail(file, kNoRecord);
  const std::chrono::milliseconds patience(
      std::min(std::strtoll(std::string(digits).c_str(), nullptr, 10), kMostPatience));
  question.remove_prefix(digits.size());
  std::vector<std::string> records;
  while (!question.empty()) {
    question.remove_prefix(1);
    const std::string_view record = question.substr(0, question.find('\n'));
    if (!IsLogRecord(record)) Fail(file, kNoRecord);
    records.emplace_back(record);
    question.remove_prefix(record.size());
  }
  AppendToLog(file, records, patience);
  return {};
}

}  // namespace picket
