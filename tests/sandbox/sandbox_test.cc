#include "sandbox/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/reading.h"
#include "sandbox/wire.h"
#include "support/git_fixture.h"
#include "support/shut_in_process.h"

namespace picket {
namespace {

using test::CanForbid;
using test::RunShutIn;
using test::ShutInEnd;

constexpr int kCouldNotTell = 2;

std::string KilledBy(int signal) { return std::to_string(signal) + "\n"; }

}  // namespace

TEST_CASE("a call that is not on the list ends the process, and the keeper tells it") {
  if (!CanForbid()) return;
  struct Row {
    const char* name;
    void (*call)();
  };
  static const Row kRows[] = {
      {"socket", [] { socket(AF_INET, SOCK_STREAM, 0); }},
      {"socket of its own kind", [] { socket(AF_UNIX, SOCK_STREAM, 0); }},
      {"socketpair",
       [] {
         int ends[2];
         socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
       }},
      {"execve", [] { execl("/bin/true", "true", nullptr); }},
      {"execveat", [] { syscall(SYS_execveat, AT_FDCWD, "/bin/true", nullptr, nullptr, 0); }},
      {"fork", [] { fork(); }},
      {"vfork", [] { syscall(SYS_clone, SIGCHLD | CLONE_VM | CLONE_VFORK, 0, 0, 0, 0); }},
      {"a thread in new worlds",
       [] {
         syscall(SYS_clone,
                 CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWUSER,
                 0, 0, 0, 0);
       }},
      {"ptrace", [] { ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr); }},
      {"process_vm_writev", [] { process_vm_writev(1, nullptr, 0, nullptr, 0, 0); }},
      {"kill", [] { kill(getpid(), SIGTERM); }},
      {"tgkill of another", [] { syscall(SYS_tgkill, 1, 1, SIGTERM); }},
      {"a signal with a word", [] { syscall(SYS_rt_sigqueueinfo, getppid(), SIGTERM, nullptr); }},
      {"a hold on another process", [] { syscall(SYS_pidfd_open, getppid(), 0); }},
      {"signals from a descriptor", [] { fcntl(0, F_SETOWN, getppid()); }},
      {"words typed into a terminal", [] { ioctl(0, TIOCSTI, "x"); }},
      {"limits",
       [] {
         const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
         syscall(SYS_prlimit64, 0, RLIMIT_CORE, &more, nullptr);
       }},
      {"limits of another",
       [] { syscall(SYS_prlimit64, getppid(), RLIMIT_CORE, nullptr, nullptr); }},
      {"a file made longer", [] { static_cast<void>(!ftruncate(1, 1 << 20)); }},
      {"room for a file", [] { fallocate(1, 0, 0, 1 << 20); }},
      {"a folder's names", [] { syscall(SYS_getdents64, 0, nullptr, 0); }},
      {"keys", [] { syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
      {"what the machine counts", [] { syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }},
      {"faults of its own making", [] { syscall(SYS_userfaultfd, 0); }},
      {"a filter of its own", [] { syscall(SYS_seccomp, 1, 0, nullptr); }},
      {"calls of another width", [] { syscall(SYS_getpid | 0x40000000); }},
      {"unlink", [] { unlink("/nowhere"); }},
      {"rename", [] { rename("/nowhere", "/elsewhere"); }},
      {"mkdir", [] { mkdir("/nowhere/folder", 0700); }},
      {"chmod", [] { chmod("/nowhere", 0777); }},
      {"mount", [] { mount("a", "/nowhere", "tmpfs", 0, nullptr); }},
      {"memory that runs",
       [] { mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
      {"memory that is made to run",
       [] {
         void* page =
             mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         mprotect(page, 4096, PROT_READ | PROT_EXEC);
       }},
      {"bpf", [] { syscall(SYS_bpf, 0, nullptr, 0); }},
      {"io_uring", [] { syscall(SYS_io_uring_setup, 1, nullptr); }},
      {"memfd_create", [] { syscall(SYS_memfd_create, "a", 0); }},
      {"a message over no socket of ours", [] {
         msghdr message{};
         sendmsg(2, &message, 0);
       }}};
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const ShutInEnd end = RunShutIn({.work = [&row] {
      row.call();
      return std::string("it went through");
    }});
    CHECK(end.said == "");
    CHECK(end.status == kCouldNotTell);
    CHECK(end.crashes == KilledBy(SIGSYS));
  }
}

TEST_CASE("a thread that runs already is shut in as well") {
  if (!CanForbid()) return;
  std::thread early;
  std::atomic<bool> is_shut{false};
  const ShutInEnd end = RunShutIn({.before =
                                       [&] {
                                         early = std::thread([&is_shut] {
                                           while (!is_shut) std::this_thread::yield();
                                           socket(AF_INET, SOCK_STREAM, 0);
                                         });
                                       },
                                   .work =
                                       [&] {
                                         is_shut = true;
                                         early.join();
                                         return std::string("it went through");
                                       }});
  CHECK(end.said == "");
  CHECK(end.crashes == KilledBy(SIGSYS));
}

TEST_CASE("whatever looks at a path finds nothing there") {
  if (!CanForbid()) return;
  const ShutInEnd end = RunShutIn({.work = [] {
    struct stat info {};
    char text[64];
    std::string wrong;
    const auto expect = [&wrong](const char* name, long result) {
      if (result >= 0 || errno != ENOENT) wrong += std::string(name) + " ";
    };
    expect("open", syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
    expect("open to write", syscall(SYS_openat, AT_FDCWD, "/tmp/x", O_WRONLY | O_CREAT, 0600));
    expect("a temporary file", syscall(SYS_openat, AT_FDCWD, "/tmp", O_TMPFILE | O_RDWR, 0600));
    expect("openat2", syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0));
    expect("access", access("/etc/passwd", F_OK));
    expect("stat", stat("/etc/passwd", &info));
    expect("readlink", readlink("/proc/self/exe", text, sizeof text));
    return wrong + "done";
  }});
  CHECK(end.said == "done");
  CHECK(end.status == 0);
}

TEST_CASE("descriptors that the process was started with are closed, its own are not") {
  int own[2];
  int inherited[2];
  REQUIRE(pipe2(own, O_CLOEXEC) == 0);
  REQUIRE(pipe(inherited) == 0);
  const ShutInEnd end = RunShutIn({.work = [&] {
    std::string said = fcntl(own[1], F_GETFD) >= 0 ? "own " : "";
    for (int fd : inherited) said += fcntl(fd, F_GETFD) >= 0 ? "inherited " : "";
    for (int fd : {0, 1, 2}) said += fcntl(fd, F_GETFD) >= 0 ? "." : "!";
    return said;
  }});
  CHECK(end.said == "own ...");
  for (int fd : {own[0], own[1], inherited[0], inherited[1]}) close(fd);
}

TEST_CASE("threads, memory and clocks stay") {
  const ShutInEnd end = RunShutIn({.work = [] {
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&sum, i] {
        std::vector<std::string> much(1000, std::string(5000, 'x'));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        sum += i + (much.back().size() == 5000 ? 1 : 0);
      });
    }
    for (std::thread& thread : threads) thread.join();
    try {
      throw Error("thrown and caught");
    } catch (const Error&) {
      ++sum;
    }
    return std::to_string(sum);
  }});
  CHECK(end.said == "37");
  CHECK(end.status == 0);
}

