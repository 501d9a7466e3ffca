#include "git/plumbing.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "core/error.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::ScopedDirectory;
using test::ScopedEnvironment;
using test::TemporaryFolder;

std::string ErrorOf(const GitCommand& command, uint64_t max_bytes = 1000) {
  try {
    GitProcess process(command);
    process.ReadAll(max_bytes);
    process.CheckSuccess();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool Holds(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

}  // namespace

TEST_CASE("plumbing: output, status and what Git said") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  ObjectId commit = git.Commit("first");
  GitCommand command{{"rev-parse", "HEAD"}, git.git_dir(), true};
  GitProcess process(command);
  CHECK(process.ReadAll(100) == commit.ToHex() + "\n");
  CHECK(process.Finish() == 0);
  CHECK(process.Finish() == 0);

  std::string said = ErrorOf({{"rev-parse", "--verify", "no-such-ref"}, git.git_dir(), true});
  CHECK(said.find("`git rev-parse` ended with status 128") == 0);
  CHECK(said.find("Needed a single revision") != std::string::npos);
  said = ErrorOf({{"rev-parse", "HEAD"}, git.git_dir(), true}, 40);
  CHECK(said.find("more than 40 bytes") != std::string::npos);
}

TEST_CASE("plumbing: output and errors larger than a pipe holds don't block each other") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  std::string name(200, 'n');
  std::string lines;
  for (int i = 0; i < 2000; ++i)
    lines += "100644 " + std::string(40, 'a') + "\t" + name + std::to_string(i) + "\n";
  git.Git({"update-index", "--index-info"}, lines);
  // Prints each name, and complains about each object that is not there.
  GitProcess process({{"ls-files", "-s", "-z"}, git.git_dir(), true});
  CHECK(process.ReadAll(10'000'000).size() > 2000 * 250);
  CHECK(process.Finish() == 0);
  GitProcess complains({{"fsck", "--cache", "--no-progress"}, git.git_dir(), true});
  complains.ReadAll(10'000'000);
  CHECK(complains.Finish() != 0);
  CHECK(complains.Failure().size() < 5000);
}

namespace {

struct Written {
  int status = 0;
  off_t bytes = 0;
  off_t at = 0;  // where the next byte would stand
};

// What `git cat-file` leaves of an object in a file that may have `most` bytes.
Written WriteObject(const GitFixture& git, const ObjectId& oid, uint64_t most) {
  const std::string name = git.git_dir() + "/written";
  const int file = open(name.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  GitCommand command{{"cat-file", "blob", oid.ToHex()}, git.git_dir(), true};
  command.output = file;
  command.most_output = most;
  Written written;
  {
    GitProcess process(command);
    CHECK(process.WaitUnless({}));
    written.status = process.Finish();
  }
  struct stat info {};
  REQUIRE(fstat(file, &info) == 0);
  written.bytes = info.st_size;
  written.at = lseek(file, 0, SEEK_CUR);
  close(file);
  return written;
}

}  // namespace

TEST_CASE("plumbing: a file that Git writes gets no larger than it may") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const ObjectId oid = git.Object("blob", std::string(8192, 'x'));
  CHECK(WriteObject(git, oid, 8192).status == 0);
  CHECK(WriteObject(git, oid, 8192).bytes == 8192);
  for (const uint64_t most : {8191u, 100u, 0u}) {
    const Written written = WriteObject(git, oid, most);
    CHECK(written.status != 0);
    CHECK(written.bytes == static_cast<off_t>(most));
    CHECK(written.at == static_cast<off_t>(most));
  }
  // A limit that is there is not lifted.
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit low{4096, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &low) == 0);
  const Written written = WriteObject(git, oid, 1 << 20);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(written.status != 0);
  CHECK(written.bytes == 4096);
  // What is ignored here stays ignored there, but for a pipe that nobody reads.
  signal(SIGXFSZ, SIG_IGN);
  CHECK(WriteObject(git, oid, 100).status == 128);
  signal(SIGXFSZ, SIG_DFL);
  CHECK(WriteObject(git, oid, 100).status == 128 + SIGXFSZ);
}

