#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/reading.h"
#include "sandbox/filter.h"
#include "sandbox/keeper.h"
#include "sandbox/shut_door.h"

#if defined(__has_feature)
#define PICKET_HAS_FEATURE(feature) __has_feature(feature)
#else
#define PICKET_HAS_FEATURE(feature) 0
#endif

namespace picket {
namespace {

#if defined(__SANITIZE_ADDRESS__) || PICKET_HAS_FEATURE(address_sanitizer)
constexpr bool kAddressSanitized = true;
#else
constexpr bool kAddressSanitized = false;
#endif
#if defined(__SANITIZE_THREAD__) || PICKET_HAS_FEATURE(thread_sanitizer)
constexpr bool kThreadSanitized = true;
#else
constexpr bool kThreadSanitized = false;
#endif

// Each costs a run up to the object that ends it.
constexpr int kMostTries = 25;
constexpr int kCouldNotTell = 2;
constexpr unsigned kSecondsToEnd = 10;
// Descriptors that are looked at where /proc does not list them.
constexpr int kMostWithoutProc = 1024;

std::atomic<pid_t> working_half{0};
// In the half that does the work: to the keeper. -1: there is none.
int keeper_socket = -1;

// Signals that nobody has asked to be ignored (nohup).
std::array<volatile sig_atomic_t, NSIG> ends_by{};

// Async-signal-safe: what ends the keeper ends the other half first, which may have to clean up.
void PassOn(int signal) {
  const int before = errno;
  const pid_t half = working_half.load();
  if (half > 0) kill(half, signal);
  // An errand that takes longer than that is not waited for.
  if (ends_by[static_cast<size_t>(signal)] != 0) alarm(kSecondsToEnd);
  errno = before;
}

// As long as it lives.
class PassingSignalsOn {
 public:
  explicit PassingSignalsOn(pid_t half) {
    working_half = half;
    // A limit to the size of files is an error of whoever writes, like a full disk.
    ::signal(SIGXFSZ, SIG_IGN);
    struct sigaction action {};
    action.sa_handler = PassOn;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], nullptr, &before_[i]);
      // The other half decides, also where whoever started this has it ignored: it may watch.
      ends_by[static_cast<size_t>(kSignals[i])] = before_[i].sa_handler != SIG_IGN ? 1 : 0;
      sigaction(kSignals[i], &action, nullptr);
    }
  }
  ~PassingSignalsOn() {
    working_half = 0;
    for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  PassingSignalsOn(const PassingSignalsOn&) = delete;
  PassingSignalsOn& operator=(const PassingSignalsOn&) = delete;

 private:
  static constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

// Async-signal-safe: notes whose crash it is, and lets the signal do what it does by itself.
void NoteCrash(int signal) {
  if (ReadingSlot* slot = ThisReading(); slot != nullptr)
    slot->signal.store(static_cast<uint32_t>(signal));
  raise(signal);
}

void NoteCrashes() {
  if (kAddressSanitized) return;
  // The default action is back before it runs.
  struct sigaction action {};
  action.sa_handler = NoteCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) sigaction(signal, &action, nullptr);
}

ReadingSlot* NewSlots() {
  void* memory = mmap(nullptr, sizeof(ReadingSlot) * kReadingSlots, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<ReadingSlot*>(memory);
}

Crash WhatCrashed(const ReadingSlot* slots, int signal) {
  Crash crash;
  crash.signal = signal;
  for (const bool any : {false, true}) {
    for (size_t i = 0; slots != nullptr && i < kReadingSlots; ++i) {
      const ReadingSlot& slot = slots[i];
      if (slot.busy == 0 || (!any && slot.signal == 0)) continue;
      Crash::Object object;
      object.position = slot.position;
      object.others = slot.others;
      const uint8_t bytes = slot.id_bytes;
      if (bytes == 20 || bytes == 32) object.oid = ObjectId::FromRaw({slot.id, bytes});
      crash.objects.push_back(object);
    }
    if (!crash.objects.empty()) break;
  }
  return crash;
}

int WaitFor(pid_t half) {
  int status = 0;
  while (waitpid(half, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

[[noreturn]] void EndBySignal(int signal) {
  ::signal(signal, SIG_DFL);
  raise(signal);
  _exit(128 + signal);
}

struct End {
  // In the half that does the work, or there is only one.
  bool is_here = false;
  int status = 0;  // for _exit()
  std::optional<std::string> last_words;
};

// nullopt where the work is to be begun again.
std::optional<int> StatusOf(int status, const SplitOptions& options, const Keeper& keeper,
                            const ReadingSlot* slots, int tries_left) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  for (int asked : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXCPU}) {
    if (signal == asked) EndBySignal(signal);
  }
  Crash crash = WhatCrashed(slots, signal);
  bool again = options.goes_on && tries_left > 0 && !crash.objects.empty();
  for (const Crash::Object& object : crash.objects)
    again = again && AvoidReading(object.oid, object.position);
  crash.goes_on = again;
  if (options.on_crash) options.on_crash(crash, keeper.places() ? &*keeper.places() : nullptr);
  if (again) return std::nullopt;
  return kCouldNotTell;
}

// False also where the question takes more memory than there is.
bool AnswersWell(Keeper& keeper, int socket) {
  try {
    return keeper.AnswerQuestions(socket);
  } catch (const std::exception&) {
    return false;
  }
}

// Becomes the half that does the work, or keeps it to its end.
End Split(const SplitOptions& options) {
  if (kThreadSanitized) return {.is_here = true, .status = 0, .last_words = {}};
  std::cout.flush();
  std::fflush(nullptr);
  ForgetAvoided();
  const pid_t parent = getpid();
  ReadingSlot* slots = NewSlots();
  for (int tries_left = options.goes_on ? kMostTries : 0;; --tries_left) {
    std::array<int, 2> ends = {-1, -1};
    pid_t half = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0) half = fork();
    if (half == 0) {
      close(ends[0]);
      prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
      // It may have gone before that.
      if (getppid() != parent) _exit(kCouldNotTell);
      keeper_socket = ends[1];
      if (slots != nullptr) KeepReadings(slots);
      NoteCrashes();
      return {.is_here = true, .status = 0, .last_words = {}};
    }
    if (ends[1] >= 0) close(ends[1]);
    if (half < 0) {
      if (ends[0] >= 0) close(ends[0]);
      return {.is_here = true, .status = 0, .last_words = {}};
    }
    std::optional<int> status;
    Keeper keeper(options.do_errand);
    {
      const PassingSignalsOn passing(half);
      // Whoever asks for what nobody asks for is no longer the program that was started.
      if (!AnswersWell(keeper, ends[0])) kill(half, SIGKILL);
      close(ends[0]);
      status = WaitFor(half);
    }
    status = StatusOf(*status, options, keeper, slots, tries_left);
    if (status) {
      if (slots != nullptr) munmap(static_cast<void*>(slots), sizeof *slots * kReadingSlots);
      return {.is_here = false, .status = *status, .last_words = keeper.last_words()};
    }
    if (slots != nullptr) std::memset(static_cast<void*>(slots), 0, sizeof *slots * kReadingSlots);
  }
}

// What whoever started this had open and forgot about - a database, a log, a socket - came through
// execve(2), so it lacks the flag that everything of our own has.
void CloseInherited() {
  NameList names;
  if (TheDoor().ListNames("/proc/self/fd", &names) != 0) {
    names = NameList();
    for (int fd = 0; fd < kMostWithoutProc; ++fd) names.push_back(std::to_string(fd));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const int fd = static_cast<int>(std::strtol(std::string(names[i]).c_str(), nullptr, 10));
    const int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) close(fd);
  }
}

