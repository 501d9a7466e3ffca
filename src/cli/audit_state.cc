#include "cli/audit_state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/files.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "match/trusted_file.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "picket-audit-state 1";
constexpr size_t kSumDigits = 64;

std::string Digest(std::string_view text) { return ToHex(AsBytes(Sha256(AsBytes(text)))); }

std::string DefaultFolder() {
  if (geteuid() == 0) return "/var/lib/picket/audit";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') {
    throw Error("There is no HOME to keep what was judged in; name a folder with --state DIR.");
  }
  return std::string(home) + "/.local/state/picket/audit";
}

void CheckFolder(const std::string& folder) {
  struct stat status = {};
  if (stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
      (status.st_uid == geteuid() || status.st_uid == 0) && (status.st_mode & 022) == 0) {
    return;
  }
  throw Error("Somebody else may write into the folder " + folder +
              ", so what it says was judged can't be trusted; nothing was judged. Make it yours "
              "(mode 0700), or name another with --state DIR.");
}

// One line without its end; false at the end of the text.
bool TakeLine(std::string_view* text, std::string_view* line) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return false;
  *line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return true;
}

// Paths are any bytes but none of them may end a line.
std::string Name(std::string_view repository) { return Digest(repository); }

}  // namespace

std::string WriteJudgedRefs(const JudgedRefs& judged, std::string_view repository) {
  std::string text;
  text.append(kMagic).append("\n").append(Name(repository)).append("\n");
  std::string engine = judged.engine;
  std::replace(engine.begin(), engine.end(), '\n', ' ');
  text.append(engine).append("\n");
  for (const Ref& ref : judged.refs) {
    text.append(ref.target.ToHex()).append(" ").append(ref.name).append("\n");
  }
  text.append(Digest(text)).append("\n");
  return text;
}

std::optional<JudgedRefs> ReadJudgedRefs(std::string_view text, std::string_view repository) {
  if (text.size() <= kSumDigits + 1 || text.back() != '\n') return std::nullopt;
  std::string_view body = text.substr(0, text.size() - kSumDigits - 1);
  if (Digest(body) != text.substr(body.size(), kSumDigits)) return std::nullopt;
  std::string_view line;
  if (!TakeLine(&body, &line) || line != kMagic) return std::nullopt;
  if (!TakeLine(&body, &line) || line != Name(repository)) return std::nullopt;
  JudgedRefs judged;
  if (!TakeLine(&body, &line)) return std::nullopt;
  judged.engine = line;
  while (TakeLine(&body, &line)) {
    const size_t space = line.find(' ');
    const std::optional<ObjectId> id = ObjectId::TryParse(line.substr(0, space));
    if (!id || space == std::string_view::npos) return std::nullopt;
    judged.refs.push_back({std::string(line.substr(space + 1)), *id});
  }
  return body.empty() ? std::optional(std::move(judged)) : std::nullopt;
}

AuditState::AuditState(const std::string& folder)
    : folder_(folder.empty() ? DefaultFolder() : folder) {
  std::error_code error;
  const bool is_new = !fs::exists(folder_, error);
  if (is_new) fs::create_directories(folder_, error);
  if (error) {
    throw Error("The folder " + folder_ + " can't be made: " + error.message() +
                "; name another with --state DIR. Nothing was judged.");
  }
  if (is_new) fs::permissions(folder_, fs::perms::owner_all, error);
  CheckFolder(folder_);
  const std::string file = folder_ + "/lock";
  lock_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0) {
    throw Error("The lock " + file + " can't be opened: " + std::strerror(errno) +
                ". Nothing was judged.");
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  const int why = errno;
  close(lock_);
  if (why == EWOULDBLOCK) {
    throw Error("Another audit of a server holds " + file +
                ", so nothing was judged; wait for its end, or name another folder with --state.");
  }
  throw Error("The lock " + file + " can't be taken: " + std::strerror(why) +
              ". Nothing was judged.");
}

AuditState::~AuditState() { close(lock_); }

std::string AuditState::FileOf(const std::string& repository) const {
  return folder_ + "/" + Digest(repository).substr(0, 32) + ".refs";
}

std::optional<JudgedRefs> AuditState::Read(const std::string& repository,
                                           std::string* trouble) const {
  const std::string file = FileOf(repository);
  if (access(file.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  std::string why;
  if (std::optional<std::string> text = ReadTrustedFile(file, &why)) {
    if (std::optional<JudgedRefs> judged = ReadJudgedRefs(*text, repository)) return judged;
    why = "it is damaged";
  }
  *trouble = "What was judged before stands in " + file + ", which does not count (" + why +
             "), so that everything was judged again.";
  return std::nullopt;
}

void AuditState::Write(const std::string& repository, const JudgedRefs& judged) const {
  const mode_t mask = umask(077);
  try {
    ReplaceFile(FileOf(repository), WriteJudgedRefs(judged, repository));
  } catch (...) {
    umask(mask);
    throw;
  }
  umask(mask);
}

}  // namespace picket