TEST_CASE("plumbing: without a git nothing is started, with a limit or not") {
  TemporaryFolder folder;
  const std::string git_dir = GitFixture(folder, "repository").git_dir();
  const ScopedEnvironment nowhere("PATH", folder.path().c_str());
  for (const uint64_t most : {uint64_t{100}, UINT64_MAX}) {
    GitCommand command{{"rev-parse", "HEAD"}, git_dir, true};
    command.most_output = most;
    CHECK(ErrorOf(command).find("No `git` was found on PATH") == 0);
  }
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("plumbing: an unread process is ended, not waited for") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  { GitProcess process({{"cat-file", "--batch-all-objects", "--batch"}, git.git_dir(), true}); }
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

TEST_CASE("plumbing: without git the sentence says so") {
  ScopedEnvironment path("PATH", "/nonexistent");
  CHECK(ErrorOf({{"version"}, "", false}).find("No `git` was found on PATH") == 0);
}

TEST_CASE("plumbing: replace refs never stand in for an object") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("a", "old");
  ObjectId real = git.Commit("real");
  git.Write("a", "new");
  ObjectId other = git.Commit("other");
  git.Git({"replace", real.ToHex(), other.ToHex()});
  CHECK(git.Git({"log", "-1", "--format=%s", real.ToHex()}) == "other");
  for (bool clean : {false, true}) {
    GitProcess process({{"log", "-1", "--format=%s", real.ToHex()}, git.git_dir(), clean});
    CHECK(process.ReadAll(100) == "real\n");
  }
}

TEST_CASE("plumbing: a clean environment keeps where things are and drops the rest of Git's") {
  std::vector<std::string> given = {
      "GIT_DIR=/hook/dir",        "GIT_INDEX_FILE=.git/index",
      "GIT_OBJECT_DIRECTORY=/q",  "GIT_ALTERNATE_OBJECT_DIRECTORIES=/a:/b",
      "GIT_CONFIG_COUNT=1",       "GIT_CONFIG_PARAMETERS='core.fsmonitor'='evil'",
      "GIT_EXTERNAL_DIFF=evil",   "GIT_CONFIG_GLOBAL=/home/config",
      "GIT_ALLOW_PROTOCOL=https", "HOME=/home"};
  std::vector<char*> pointers;
  for (std::string& line : given) pointers.push_back(line.data());
  pointers.push_back(nullptr);

  std::vector<std::string> clean = GitEnvironment({{}, "", true}, pointers.data());
  CHECK(Holds(clean, "GIT_DIR=/hook/dir"));
  CHECK(Holds(clean, "GIT_INDEX_FILE=.git/index"));
  CHECK(Holds(clean, "GIT_OBJECT_DIRECTORY=/q"));
  CHECK(Holds(clean, "GIT_ALTERNATE_OBJECT_DIRECTORIES=/a:/b"));
  CHECK(Holds(clean, "GIT_CONFIG_GLOBAL=/dev/null"));
  CHECK(Holds(clean, "GIT_ALLOW_PROTOCOL="));
  CHECK(Holds(clean, "HOME=/home"));
  CHECK_FALSE(Holds(clean, "GIT_ALLOW_PROTOCOL=https"));
  CHECK_FALSE(Holds(clean, "GIT_CONFIG_COUNT=1"));
  CHECK_FALSE(Holds(clean, given[5]));
  CHECK_FALSE(Holds(clean, "GIT_EXTERNAL_DIFF=evil"));

  std::vector<std::string> named = GitEnvironment({{}, "/given", true}, pointers.data());
  CHECK(Holds(named, "GIT_DIR=/given"));
  CHECK_FALSE(Holds(named, "GIT_DIR=/hook/dir"));
  GitCommand only_named{{}, "/given", true};
  only_named.no_locations = true;
  std::vector<std::string> alone = GitEnvironment(only_named, pointers.data());
  CHECK(Holds(alone, "GIT_DIR=/given"));
  CHECK_FALSE(Holds(alone, "GIT_INDEX_FILE=.git/index"));
  CHECK_FALSE(Holds(alone, "GIT_OBJECT_DIRECTORY=/q"));
  only_named.user_config = true;
  std::vector<std::string> with_user = GitEnvironment(only_named, pointers.data());
  CHECK(Holds(with_user, "GIT_CONFIG_GLOBAL=/home/config"));
  CHECK_FALSE(Holds(with_user, "GIT_CONFIG_NOSYSTEM=1"));
  CHECK_FALSE(Holds(with_user, given[5]));
  std::vector<std::string> plain = GitEnvironment({{}, "", false}, pointers.data());
  CHECK(Holds(plain, "GIT_CONFIG_COUNT=1"));
  CHECK(Holds(plain, "GIT_NO_REPLACE_OBJECTS=1"));
}

}  // namespace picket
