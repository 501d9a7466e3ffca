#include "support/git_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

// libgit2 1.5 loses a match of its regular expressions when it checks the extensions of a
// repository of format 1: 10 KiB for each repository that is opened.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2"; }

namespace picket::test {
namespace {

namespace fs = std::filesystem;

void WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    ssize_t count = write(file, text.data(), text.size());
    if (count <= 0) break;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace

ScopedEnvironment::ScopedEnvironment(const char* name, const char* value) : name_(name) {
  const char* before = std::getenv(name);
  was_set_ = before != nullptr;
  if (was_set_) before_ = before;
  if (value == nullptr) {
    unsetenv(name);
  } else {
    setenv(name, value, 1);
  }
}

ScopedEnvironment::~ScopedEnvironment() {
  if (was_set_) {
    setenv(name_.c_str(), before_.c_str(), 1);
  } else {
    unsetenv(name_.c_str());
  }
}

ScopedDirectory::ScopedDirectory(const std::string& path) : before_(fs::current_path()) {
  fs::current_path(path);
}

ScopedDirectory::~ScopedDirectory() { fs::current_path(before_); }

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "picket-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
  path_ = fs::canonical(name).string();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code code;
  fs::remove_all(path_, code);
}

GitFixture::GitFixture(const TemporaryFolder& folder, const std::string& name,
                       const std::vector<std::string>& arguments)
    : directory_(folder.path() + "/" + name) {
  fs::create_directories(directory_);
  std::vector<std::string> init = {"init", "-q", "-b", "main"};
  init.insert(init.end(), arguments.begin(), arguments.end());
  Git(init);
}

GitFixture::GitFixture(std::string directory) : directory_(std::move(directory)) {}

std::string GitFixture::git_dir() const { return Git({"rev-parse", "--absolute-git-dir"}); }

std::string GitFixture::GitRaw(const std::vector<std::string>& arguments, std::string_view input,
                               int* status) const {
  TemporaryFolder scratch;
  std::string in = scratch.path() + "/in";
  std::string out = scratch.path() + "/out";
  int file = open(in.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  WriteAll(file, input);
  close(file);

  std::map<std::string, std::string> variables = {
      {"PATH", std::getenv("PATH") == nullptr ? "/usr/bin:/bin" : std::getenv("PATH")},
      {"HOME", scratch.path()},
      {"LC_ALL", "C"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_AUTHOR_NAME", "A U Thor"},
      {"GIT_AUTHOR_EMAIL", "author@example.com"},
      {"GIT_COMMITTER_NAME", "C O Mitter"},
      {"GIT_COMMITTER_EMAIL", "committer@example.com"},
      {"GIT_ALLOW_PROTOCOL", "file"},
      {"GIT_AUTHOR_DATE", std::to_string(1'700'000'000 + 60 * minutes_) + " +0200"},
      {"GIT_COMMITTER_DATE", std::to_string(1'700'000'000 + 60 * minutes_) + " +0200"}};
  for (const auto& [name, value] : environment_) variables[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  std::vector<char*> environment;
  for (std::string& line : lines) environment.push_back(line.data());
  environment.push_back(nullptr);

  std::vector<std::string> words = {"git", "-C", directory_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  std::string errors = scratch.path() + "/err";
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t child = 0;
  int code = posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) throw std::runtime_error("git can't be run");
  int result = 0;
  waitpid(child, &result, 0);
  *status = WIFEXITED(result) ? WEXITSTATUS(result) : -1;
  std::string output = ReadWhole(out);
  if (*status != 0) output += ReadWhole(errors);
  return output;
}

std::string GitFixture::Git(const std::vector<std::string>& arguments,
                            std::string_view input) const {
  int status = 0;
  std::string output = GitRaw(arguments, input, &status);
  if (status != 0) {
    std::string command = "git";
    for (const std::string& argument : arguments) command += " " + argument;
    throw std::runtime_error(command + ": " + output);
  }
  if (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

ObjectId GitFixture::Id(const std::string& revision) const {
  return ObjectId::TryParse(Git({"rev-parse", "--verify", "-q", revision})).value();
}

void GitFixture::Write(const std::string& path, std::string_view text) const {
  fs::path file = fs::path(directory_) / path;
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.flush()) throw std::runtime_error("can't write " + file.string());
}

void GitFixture::Remove(const std::string& path) const {
  fs::remove_all(fs::path(directory_) / path);
}

ObjectId GitFixture::Commit(const std::string& message) {
  ++minutes_;
  Git({"add", "-A"});
  Git({"commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message});
  return Id("HEAD");
}

ObjectId GitFixture::CommitTree(const std::map<std::string, std::string>& files,
                                const std::vector<ObjectId>& parents, const std::string& message) {
  ++minutes_;
  TemporaryFolder scratch;
  SetEnvironment("GIT_INDEX_FILE", scratch.path() + "/index");
  Git({"read-tree", "--empty"});
  std::string lines;
  for (const auto& [path, text] : files) {
    std::string blob = Git({"hash-object", "-w", "--stdin"}, text);
    lines += "100644 " + blob + "\t" + path + '\0';
  }
  Git({"update-index", "-z", "--index-info"}, lines);
  std::string tree = Git({"write-tree"});
  environment_.erase("GIT_INDEX_FILE");
  std::vector<std::string> arguments = {"commit-tree", tree, "-m", message};
  for (const ObjectId& parent : parents) {
    arguments.push_back("-p");
    arguments.push_back(parent.ToHex());
  }
  return ObjectId::TryParse(Git(arguments)).value();
}

ObjectId GitFixture::Object(const std::string& type, std::string_view content) const {
  return ObjectId::TryParse(
             Git({"hash-object", "-t", type, "-w", "--stdin", "--literally"}, content))
      .value();
}

void GitFixture::SetEnvironment(const std::string& name, const std::string& value) {
  environment_[name] = value;
}

}  // namespace picket::test
