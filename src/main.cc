// picket: a guard at the gate of a Git repository. The outcome becomes the exit code here and
// nowhere else: 0 clean, 1 something blocks, 2 could not tell.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include "cli/command_line.h"
#include "core/error.h"
#include "report/escape.h"

namespace {

// A core dump would hold the secrets that were found; a closed pipe must not turn a refusal into
// death by signal halfway through the report.
void ProtectProcess() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  std::signal(SIGPIPE, SIG_IGN);
}

// A standard stream that the caller has closed would become the next file that is opened - a log,
// a list - and what is said would be written into that. These take its place, and fail as a closed
// one does.
void FillStandardStreams() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is this one.
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(2);
  }
}

int Run(int argc, char** argv) {
  try {
    const int code = picket::RunCommandLine(argc, argv);
    std::cout.flush();
    // Output that nobody got is no success.
    const bool written = std::cout.good() && std::fflush(stdout) == 0;
    return written || code != 0 ? code : 2;
  } catch (const picket::Error& error) {
    std::fprintf(stderr, "picket: %s\n", error.what());
  } catch (const std::bad_alloc&) {
    std::fputs(
        "picket: Memory ran out, so nothing was judged; free some, or lower the limits in the "
        "policy.\n",
        stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "picket: An internal error ended the run, so nothing was judged: %s.\n",
                 picket::EscapeForTerminal(error.what()).c_str());
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  ProtectProcess();
  FillStandardStreams();
  const int code = Run(argc, argv);
  std::cout.flush();
  std::fflush(nullptr);
  // What thirty libraries do when a process ends writes to pages of each, which the half that works
  // would copy first (sandbox/sandbox.h): a fifth of a hook that finds nothing to do.
  _exit(code);
}
