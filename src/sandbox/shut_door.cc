#include "sandbox/shut_door.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace picket {

namespace {

[[noreturn]] void ThrowGone() {
  throw Error("The process that keeps the files has ended, so nothing more can be judged.");
}

}  // namespace

ShutDoor::ShutDoor(int socket, Places places, const std::vector<std::string>& kept_open)
    : socket_(socket), places_(std::move(places)) {
  for (const std::string& path : kept_open) {
    kept_open_[path] = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (Exchange(Question::kPlaces, 0, 0, WritePlaces(places_)).error != 0) ThrowGone();
}

Answer ShutDoor::Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text) {
  Answer answer;
  std::lock_guard lock(mutex_);
  FrameHead head{static_cast<uint32_t>(what), directory, at, 0};
  if (!SendFrame(socket_, head, text, -1) ||
      !ReceiveFrame(socket_, &head, &answer.text, &answer.fd, kMostTextBytes)) {
    answer.error = EPIPE;
    return answer;
  }
  answer.error = static_cast<int>(head.what);
  return answer;
}

Answer ShutDoor::Put(const PlaceQuestion& question) {
  return Exchange(question.question, question.directory, question.at, question.text);
}

int ShutDoor::OpenToRead(const std::string& path) {
  if (const auto kept = kept_open_.find(path); kept != kept_open_.end() && kept->second >= 0) {
    return fcntl(kept->second, F_DUPFD_CLOEXEC, 3);
  }
  const std::optional<PlaceQuestion> question = FindFile(places_, path);
  if (!question) {
    errno = EACCES;
    return -1;
  }
  const Answer answer =
      question->question == Question::kOpenLoose ? OpenLoose(*question) : Put(*question);
  if (answer.error != 0) errno = answer.error;
  return answer.fd;
}

Answer ShutDoor::OpenLoose(PlaceQuestion question) {
  const std::lock_guard lock(loose_mutex_);
  Answer answer;
  for (const Loose& loose : loose_) {
    if (loose.fd < 0 || loose.question.directory != question.directory ||
        loose.question.text != question.text) {
      continue;
    }
    // Whoever reads it maps it: a copy has no place in the file of its own.
    answer.fd = fcntl(loose.fd, F_DUPFD_CLOEXEC, 3);
    if (answer.fd < 0) answer.error = errno;
    return answer;
  }
  answer = Put(question);
  if (answer.fd < 0) return answer;
  const int kept = fcntl(answer.fd, F_DUPFD_CLOEXEC, 3);
  if (kept < 0) return answer;
  Loose& oldest = loose_[next_loose_++ % loose_.size()];
  if (oldest.fd >= 0) close(oldest.fd);
  oldest = {std::move(question), kept};
  return answer;
}

bool ShutDoor::Exists(const std::string& path) {
  std::optional<PlaceQuestion> question = FindFile(places_, path);
  if (!question || question->question != Question::kOpenLoose) return false;
  question->question = Question::kLooseExists;
  return Put(*question).error == 0;
}

int64_t ShutDoor::ChangedAt(const std::string& path) {
  std::optional<PlaceQuestion> question = FindFolder(places_, path);
  if (!question || question->at != kPackFolder) return 0;
  question->question = Question::kPacksChangedAt;
  const Answer answer = Put(*question);
  int64_t changed = 0;
  if (answer.error == 0 && answer.text.size() == sizeof changed)
    std::memcpy(&changed, answer.text.data(), sizeof changed);
  return changed;
}

int ShutDoor::ListNames(const std::string& folder, std::vector<std::string>* names) {
  const std::optional<PlaceQuestion> question = FindFolder(places_, folder);
  if (!question) return EACCES;
  const Answer answer = Put(*question);
  for (size_t at = 0; at < answer.text.size();) {
    const size_t end = answer.text.find('\0', at);
    if (end == std::string::npos) break;
    names->push_back(answer.text.substr(at, end - at));
    at = end + 1;
  }
  return answer.error;
}

Answer ShutDoor::Ask(Errand errand, std::string_view question) {
  Answer answer = Exchange(Question::kErrand, 0, static_cast<uint64_t>(errand), question);
  if (static_cast<uint32_t>(answer.error) == kSaidNo) throw Error(answer.text);
  if (answer.error == EPIPE) ThrowGone();
  return answer;
}

}  // namespace picket
