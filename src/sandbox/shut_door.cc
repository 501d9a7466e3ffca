#include "sandbox/shut_door.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace picket {

namespace {

[[noreturn]] void ThrowGone() {
  throw Error("The process that keeps the files has ended, so nothing more can be judged.");
}

Answer Gone() {
  Answer answer;
  answer.error = EPIPE;
  return answer;
}

// Few beside the descriptors that a process may have, and beside what a socket holds.
constexpr uint64_t kFilesAhead = 16;

}  // namespace

ShutDoor::ShutDoor(int socket, Places places, const std::vector<std::string>& kept_open)
    : socket_(socket), places_(std::move(places)) {
  for (const std::string& path : kept_open) {
    kept_open_[path] = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (Exchange(Question::kPlaces, 0, 0, WritePlaces(places_)).error != 0) ThrowGone();
}

Answer ShutDoor::Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text) {
  const std::lock_guard lock(mutex_);
  return Send(what, directory, at, text) ? Receive() : Gone();
}

bool ShutDoor::Send(Question what, uint32_t directory, uint64_t at, std::string_view text) {
  return SendFrame(socket_, {static_cast<uint32_t>(what), directory, at, 0}, text, -1);
}

Answer ShutDoor::Receive() {
  FrameHead head;
  Answer answer;
  if (!ReceiveFrame(socket_, &head, &answer.text, &answer.fd, kMostTextBytes)) return Gone();
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
  const Answer answer = question->question == Question::kOpenLoose    ? OpenLoose(*question)
                        : question->question == Question::kOpenListed ? OpenListed(question->at)
                                                                      : Put(*question);
  if (answer.error != 0) errno = answer.error;
  return answer.fd;
}

Answer ShutDoor::OpenListed(uint64_t number) {
  const std::lock_guard lock(ahead_mutex_);
  const uint64_t end = ahead_.first + ahead_.answers.size();
  if (number >= end) {
    const uint64_t count = std::min(kFilesAhead, places_.files.size() - number);
    std::vector<Answer> answers;
    {
      const std::lock_guard socket_lock(mutex_);
      uint64_t sent = 0;
      while (sent < count && Send(Question::kOpenListed, 0, number + sent, "")) ++sent;
      while (answers.size() < sent) answers.push_back(Receive());
      while (answers.size() < count) answers.push_back(Gone());
    }
    for (const Answer& unused : ahead_.answers) {
      if (unused.fd >= 0) close(unused.fd);
    }
    ahead_ = {number, std::move(answers)};
  }
  const bool is_ahead = number >= ahead_.first && ahead_.answers[number - ahead_.first].fd >= 0;
  // A thread that has fallen behind, or one file twice.
  if (!is_ahead) return Exchange(Question::kOpenListed, 0, number, "");
  Answer answer;
  std::swap(answer.fd, ahead_.answers[number - ahead_.first].fd);
  return answer;
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