TEST_CASE("a crash is told with the object before the thread that crashed, and is no pass") {
  if (!CanForbid()) return;
  const ObjectId guilty = *ObjectId::TryParse(std::string(40, 'a'));
  const ObjectId innocent = *ObjectId::TryParse(std::string(40, 'b'));
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) {
    CAPTURE(signal);
    const ShutInEnd end = RunShutIn({.work = [&] {
      std::atomic<bool> reads{false};
      std::thread other([&] {
        const Reading reading(innocent, 0);
        reads = true;
        std::this_thread::sleep_for(std::chrono::seconds(60));
      });
      while (!reads) std::this_thread::yield();
      const Reading outer(innocent, 0);
      const Reading reading(guilty, 0);
      raise(signal);
      return std::string("survived");
    }});
    CHECK(end.said == "");
    CHECK(end.status == kCouldNotTell);
    CHECK(end.crashes == std::to_string(signal) + " " + guilty.ToHex() + "\n");
  }
}

TEST_CASE("what is read in turns counts again when the inner has gone") {
  if (!CanForbid()) return;
  const ObjectId outer = *ObjectId::TryParse(std::string(64, 'c'));
  const ObjectId inner = *ObjectId::TryParse(std::string(40, 'd'));
  const ShutInEnd end = RunShutIn({.work = [&] {
    const Reading first(outer, 0);
    { const Reading second(inner, 0); }
    abort();
    return std::string();
  }});
  CHECK(end.crashes == std::to_string(SIGABRT) + " " + outer.ToHex() + "\n");
}

