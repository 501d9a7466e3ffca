#include "git/plumbing.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/error.h"

extern char** environ;

namespace picket {
namespace {

constexpr int kPipeBytes = 1 << 20;
constexpr int kLookMilliseconds = 50;
constexpr size_t kErrorBytes = 4096;

// What Git itself sets to tell a hook where things are.
constexpr std::array kKept = {
    std::string_view("GIT_DIR"),
    std::string_view("GIT_COMMON_DIR"),
    std::string_view("GIT_WORK_TREE"),
    std::string_view("GIT_INDEX_FILE"),
    std::string_view("GIT_OBJECT_DIRECTORY"),
    std::string_view("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    std::string_view("GIT_QUARANTINE_PATH"),
    std::string_view("GIT_SHALLOW_FILE"),
    std::string_view("GIT_EXEC_PATH"),
};

// GIT_ALLOW_PROTOCOL, set and empty, allows no transport at all: Git before 2.44 does not know
// GIT_NO_LAZY_FETCH.
constexpr std::array kAlways = {
    std::string_view("GIT_NO_REPLACE_OBJECTS=1"), std::string_view("GIT_NO_LAZY_FETCH=1"),
    std::string_view("GIT_ALLOW_PROTOCOL="),      std::string_view("GIT_OPTIONAL_LOCKS=0"),
    std::string_view("GIT_TERMINAL_PROMPT=0"),    std::string_view("LC_ALL=C"),
};

constexpr std::array kNoUserConfig = {
    std::string_view("GIT_CONFIG_GLOBAL=/dev/null"),
    std::string_view("GIT_CONFIG_NOSYSTEM=1"),
};

// Where the files of that configuration are, if not at their usual places.
constexpr std::array kUserConfig = {
    std::string_view("GIT_CONFIG_GLOBAL"),
    std::string_view("GIT_CONFIG_SYSTEM"),
    std::string_view("GIT_CONFIG_NOSYSTEM"),
};

// What Git would need to know to run itself.
constexpr std::string_view kExecPath = "GIT_EXEC_PATH";

bool SameName(std::string_view a, std::string_view b) {
  return a.substr(0, a.find('=')) == b.substr(0, b.find('='));
}

bool IsKept(const GitCommand& command, std::string_view variable) {
  const auto is_it = [&](std::string_view name) { return SameName(name, variable); };
  if (command.user_config && std::any_of(kUserConfig.begin(), kUserConfig.end(), is_it))
    return true;
  if (command.no_locations) return is_it(kExecPath);
  return std::any_of(kKept.begin(), kKept.end(), is_it);
}

// A pipe whose ends stay clear of 0, 1 and 2, which a caller may have closed.
struct Pipe {
  int read = -1;
  int write = -1;
};

int MoveUp(int fd) {
  if (fd > 2 || fd < 0) return fd;
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  close(fd);
  return moved;
}

void Close(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

Pipe NewPipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  Pipe result{MoveUp(ends[0]), MoveUp(ends[1])};
  return result;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

int Spawn(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
          const Pipe& output, const Pipe& errors, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write, STDERR_FILENO);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  int rc = posix_spawnp(pid, "git", &actions, &attributes, Pointers(arguments).data(),
                        Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return rc;
}

// What posix_spawn() can't do: no file of the process gets larger than `most` bytes, from its first
// instruction on. A limit that is there already may be the lower one.
bool LimitFiles(uint64_t most) {
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
  limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_cur, most);
  return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

// In the child, with all signals blocked: none of them may run a handler of ours.
// Async-signal-safe.
void ForgetHandlers() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    if (action.sa_handler == SIG_IGN && signal != SIGPIPE) continue;
    action = {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
  }
}

[[noreturn]] void RunLimited(char* const* arguments, char* const* environment, const Pipe& output,
                             const Pipe& errors, uint64_t most_output, int told) {
  ForgetHandlers();
  sigset_t none;
  sigemptyset(&none);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(output.write, STDOUT_FILENO) >= 0 &&
      dup2(errors.write, STDERR_FILENO) >= 0 && LimitFiles(most_output) &&
      sigprocmask(SIG_SETMASK, &none, nullptr) == 0) {
    execvpe("git", arguments, environment);
  }
  const int error = errno;
  static_cast<void>(!write(told, &error, sizeof error));
  _exit(127);
}

// As Spawn().
int SpawnLimited(const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment, const Pipe& output,
                 const Pipe& errors, uint64_t most_output, pid_t* pid) {
  const std::vector<char*> argument_pointers = Pointers(arguments);
  const std::vector<char*> environment_pointers = Pointers(environment);
  Pipe told = NewPipe();
  if (told.read < 0 || told.write < 0) return EMFILE;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  *pid = fork();
  if (*pid == 0) {
    RunLimited(argument_pointers.data(), environment_pointers.data(), output, errors, most_output,
               told.write);
  }
  int error = *pid < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  Close(&told.write);
  // Nothing comes where the program was started: its end is closed then.
  int said = 0;
  ssize_t count = 0;
  do {
    count = *pid < 0 ? 0 : read(told.read, &said, sizeof said);
  } while (count < 0 && errno == EINTR);
  Close(&told.read);
  if (count == 0) return error;
  while (waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return count == sizeof said ? said : EIO;
}

}  // namespace

std::vector<std::string> GitEnvironment(const GitCommand& command, char* const* environment) {
  std::vector<std::string> result(kAlways.begin(), kAlways.end());
  const bool clean = command.clean_environment;
  if (clean && !command.user_config)
    result.insert(result.end(), kNoUserConfig.begin(), kNoUserConfig.end());
  if (!command.git_dir.empty()) result.push_back("GIT_DIR=" + command.git_dir);
  size_t ours = result.size();
  for (char* const* entry = environment; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    if (std::any_of(result.begin(), result.begin() + static_cast<ptrdiff_t>(ours),
                    [&](const std::string& set) { return SameName(set, text); })) {
      continue;
    }
    if (clean && text.starts_with("GIT_") && !IsKept(command, text)) continue;
    result.emplace_back(text);
  }
  return result;
}

GitProcess::GitProcess(const GitCommand& command) {
  name_ = command.arguments.empty() ? "git" : "git " + command.arguments.front();
  std::vector<std::string> arguments = {"git", "-c", "core.fsmonitor=false"};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  const bool to_file = command.output >= 0;
  Pipe output = to_file ? Pipe{-1, command.output} : NewPipe();
  Pipe errors = NewPipe();
  // So that both work at once on what is gigabytes; where it may not be so large it is smaller.
  if (output.read >= 0) static_cast<void>(fcntl(output.read, F_SETPIPE_SZ, kPipeBytes));
  int rc = EMFILE;
  if ((output.read >= 0 || to_file) && output.write >= 0 && errors.read >= 0 && errors.write >= 0) {
    const std::vector<std::string> environment = GitEnvironment(command, environ);
    rc = command.most_output == UINT64_MAX
             ? Spawn(arguments, environment, output, errors, &pid_)
             : SpawnLimited(arguments, environment, output, errors, command.most_output, &pid_);
  }
  if (!to_file) Close(&output.write);
  Close(&errors.write);
  output_ = output.read;
  errors_ = errors.read;
  if (rc == 0) return;
  pid_ = -1;
  Close(&output_);
  Close(&errors_);
  if (rc == ENOENT) {
    throw Error("No `git` was found on PATH, and `" + name_ +
                "` is needed here; install Git or put it on PATH.");
  }
  throw Error("`" + name_ + "` could not be started: " + std::strerror(rc) + ".");
}

GitProcess::~GitProcess() {
  Close(&output_);
  Close(&errors_);
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void GitProcess::DrainErrors() {
  std::array<char, 4096> buffer{};
  ssize_t count = read(errors_, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    Close(&errors_);
    return;
  }
  size_t room = kErrorBytes - std::min(kErrorBytes, error_text_.size());
  error_text_.append(buffer.data(), std::min(room, static_cast<size_t>(count)));
}

size_t GitProcess::Read(std::span<char> buffer) {
  while (output_ >= 0) {
    // A negative descriptor is ignored by poll, so a closed standard error does not wake us.
    std::array<pollfd, 2> waits = {pollfd{output_, POLLIN, 0}, pollfd{errors_, POLLIN, 0}};
    if (poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw Error("The output of `" + name_ + "` could not be read: " + std::strerror(errno) + ".");
    }
    if (waits[1].revents != 0) DrainErrors();
    if (waits[0].revents == 0) continue;
    ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count > 0) return static_cast<size_t>(count);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw Error("The output of `" + name_ + "` could not be read: " + std::strerror(errno) + ".");
    }
    Close(&output_);
  }
  return 0;
}

bool GitProcess::WaitUnless(const std::stop_token& stop) {
  // Its standard error is closed when it ends.
  while (errors_ >= 0) {
    if (stop.stop_requested()) return false;
    pollfd wait{errors_, POLLIN, 0};
    if (poll(&wait, 1, stop.stop_possible() ? kLookMilliseconds : -1) > 0) DrainErrors();
  }
  return true;
}

std::string GitProcess::ReadAll(uint64_t max_bytes) {
  std::string result;
  std::array<char, 65536> buffer{};
  while (size_t count = Read(buffer)) {
    if (count > max_bytes - result.size()) {
      throw Error("`" + name_ + "` printed more than " + std::to_string(max_bytes) +
                  " bytes, which is more than is read from it.");
    }
    result.append(buffer.data(), count);
  }
  return result;
}

int GitProcess::Finish() {
  if (pid_ < 0) return status_;
  std::array<char, 65536> buffer{};
  while (Read(buffer) != 0) {
  }
  while (errors_ >= 0) DrainErrors();
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) {
    if (errno == EINTR) continue;
    pid_ = -1;
    throw Error("The end of `" + name_ + "` could not be waited for: " + std::strerror(errno) +
                ".");
  }
  pid_ = -1;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

std::string GitProcess::Failure() {
  std::string result = "`" + name_ + "` ended with status " + std::to_string(Finish());
  std::string said = error_text_;
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.pop_back();
  std::replace(said.begin(), said.end(), '\n', ' ');
  return said.empty() ? result : result + ": " + said;
}

void GitProcess::CheckSuccess() {
  if (Finish() != 0) throw Error(Failure() + ".");
}

}  // namespace picket
