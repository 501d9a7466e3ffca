#include "scan/debts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "core/door.h"
#include "core/error.h"
#include "scan/file_lock.h"

namespace picket {
namespace {

constexpr std::string_view kHeader = "picket debts 1";
constexpr size_t kLongestRef = 4096;
constexpr uint64_t kLargestFile = uint64_t{256} << 20;

struct OpenFile {
  explicit OpenFile(int descriptor) : fd(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd >= 0) close(fd);
  }
  int fd;
};

std::string Folder(const std::string& file) { return file.substr(0, file.rfind('/')); }

[[noreturn]] void FailList(std::string_view file, const std::string& what) {
  throw Error("The list of debts " + std::string(file) + " " + what +
              ", so that what has been judged is not known and nothing was judged; put it right, "
              "or remove it and run `picket audit` over the repository.");
}

// Cuts the word before the next space off `line`.
std::string_view TakeWord(std::string_view* line) {
  const size_t end = std::min(line->find(' '), line->size());
  const std::string_view word = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return word;
}

std::optional<ObjectId> ParseId(std::string_view text) {
  std::optional<ObjectId> id = ObjectId::TryParse(text);
  return id && !id->is_zero() && id->ToHex() == text ? id : std::nullopt;
}

// "2030-01-31T12:00:00Z"
bool IsTime(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00Z";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return false;
  }
  return true;
}

bool IsRef(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRef &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

template <typename T>
void SortOnce(std::vector<T>* all) {
  std::sort(all->begin(), all->end());
  all->erase(std::unique(all->begin(), all->end()), all->end());
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

bool SyncFolder(const std::string& folder) {
  const OpenFile opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.fd >= 0 && fsync(opened.fd) == 0;
}

}  // namespace

DebtList ParseDebts(std::string_view text, std::string_view file) {
  DebtList list;
  size_t number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = text.find('\n');
    const auto fail = [&] { FailList(file, "is broken in line " + std::to_string(number)); };
    if (end == std::string_view::npos) fail();
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (number == 1) {
      if (line != kHeader) fail();
      continue;
    }
    const std::string_view what = TakeWord(&line);
    const std::optional<ObjectId> id = ParseId(TakeWord(&line));
    if (!id) fail();
    if (what == "judged" && line.empty()) {
      list.judged.push_back(*id);
    } else if (what == "debt") {
      Debt debt{*id, std::string(TakeWord(&line)), std::string(line)};
      if (!IsTime(debt.since) || !IsRef(debt.ref)) fail();
      list.debts.push_back(std::move(debt));
    } else {
      fail();
    }
    if (list.debts.size() > DebtBook::kMost || list.judged.size() > DebtBook::kMost)
      FailList(file, "holds more than " + std::to_string(DebtBook::kMost) + " lines of one kind");
  }
  if (number == 0) FailList(file, "is empty");
  return list;
}

std::string FormatDebts(const DebtList& list) {
  if (list.debts.empty()) return "";
  DebtList sorted = list;
  SortOnce(&sorted.debts);
  SortOnce(&sorted.judged);
  std::string text = std::string(kHeader) + "\n";
  for (const ObjectId& id : sorted.judged) text += "judged " + id.ToHex() + "\n";
  for (const Debt& debt : sorted.debts)
    text += "debt " + debt.tip.ToHex() + " " + debt.since + " " + debt.ref + "\n";
  return text;
}

void DebtBook::Fail(const std::string& what) const {
  throw Error("The list of debts " + file_ + " " + what +
              ", so nothing was let in; put that right on the server.");
}