TEST_CASE(
    "of many that are read together a crash tells how many, and of one inside them that one") {
  if (!CanForbid()) return;
  const ObjectId first = *ObjectId::TryParse(std::string(40, 'c'));
  const ObjectId inner = *ObjectId::TryParse(std::string(40, 'd'));
  for (const bool inside : {false, true}) {
    const ShutInEnd end = RunShutIn({.work = [&] {
      const Reading together(first, 0, 127);
      {
        const Reading one(inner, 0);
        if (inside) abort();
      }
      abort();
      return std::string();
    }});
    CHECK(end.crashes ==
          std::to_string(SIGABRT) + " " + (inside ? inner.ToHex() : first.ToHex() + "+127") + "\n");
  }
}

TEST_CASE("a stack that overflows names the objects that were read") {
  if (!CanForbid()) return;
  const ShutInEnd end = RunShutIn({.work = [] {
    const Reading reading(ObjectId(), 7);
    struct Deep {
      static int Down(volatile char* before, int left) {
        volatile char here[4096];
        here[0] = before[0];
        return left == 0 ? 0 : Down(here, left - 1) + here[0];
      }
    };
    volatile char top[1] = {1};
    return std::to_string(Deep::Down(top, 1 << 30));
  }});
  CHECK(end.crashes == std::to_string(SIGSEGV) + " 7\n");
  CHECK(end.status == kCouldNotTell);
}

TEST_CASE("it begins again without what ended it, and gives up on what ends it anyway") {
  if (!CanForbid()) return;
  const ShutInEnd end = RunShutIn({.goes_on = true, .work = [] {
                                     std::string examined;
                                     for (uint64_t i = 0; i < 6; ++i) {
                                       if (!MayExamine({}, i)) continue;
                                       const Reading reading({}, i);
                                       if (i == 1 || i == 4) raise(SIGSEGV);
                                       examined += std::to_string(i);
                                     }
                                     return examined;
                                   }});
  CHECK(end.said == "0235");
  CHECK(end.status == 0);
  CHECK(end.crashes == "11 1\n11 4\n");

  const ObjectId oid = *ObjectId::TryParse(std::string(40, 'e'));
  const ShutInEnd hopeless = RunShutIn({.goes_on = true, .work = [&oid] {
                                          const Reading reading(oid, 0);
                                          raise(SIGSEGV);
                                          return std::string("survived");
                                        }});
  CHECK(hopeless.said == "");
  CHECK(hopeless.status == kCouldNotTell);
  // Not examined, then not read, then no more.
  const std::string line = "11 " + oid.ToHex() + "\n";
  CHECK(hopeless.crashes == line + line + line);

  const ShutInEnd nameless = RunShutIn({.goes_on = true, .work = [] {
                                          raise(SIGSEGV);
                                          return std::string("survived");
                                        }});
  CHECK(nameless.status == kCouldNotTell);
  CHECK(nameless.crashes == "11\n");
}

TEST_CASE("either half takes the other along, and a signal to the keeper ends both") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGKILL}) {
    CAPTURE(signal);
    int ready[2];
    REQUIRE(pipe2(ready, O_CLOEXEC) == 0);
    const ShutInEnd end = RunShutIn({.work =
                                         [&ready] {
                                           if (write(ready[1], "r", 1) != 1)
                                             return std::string("?");
                                           std::this_thread::sleep_for(std::chrono::seconds(60));
                                           return std::string("slept");
                                         },
                                     .meanwhile =
                                         [&](pid_t keeper) {
                                           char byte = 0;
                                           CHECK(read(ready[0], &byte, 1) == 1);
                                           kill(keeper, signal);
                                         }});
    // Its end of the pipe is closed: the other half is gone as well.
    CHECK(end.said == "");
    CHECK(end.status == 128 + signal);
    close(ready[0]);
    close(ready[1]);
  }
}

TEST_CASE("the status of the half that works is the status of the whole") {
  for (const int status : {0, 1, 2, 77}) {
    const ShutInEnd end = RunShutIn({.work = [status] {
      _exit(status);
      return std::string();
    }});
    CHECK(end.status == status);
    CHECK(end.crashes == "");
  }
}

