#include "cli/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "core/error.h"

extern char** environ;

namespace picket {
namespace {

constexpr size_t kMaxCaptured = size_t{1} << 20;

// `git rev-parse --local-env-vars`, without the variables that carry configuration.
constexpr std::array<std::string_view, 14> kRepositoryVariables = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_NAMESPACE",
    "GIT_QUARANTINE_PATH",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_IMPLICIT_WORK_TREE"};

std::vector<std::string> EnvironmentOf(const Command& command) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    std::string_view name = text.substr(0, text.find('='));
    bool replaced = std::any_of(command.environment.begin(), command.environment.end(),
                                [&](const auto& pair) { return pair.first == name; });
    bool local = std::find(kRepositoryVariables.begin(), kRepositoryVariables.end(), name) !=
                 kRepositoryVariables.end();
    if (!replaced && !local) variables.emplace_back(text);
  }
  for (const auto& [name, value] : command.environment) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw Error(std::string("picket can't make a pipe: ") + std::strerror(errno) + ".");
    }
  }
  ~Pipe() {
    CloseReader();
    CloseWriter();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void CloseReader() { Close(ends_[0]); }
  void CloseWriter() { Close(ends_[1]); }

 private:
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  std::array<int, 2> ends_ = {-1, -1};
};

void Drain(Pipe& pipe, std::string* text) {
  std::array<char, 4096> buffer;
  ssize_t count = read(pipe.reader(), buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    pipe.CloseReader();
    return;
  }
  size_t room = kMaxCaptured - text->size();
  text->append(buffer.data(), std::min(room, static_cast<size_t>(count)));
}

void Collect(Pipe& output, Pipe& error, CommandResult* result) {
  while (output.reader() >= 0 || error.reader() >= 0) {
    std::array<pollfd, 2> waiting = {pollfd{output.reader(), POLLIN, 0},
                                     pollfd{error.reader(), POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw Error(std::string("picket can't wait for a child: ") + std::strerror(errno) + ".");
    }
    if (waiting[0].revents != 0) Drain(output, &result->output);
    if (waiting[1].revents != 0) Drain(error, &result->error);
  }
}

}  // namespace

CommandResult Run(const Command& command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = EnvironmentOf(command);
  Pipe output;
  Pipe error;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!command.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error.writer(), STDERR_FILENO);
  // This process ignores SIGPIPE; what it starts shall not inherit that.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  int failure = posix_spawnp(&child, arguments[0].c_str(), &actions, &attributes,
                             Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failure != 0) {
    std::string place = command.directory.empty() ? "" : " in " + command.directory;
    throw Error("picket can't run " + arguments[0] + place + ": " + std::strerror(failure) + ".");
  }
  output.CloseWriter();
  error.CloseWriter();
  CommandResult result;
  Collect(output, error, &result);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

std::string RunOrThrow(const Command& command) {
  CommandResult result = Run(command);
  if (result.status != 0) {
    std::string line;
    for (const std::string& argument : command.arguments) {
      line += (line.empty() ? "" : " ") + argument;
    }
    std::string said = result.error.empty() ? result.output : result.error;
    while (!said.empty() && said.back() == '\n') said.pop_back();
    throw Error("`" + line + "` failed with status " + std::to_string(result.status) + ": " + said);
  }
  if (!result.output.empty() && result.output.back() == '\n') result.output.pop_back();
  return result.output;
}

}  // namespace picket
