// What a process that was taken over may write into its keeper's socket: frames, pieces of frames,
// or anything. The keeper answers what was agreed on, opens nothing else, and every frame that it
// sends can be read. Files are not touched: the door is the fuzzer's.
#include "sandbox/wire.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "sandbox/keeper.h"
#include "sandbox/places.h"

namespace picket {
namespace {

void Require(bool good) {
  if (!good) std::abort();
}

// Every third file is there; a pack may be something else than a file.
class FakeDoor : public Door {
 public:
  int OpenToRead(const std::string& path) override {
    if (is_agreed) {
      Require(path.starts_with("/objects/") || path.starts_with("/listed/"));
      Require(path.find("..") == std::string::npos && path.find('\0') == std::string::npos);
    }
    if (path.size() % 3 == 0) {
      errno = ENOENT;
      return -1;
    }
    const bool is_file = path.size() % 3 == 1;
    return open(is_file ? "/proc/self/exe" : "/dev/null", O_RDONLY | O_CLOEXEC);
  }
  bool Exists(const std::string& path) override { return path.size() % 2 == 0; }
  int64_t ChangedAt(const std::string& path) override { return static_cast<int64_t>(path.size()); }
  int ListNames(const std::string& folder, NameList* names) override {
    if (folder.size() % 2 == 0) return ENOENT;
    *names = {folder, "", "pack-1.idx"};
    return 0;
  }
  Answer Ask(Errand, std::string_view) override { std::abort(); }

  // On places of ours, not on the input's own.
  bool is_agreed = false;
};

Answer DoErrand(Errand errand, std::string_view context, std::string_view question) {
  Require(errand >= Errand::kSpool && errand <= Errand::kLast);
  if (question == "error") throw Error("It can't be done.");
  if (question == "memory") throw std::bad_alloc();
  if (question == "other") throw std::runtime_error("other");
  Answer answer;
  answer.text = std::string(context) + std::string(question);
  return answer;
}

// Whole at once: both sides are this one thread.
bool Write(int socket, std::string_view text) {
  return text.empty() || send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
                             static_cast<ssize_t>(text.size());
}

void ReadAnswers(int socket) {
  FrameHead head;
  std::string text;
  std::vector<int> fds;
  while (ReceiveFrame(socket, &head, &text, &fds, kMostDescriptors, kMostTextBytes)) {
    Require(text.size() == head.text_bytes && fds.size() <= kMostDescriptors);
    for (const int fd : fds) close(fd);
  }
}

// The bytes as they are, or behind places that were agreed on. A descriptor comes with them where
// `with_fd`.
void Talk(std::string_view bytes, bool agreed, bool with_fd) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
  Keeper keeper(DoErrand);
  if (agreed) {
    const Places places{.object_dirs = {"/objects/one", "/objects/two"},
                        .files = {"/listed/a", "/listed/bb", "/listed/ccc"},
                        .context = "context"};
    Require(
        keeper.AnswerOne({static_cast<uint32_t>(Question::kPlaces), 0, 0, 0}, WritePlaces(places))
            .has_value());
  }
  bool written = true;
  if (with_fd) {
    written = SendFrame(ends[0], {static_cast<uint32_t>(Question::kListFolder), 0, 0, 0}, "", 0);
  }
  if (written && Write(ends[0], bytes)) {
    shutdown(ends[0], SHUT_WR);
    const bool sensible = keeper.AnswerQuestions(ends[1]);
    if (with_fd) Require(!sensible);
    close(ends[1]);
    ends[1] = -1;
    ReadAnswers(ends[0]);
  }
  for (const int end : ends) {
    if (end >= 0) close(end);
  }
}

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static picket::FakeDoor door;
  picket::SetDoor(&door);
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  door.is_agreed = (data[0] & 1) != 0;
  picket::Talk(rest, (data[0] & 1) != 0, (data[0] & 2) != 0);
  return 0;
}
