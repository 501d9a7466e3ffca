#include "support/shut_in_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "core/error.h"
#include "support/sanitized.h"

namespace picket::test {
namespace {

using Pipe = std::array<int, 2>;

Pipe NewPipe() {
  Pipe ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return ends;
}

void Say(int fd, const std::string& text) {
  if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) _exit(99);
}

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<size_t>(count));
  }
  close(fd);
  return text;
}

[[noreturn]] void Live(const ShutInWork& work, int said, int crashes) {
  // doctest's own handlers would tell a death that is meant.
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  // Nor does it matter what the tests before this one have blocked.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  SplitOptions options;
  options.goes_on = work.goes_on;
  options.do_errand = work.do_errand;
  options.on_crash = [crashes](const Crash& crash, const Places*) {
    std::string line = std::to_string(crash.signal);
    for (const Crash::Object& object : crash.objects) {
      line += " " + (object.oid.empty() ? std::to_string(object.position) : object.oid.ToHex());
      if (object.others != 0) line += "+" + std::to_string(object.others);
    }
    Say(crashes, line + "\n");
  };
  SplitOff(options);
  try {
    if (work.before) work.before();
    ShutIn({.use = SandboxUse::kRequire, .places = work.places, .kept_open = {}});
    Say(said, work.work());
  } catch (const Error& error) {
    Say(said, std::string("Error: ") + error.what());
    _exit(3);
  }
  _exit(0);
}

}  // namespace

ShutInEnd RunShutIn(const ShutInWork& work) {
  const Pipe said = NewPipe();
  const Pipe crashes = NewPipe();
  std::fflush(nullptr);
  std::cout.flush();
  const pid_t keeper = fork();
  if (keeper == 0) Live(work, said[1], crashes[1]);
  close(said[1]);
  close(crashes[1]);
  if (work.meanwhile) work.meanwhile(keeper);
  ShutInEnd end;
  end.said = ReadAll(said[0]);
  end.crashes = ReadAll(crashes[0]);
  int status = 0;
  waitpid(keeper, &status, 0);
  end.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return end;
}

bool CanForbid() {
#if defined(__SANITIZE_THREAD__)
  return false;
#else
  return !kSanitized;
#endif
}

}  // namespace picket::test