TEST_CASE("a part of the work may be done apart, one after the other") {
  SplitOptions options;
  int crashes = 0;
  options.on_crash = [&crashes](const Crash&, const Places*) { ++crashes; };
  const auto apart = [&](const std::function<std::string()>& work) {
    return RunApart(options, [&] {
      // doctest's own handlers would tell a death that is meant.
      signal(SIGSEGV, SIG_DFL);
      ShutIn({.use = SandboxUse::kAuto, .places = {}, .kept_open = {}});
      return work();
    });
  };
  struct sigaction before {};
  sigaction(SIGTERM, nullptr, &before);
  const std::string much(size_t{3} << 20, 'x');
  CHECK(apart([&] { return much; }) == much);
  CHECK(apart([] { return std::string(); }) == "");
  CHECK_FALSE(TheDoor().is_shut());
  if (CanForbid()) {
    CHECK_FALSE(apart([] {
      raise(SIGSEGV);
      return std::string("survived");
    }));
    CHECK_FALSE(apart([] {
      socket(AF_INET, SOCK_STREAM, 0);
      return std::string("survived");
    }));
    CHECK(crashes == 2);
  }
  CHECK_FALSE(apart([]() -> std::string { _exit(0); }));
  CHECK(apart([] { return std::string("again"); }) == "again");
  struct sigaction after {};
  sigaction(SIGTERM, nullptr, &after);
  CHECK((before.sa_handler == after.sa_handler));
}

TEST_CASE("what was said counts only of a process that ended well") {
  if (!CanForbid()) return;
  // The one socket that it holds.
  const auto channel = [] {
    struct stat info {};
    for (int fd = 3; fd < 1000; ++fd) {
      if (fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode)) return fd;
    }
    return -1;
  };
  const auto say = [&channel](Question what, std::string_view words) {
    return SendFrame(channel(), {static_cast<uint32_t>(what), 0, 0, 0}, words, -1);
  };
  int signal_of_end = 0;
  SplitOptions options;
  options.on_crash = [&](const Crash& crash, const Places*) { signal_of_end = crash.signal; };
  const auto apart = [&](const std::function<void()>& work) {
    return RunApart(options, [&] {
      signal(SIGSEGV, SIG_DFL);
      ShutIn({.use = SandboxUse::kRequire, .places = {}, .kept_open = {}});
      work();
      return std::string("the proper way");
    });
  };
  CHECK(apart([] {}) == "the proper way");
  CHECK(signal_of_end == 0);
  CHECK_FALSE(apart([&] {
    say(Question::kLastWords, "all is clean");
    raise(SIGSEGV);
  }));
  CHECK(signal_of_end == SIGSEGV);
  CHECK_FALSE(apart([&] {
    say(Question::kLastWords, "all is clean");
    _exit(2);
  }));
  // Who asks for what does not exist is ended, whatever it says afterwards.
  CHECK_FALSE(apart([&] {
    say(static_cast<Question>(99), "");
    std::this_thread::sleep_for(std::chrono::seconds(60));
  }));
  CHECK(signal_of_end == SIGKILL);
}

TEST_CASE("an errand's sentence comes back as an Error, and its file as a descriptor") {
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/given";
  const DoErrand do_errand = [&file](Errand errand, std::string_view context,
                                     std::string_view question) {
    Answer answer;
    if (errand == Errand::kSpool) {
      answer.fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      return answer;
    }
    throw Error(std::string(context) + " says no to " + std::string(question));
  };
  const ShutInEnd end =
      RunShutIn({.places = {.object_dirs = {}, .files = {}, .context = "the context"},
                 .do_errand = do_errand,
                 .work = [] {
                   const Answer answer = TheDoor().Ask(Errand::kSpool, "");
                   std::string said = write(answer.fd, "written", 7) == 7 ? "wrote; " : "?; ";
                   try {
                     TheDoor().Ask(Errand::kRemovedNames, std::string(100'000, 'x'));
                   } catch (const Error& error) {
                     said += std::string(error.what()).substr(0, 30);
                   }
                   return said;
                 }});
  CHECK(end.said == "wrote; the context says no to xxxxxxx");
}

TEST_CASE("whether it works here can be asked") {
  if (!CanForbid()) return;
  bool works = false;
  const std::string said = TrySandbox(&works);
  CAPTURE(said);
  CHECK(works);
  CHECK(said.starts_with("The sandbox works"));
}

}  // namespace picket
