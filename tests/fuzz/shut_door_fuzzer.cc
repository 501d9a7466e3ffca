// What a process that has shut itself in is answered: frames of the fuzzer's bytes, with
// descriptors or without. Names of files stand in them, which are whatever a folder holds. Whatever
// comes, a descriptor that is handed out is open, what is refused says why, and none is lost.
//
// Byte 0 says how many descriptors come with an answer that brings some. The rest is questions and
// their answers: a byte each for what is asked and of which path, an error where the first one's
// highest bit is set, the size of the text, the text.
#include "sandbox/shut_door.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_reader.h"
#include "core/error.h"
#include "sandbox/wire.h"

namespace picket {
namespace {

constexpr size_t kMostQuestions = 64;

void Require(bool good) {
  if (!good) std::abort();
}

// The same before and after where none was lost.
int CountOpen() {
  int open = 0;
  for (int fd = 0; fd < 256; ++fd) open += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return open;
}

const Places& ThePlaces() {
  static const Places places = [] {
    Places made{.object_dirs = {"/objects/one", "/objects/two"}, .files = {}, .context = ""};
    for (char name = 'a'; name <= 't'; ++name) made.files.push_back(std::string("/listed/") + name);
    return made;
  }();
  return places;
}

// A path that is asked for by `number`: files of a list, loose objects, packs, none of these.
std::string PathOf(uint8_t number) {
  const std::string directory = ThePlaces().object_dirs[number & 1];
  if (number < 128) return ThePlaces().files[number % ThePlaces().files.size()];
  if (number < 160)
    return directory + "/0" + "123456789abcdef0"[number & 15] + std::string("/") +
           std::string(38, 'a');
  if (number < 192) return directory + "/pack/pack-1.idx";
  if (number < 208) return directory + "/pack";
  if (number < 224) return directory + "/0f";
  return number < 240 ? directory : "/else";
}

class Conversation {
 public:
  Conversation() {
    Require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0);
    Answer(0, "", 0);
    door_.emplace(ends_[0], ThePlaces(), std::vector<std::string>{"/dev/null", "/not/there"});
    Drop();
  }
  ~Conversation() {
    door_.reset();
    for (const int end : ends_) close(end);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void Go(uint8_t fds, ByteReader& in) {
    for (size_t i = 0; i < kMostQuestions && in.ok() && !in.at_end(); ++i) {
      const uint8_t what = in.U8();
      const uint8_t number = in.U8();
      const uint32_t error = what & 0x80 ? in.U32Le() : 0;
      const uint64_t size = in.U8();
      const std::string_view text = AsText(in.Take(std::min(size, in.remaining())));
      Answer(error, text, what & 0x40 ? fds % (kMostDescriptors + 1) : 0);
      Ask(what % 8, number, text);
      Drop();
    }
  }

 private:
  void Answer(uint32_t error, std::string_view text, size_t fds) {
    const std::vector<int> given(fds, STDERR_FILENO);
    Require(SendFrame(ends_[1], {error, 0, 0, 0}, text, given));
  }

  // What nobody has read, on both sides; descriptors in it are closed with it.
  void Drop() {
    char bytes[4096];
    for (const int end : ends_) {
      while (recv(end, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
      }
    }
  }

  void Ask(int what, uint8_t number, std::string_view text) {
    const std::string path = PathOf(number);
    if (what < 4) {
      errno = 0;
      const int fd = door_->OpenToRead(what == 3 ? "/dev/null" : path);
      Require(fd >= 0 ? fcntl(fd, F_GETFD) >= 0 : errno != 0);
      if (fd >= 0) close(fd);
    } else if (what == 4) {
      door_->Exists(path);
    } else if (what == 5) {
      door_->ChangedAt(path);
    } else if (what == 6) {
      picket::NameList names;
      door_->ListNames(path, &names);
      std::string joined;
      for (size_t i = 0; i < names.size(); ++i) joined.append(names[i]).push_back('\0');
      Require(text.starts_with(joined));
      Require(names.empty() || text.find('\0', joined.size()) == std::string_view::npos);
    } else if (text.size() % 2 == 0) {
      const std::vector<std::string> paths(number % 35, path);
      const std::vector<picket::FileStart> starts = door_->ReadStarts(paths, number);
      Require(starts.size() == paths.size());
      for (const picket::FileStart& start : starts)
        Require(start.error != 0 || start.bytes.size() <= text.size());
    } else {
      try {
        const picket::Answer answer = door_->Ask(Errand::kSpool, text);
        Require(answer.text == text);
        if (answer.fd >= 0) close(answer.fd);
      } catch (const Error&) {
      }
    }
  }

  int ends_[2] = {-1, -1};
  std::optional<ShutDoor> door_;
};

}  // namespace
}  // namespace picket

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  if (size == 0) return 0;
  const int open_before = CountOpen();
  {
    ByteReader in(Bytes(data + 1, size - 1));
    Conversation().Go(data[0], in);
  }
  Require(CountOpen() == open_before);
  return 0;
}