DebtList DebtBook::Read() const {
  const OpenFile opened(open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (opened.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    FailList(file_, std::string("can't be opened (") + std::strerror(errno) + ")");
  }
  struct stat status {};
  if (fstat(opened.fd, &status) != 0 || !S_ISREG(status.st_mode))
    FailList(file_, "is no regular file");
  if ((status.st_mode & S_IWOTH) != 0) FailList(file_, "may be written by everybody");
  const auto size = static_cast<uint64_t>(status.st_size);
  if (size > kLargestFile) FailList(file_, "is larger than 256 MiB");
  std::string text(size, '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = read(opened.fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) FailList(file_, "can't be read to its end");
    done += static_cast<size_t>(count);
  }
  return ParseDebts(text, file_);
}

void DebtBook::MakeFolder() const {
  const std::string folder = Folder(file_);
  const mode_t mode = shared_ ? 02770 : 0700;
  if (mkdir(folder.c_str(), mode) == 0) {
    // mkdir has applied the umask.
    if (chmod(folder.c_str(), mode) != 0 || !SyncFolder(Folder(folder)))
      Fail(std::string("has a folder that can't be set up (") + std::strerror(errno) + ")");
  } else if (errno != EEXIST) {
    Fail(std::string("can't be put into its folder (") + std::strerror(errno) + ")");
  }
}

void DebtBook::Write(const std::string& text) const {
  if (text.empty()) {
    if (unlink(file_.c_str()) != 0 && errno != ENOENT)
      Fail(std::string("can't be removed (") + std::strerror(errno) + ")");
    if (!SyncFolder(Folder(file_))) Fail("can't be brought to the disk");
    return;
  }
  // One name, under the lock: a process that is killed leaves what the next one overwrites.
  const std::string next = file_ + ".new";
  const mode_t mode = shared_ ? 0660 : 0600;
  const auto fail = [&](const char* what) {
    const int error = errno;
    unlink(next.c_str());
    Fail(std::string(what) + " (" + std::strerror(error) + ")");
  };
  unlink(next.c_str());
  {
    const OpenFile opened(
        open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (opened.fd < 0) fail("can't be written");
    if (fchmod(opened.fd, mode) != 0 || !WriteAll(opened.fd, text) || fsync(opened.fd) != 0)
      fail("can't be written");
  }
  if (std::rename(next.c_str(), file_.c_str()) != 0) fail("can't be replaced");
  if (!SyncFolder(Folder(file_))) Fail("can't be brought to the disk");
}

struct DebtBook::Held {
  explicit Held(int fd) : lock(fd) {}
  OpenFile lock;
  std::string before;
};

DebtBook::DebtBook(std::string file, bool shared) : file_(std::move(file)), shared_(shared) {}

DebtBook::DebtBook(DebtBook&&) noexcept = default;

DebtBook::~DebtBook() = default;

DebtList DebtBook::Begin(std::chrono::milliseconds patience) {
  if (TheDoor().is_shut()) {
    const Answer answer = TheDoor().Ask(Errand::kDebtsBegin, std::to_string(patience.count()));
    return answer.text.empty() ? DebtList() : ParseDebts(answer.text, file_);
  }
  MakeFolder();
  const mode_t mode = shared_ ? 0660 : 0600;
  held_ = std::make_unique<Held>(
      open((file_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
  const int lock = held_->lock.fd;
  if (lock < 0) Fail(std::string("can't be locked (") + std::strerror(errno) + ")");
  if (shared_) static_cast<void>(!fchmod(lock, mode));
  if (!LockFile(lock, patience))
    Fail(std::string("can't be locked (") + std::strerror(errno) + ")");
  DebtList list = Read();
  held_->before = FormatDebts(list);
  return list;
}

void DebtBook::End(DebtList list) {
  SortOnce(&list.debts);
  SortOnce(&list.judged);
  if (list.debts.size() > kMost) {
    Fail("is full (" + std::to_string(kMost) +
         " values); run `picket audit --debts` there, which judges them");
  }
  // To know less of what was judged only means that more is judged again.
  if (list.judged.size() > kMost) list.judged.resize(kMost);
  const std::string after = FormatDebts(list);
  if (TheDoor().is_shut()) {
    TheDoor().Ask(Errand::kDebtsEnd, after);
    return;
  }
  const std::unique_ptr<Held> held = std::move(held_);
  if (held == nullptr) Fail("was to be written by somebody who had not read it");
  if (after != held->before) Write(after);
}

void DebtBook::Change(const std::function<void(DebtList*)>& change,
                      std::chrono::milliseconds patience) {
  DebtList list = Begin(patience);
  change(&list);
  End(std::move(list));
}

}  // namespace picket
