// Git's own plumbing as a child process, for lists; and, until we read packs ourselves, for the
// content of objects too large for memory (spooled_object.cc).
//
// The process is started at once and read later, so that Git works while we set ourselves up.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace picket {

struct GitCommand {
  // Without the leading "git".
  std::vector<std::string> arguments;
  // Where Git looks for the repository (GIT_DIR); "" leaves that to the environment, as a hook
  // must.
  std::string git_dir;
  // Nothing of the user's or the system's configuration, and of the environment only what says
  // where the repository, its index and its objects are. For input that is not trusted.
  bool clean_environment = false;
  // With a clean environment: not even that, so that `git_dir` alone says where things are.
  bool no_locations = false;
  // With a clean environment: the user's and the system's configuration all the same.
  bool user_config = false;
  // -1, or an open file that standard output goes into, from where it stands, instead of a pipe;
  // and how many bytes any file may have that it writes, unless the limit of this process (ulimit
  // -f) is lower. What would be more ends it.
  int output = -1;
  uint64_t most_output = UINT64_MAX;
};

// One `git` process: its standard output is a pipe, its standard input is empty, its standard error
// is kept (the first 4 KiB) for the sentence of an Error. Whatever the environment, replace refs
// and grafts by them, lazy fetching, optional locks, prompts and the fsmonitor daemon are off. No
// shell is involved. Used from one thread at a time.
class GitProcess {
 public:
  // Throws Error where no `git` is found on PATH or it can't be started.
  explicit GitProcess(const GitCommand& command);
  // Ends and reaps a process that Finish() has not seen.
  ~GitProcess();
  GitProcess(const GitProcess&) = delete;
  GitProcess& operator=(const GitProcess&) = delete;

  // The next bytes of standard output; 0 at its end. Blocks.
  size_t Read(std::span<char> buffer);
  // Waits until the process has ended, or `stop` is requested: false. For one with a file for its
  // output.
  bool WaitUnless(const std::stop_token& stop);
  // The rest of standard output. Throws Error where it is longer than `max_bytes`.
  std::string ReadAll(uint64_t max_bytes);
  // Drops what is left of the output, waits, and returns the exit status; 128 + n after signal n.
  int Finish();
  // Throws Error, with what Git said, unless Finish() is 0.
  void CheckSuccess();
  // "`git diff-index` ended with status 128: fatal: ...".
  std::string Failure();

 private:
  void DrainErrors();

  std::string name_;
  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
  int status_ = -1;
  std::string error_text_;
};

// The environment that the process gets, as "NAME=value"; open for the tests.
std::vector<std::string> GitEnvironment(const GitCommand& command, char* const* environment);

}  // namespace picket