// Or says why the sandbox is not to be had.
std::string Forbid(const ShutInOptions& options) {
  if (keeper_socket < 0) return "no process can be started for it";
  CloseInherited();
  // To the end of the process.
  SetDoor(new ShutDoor(keeper_socket, options.places, options.kept_open));
  if (kAddressSanitized) return "";
  const bool no_paths = ForbidPaths();
  std::string why;
  if (ForbidSystemCalls(keeper_socket, &why)) return "";
  return no_paths ? why + ", and only Landlock kept it from files" : why;
}

}  // namespace

void SplitOff(const SplitOptions& options) {
  const End end = Split(options);
  if (!end.is_here) _exit(end.status);
}

std::optional<std::string> RunApart(const SplitOptions& options,
                                    const std::function<std::string()>& work) {
  const End end = Split(options);
  if (!end.is_here) return end.status == 0 ? end.last_words : std::nullopt;
  if (keeper_socket < 0) return work();
  int status = kCouldNotTell;
  try {
    const std::string words = work();
    std::cout.flush();
    std::fflush(nullptr);
    const FrameHead head{static_cast<uint32_t>(Question::kLastWords), 0, 0, 0};
    if (SendFrame(keeper_socket, head, words, -1)) status = 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "picket: An internal error ended a part of the run: %s.\n", error.what());
  }
  _exit(status);
}

std::string ShutIn(const ShutInOptions& options) {
  if (options.use == SandboxUse::kOff || kThreadSanitized) return "";
  const std::string why = Forbid(options);
  if (why.empty()) return "";
  if (options.use == SandboxUse::kRequire) {
    throw Error("The sandbox that the policy requires can't be had here: " + why +
                ". Nothing was judged. Let whatever contains this process allow it, or set "
                "server.sandbox to \"auto\".");
  }
  return "This run was without its sandbox: " + why + ".";
}

std::string TrySandbox(bool* works) {
  *works = false;
  std::array<int, 2> ends = {-1, -1};
  if (pipe(ends.data()) != 0) return "The sandbox could not be tried: no pipe can be made.";
  const pid_t half = fork();
  if (half == 0) {
    close(ends[0]);
    std::string why;
    std::string said = ForbidPaths() ? "L" : "-";
    said += ForbidSystemCalls(ends[1], &why) ? "S" : "-";
    said += why;
    if (write(ends[1], said.data(), said.size()) < 0) _exit(1);
    static_cast<void>(socket(AF_UNIX, SOCK_STREAM, 0));
    _exit(0);
  }
  close(ends[1]);
  std::string said(512, '\0');
  const ssize_t count = half < 0 ? 0 : read(ends[0], said.data(), said.size());
  close(ends[0]);
  said.resize(count > 0 ? static_cast<size_t>(count) : 0);
  const int status = half < 0 ? -1 : WaitFor(half);
  if (said.size() < 2) return "The sandbox could not be tried: no process can be started.";
  const std::string paths = said[0] == 'L' ? " Landlock stands behind it."
                                           : " The kernel has no Landlock to stand behind it.";
  if (said[1] == 'S' && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
    *works = true;
    return "The sandbox works: a forbidden call ends the process." + paths;
  }
  if (said[1] == 'S') return "The sandbox does NOT work: a forbidden call was let through.";
  return "The sandbox can't be had here: " + said.substr(2) + "." + paths;
}

}  // namespace picket
