// What goes through the socket between a process that has shut itself in and its keeper: one frame
// for each question and one for its answer, in turns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

enum class Question : uint32_t {
  kOpenLoose = 1,   // directory, id
  kOpenPack,        // directory, name
  kOpenListed,      // number of the first, and in `directory` how many
  kLooseExists,     // directory, id
  kPacksChangedAt,  // directory
  kListFolder,      // directory, folder: 0 to 255, kTopFolder or kPackFolder
  kErrand,          // core/door.h; number of the errand in `at`
  kPlaces,          // the agreement itself, once, before all others
  kLastWords,       // what RunApart() returns; nothing comes after it, not even an answer
  kReadLoose,       // directory, ids; LooseStarts in `at`
  kLast = kReadLoose,
};

inline constexpr uint32_t kTopFolder = 256;
inline constexpr uint32_t kPackFolder = 257;

// Fixed size, both ways. In an answer `what` is the error number, and kSaidNo where `text` is the
// sentence of an Error.
struct FrameHead {
  uint32_t what = 0;
  uint32_t directory = 0;
  uint64_t at = 0;
  uint64_t text_bytes = 0;
};

inline constexpr uint32_t kSaidNo = 1'000'000;
// An id or a name in a question about files; bytes.
inline constexpr uint64_t kMostQuestionBytes = 256;
// Of an errand, and of every answer: the ids of fifty million objects.
inline constexpr uint64_t kMostTextBytes = uint64_t{1} << 30;

// What kReadLoose asks for, of up to Door::kFilesAtOnce objects. The answer has for each its error
// number, its size and its first bytes (core/byte_writer.h).
struct LooseStarts {
  uint32_t id_bytes = 0;
  uint32_t most = 0;  // bytes of each; kMostStartBytes at most
};
inline constexpr uint32_t kMostStartBytes = uint32_t{1} << 16;
inline uint64_t AsNumber(const LooseStarts& starts) {
  return uint64_t{starts.id_bytes} << 32 | starts.most;
}
inline LooseStarts AsLooseStarts(uint64_t number) {
  return {static_cast<uint32_t>(number >> 32), static_cast<uint32_t>(number)};
}

// Descriptors that one frame brings, at most.
inline constexpr uint32_t kMostDescriptors = 16;

// Async-signals are waited out. False where the other side has gone, or says what makes no sense.
// No more than kMostDescriptors.
bool SendFrame(int socket, const FrameHead& head, std::string_view text, std::span<const int> fds);
// `fds` gets no more than `most_fds` descriptors, which the caller owns; `most` bounds the text.
bool ReceiveFrame(int socket, FrameHead* head, std::string* text, std::vector<int>* fds,
                  size_t most_fds, uint64_t most);
// The same with one; -1 is none.
bool SendFrame(int socket, const FrameHead& head, std::string_view text, int fd);
bool ReceiveFrame(int socket, FrameHead* head, std::string* text, int* fd, uint64_t most);

}  // namespace picket
