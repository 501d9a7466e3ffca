#include "sandbox/shut_door.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/byte_reader.h"
#include "core/error.h"

namespace picket {

namespace {

[[noreturn]] void ThrowGone() {
  throw Error("The process that keeps the files has ended, so nothing more can be judged.");
}

// A descriptor, or the negative of an error number.
Answer Opened(int fd) {
  Answer answer;
  answer.fd = fd < 0 ? -1 : fd;
  answer.error = fd < 0 ? -fd : 0;
  return answer;
}

// Of each file what Opened() takes; empty where the answer makes no sense.
std::vector<int> ReadOpened(const Answer& answer, uint32_t count, const std::vector<int>& given) {
  std::vector<int> fds(count);
  if (answer.error != 0 || answer.text.size() != count * sizeof(int)) return {};
  std::memcpy(fds.data(), answer.text.data(), answer.text.size());
  size_t next = 0;
  for (int& fd : fds) {
    if (fd > 0) {
      fd = -fd;
    } else if (next < given.size()) {
      fd = given[next++];
    } else {
      return {};
    }
  }
  return next == given.size() ? fds : std::vector<int>();
}

}  // namespace

ShutDoor::ShutDoor(int socket, Places places, const std::vector<std::string>& kept_open)
    : socket_(socket), places_(std::move(places)) {
  for (const std::string& path : kept_open) {
    kept_open_[path] = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  }
  if (Exchange(Question::kPlaces, 0, 0, WritePlaces(places_)).error != 0) ThrowGone();
}

ShutDoor::~ShutDoor() {
  const auto close_all = [](const std::vector<int>& fds) {
    for (const int fd : fds) {
      if (fd >= 0) close(fd);
    }
  };
  for (const auto& [path, fd] : kept_open_) close_all({fd});
  for (const Ahead& ahead : ahead_) close_all(ahead.fds);
  for (const Loose& loose : loose_) close_all({loose.fd});
}

Answer ShutDoor::Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text) {
  std::vector<int> fds;
  Answer answer = Exchange(what, directory, at, text, 1, &fds);
  if (!fds.empty()) answer.fd = fds[0];
  return answer;
}

Answer ShutDoor::Exchange(Question what, uint32_t directory, uint64_t at, std::string_view text,
                          size_t most_fds, std::vector<int>* fds) {
  Answer answer;
  const std::lock_guard lock(mutex_);
  FrameHead head{static_cast<uint32_t>(what), directory, at, 0};
  if (!SendFrame(socket_, head, text, -1) ||
      !ReceiveFrame(socket_, &head, &answer.text, fds, most_fds, kMostTextBytes)) {
    answer.error = EPIPE;
    return answer;
  }
  answer.error = static_cast<int>(head.what);
  return answer;
}

Answer ShutDoor::Put(const PlaceQuestion& question) {
  std::vector<int> none;
  return Exchange(question.question, question.directory, question.at, question.text, 0, &none);
}

// Either a descriptor or an error.
Answer ShutDoor::PutToOpen(const PlaceQuestion& question) {
  Answer answer = Exchange(question.question, question.directory, question.at, question.text);
  if (answer.error != 0 && answer.fd >= 0) close(std::exchange(answer.fd, -1));
  if (answer.error == 0 && answer.fd < 0) answer.error = EPIPE;
  return answer;
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
                                                                      : PutToOpen(*question);
  if (answer.error != 0) errno = answer.error;
  return answer.fd;
}

Answer ShutDoor::OpenListed(uint64_t number) {
  const std::lock_guard lock(ahead_mutex_);
  auto count =
      static_cast<uint32_t>(std::min<uint64_t>(kMostDescriptors, places_.files.size() - number));
  for (Ahead& ahead : ahead_) {
    if (number < ahead.first || number - ahead.first >= ahead.fds.size()) continue;
    const int fd = std::exchange(ahead.fds[number - ahead.first], -1);
    if (fd >= 0) return Opened(fd);
    count = 1;
  }
  std::vector<int> given;
  Answer answer = Exchange(Question::kOpenListed, count, number, "", count, &given);
  std::vector<int> fds = ReadOpened(answer, count, given);
  if (fds.empty()) {
    for (const int fd : given) close(fd);
    if (answer.error == 0) answer.error = EPIPE;
    return answer;
  }
  answer = Opened(std::exchange(fds[0], -1));
  if (count == 1) return answer;
  Ahead& oldest = ahead_[next_ahead_++ % ahead_.size()];
  for (const int unused : oldest.fds) {
    if (unused >= 0) close(unused);
  }
  oldest = {number, std::move(fds)};
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
  answer = PutToOpen(question);
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

int ShutDoor::ListNames(const std::string& folder, NameList* names) {
  const std::optional<PlaceQuestion> question = FindFolder(places_, folder);
  if (!question) return EACCES;
  const Answer answer = Put(*question);
  const std::string_view text = answer.text;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\0', at);
    if (end == text.npos) break;
    names->push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return answer.error;
}

std::vector<FileStart> ShutDoor::ReadStarts(std::span<const std::string> paths, uint32_t most) {
  std::vector<FileStart> starts(paths.size());
  for (FileStart& start : starts) start.error = EACCES;
  if (paths.size() > kFilesAtOnce) return starts;
  std::string ids;
  PlaceQuestion first;
  for (const std::string& path : paths) {
    std::optional<PlaceQuestion> question = FindFile(places_, path);
    if (!question || question->question != Question::kOpenLoose) return starts;
    if (ids.empty()) first = *question;
    if (question->directory != first.directory || question->text.size() != first.text.size())
      return starts;
    ids += question->text;
  }
  if (ids.empty()) return starts;
  const LooseStarts what{static_cast<uint32_t>(first.text.size()), std::min(most, kMostStartBytes)};
  first = {Question::kReadLoose, first.directory, AsNumber(what), std::move(ids)};
  const Answer answer = Put(first);
  ByteReader reader(AsBytes(answer.text));
  for (FileStart& start : starts) {
    start.error = answer.error != 0 ? answer.error : static_cast<int>(reader.U64Le());
    start.size = reader.U64Le();
    start.bytes = AsText(reader.Take(reader.U64Le()));
    if (start.error == 0 && !reader.ok()) start.error = EPIPE;
  }
  return starts;
}

Answer ShutDoor::Ask(Errand errand, std::string_view question) {
  Answer answer = Exchange(Question::kErrand, 0, static_cast<uint64_t>(errand), question);
  if (answer.error != 0 && answer.fd >= 0) close(std::exchange(answer.fd, -1));
  if (static_cast<uint32_t>(answer.error) == kSaidNo) throw Error(answer.text);
  if (answer.error == EPIPE) ThrowGone();
  return answer;
}

}  // namespace picket
