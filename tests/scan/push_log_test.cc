#include "scan/push_log.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::TemporaryFolder;

constexpr auto kPatience = std::chrono::seconds(120);

std::vector<std::string> LinesOf(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Long and short ones, none of them equal to another's beginning.
std::string Record(int process, int number) {
  const std::string name = std::to_string(process) + "." + std::to_string(number);
  return "<" + name + std::string(static_cast<size_t>(process * 700 + number), 'x') + name + ">";
}

}  // namespace

TEST_CASE("push log: fifty processes at once write whole lines, each push together") {
  TemporaryFolder folder;
  chmod(folder.path().c_str(), 0700);
  const std::string file = folder.path() + "/log.jsonl";
  constexpr int kProcesses = 50;
  constexpr int kEach = 6;
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int code = 0;
      try {
        for (int i = 0; i < kEach; i += 2)
          AppendToLog(file, {Record(p, i), Record(p, i + 1)}, kPatience);
      } catch (const Error&) {
        code = 1;
      }
      _exit(code);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const std::vector<std::string> lines = LinesOf(file);
  REQUIRE(lines.size() == kProcesses * kEach);
  std::map<std::string, size_t> at;
  for (size_t i = 0; i < lines.size(); ++i) at[lines[i]] = i;
  for (int p = 0; p < kProcesses; ++p) {
    for (int i = 0; i < kEach; i += 2) {
      REQUIRE(at.contains(Record(p, i)));
      REQUIRE(at.contains(Record(p, i + 1)));
      CHECK(at[Record(p, i + 1)] == at[Record(p, i)] + 1);
    }
  }
}

TEST_CASE("push log: a torn line is closed, and a new file is its owner's") {
  TemporaryFolder folder;
  chmod(folder.path().c_str(), 0700);
  const std::string file = folder.path() + "/log.jsonl";
  AppendToLog(file, {"one"}, kPatience);
  struct stat status {};
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  std::ofstream(file, std::ios::app) << "to";
  AppendToLog(file, {"two", "three"}, kPatience);
  CHECK(LinesOf(file) == std::vector<std::string>{"one", "to", "two", "three"});
  // An administrator's own choice of permissions stays.
  chmod(file.c_str(), 0640);
  AppendToLog(file, {"four"}, kPatience);
  REQUIRE(stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("push log: no file is made where others may write, nor written through a link") {
  TemporaryFolder folder;
  chmod(folder.path().c_str(), 0777);
  const std::string file = folder.path() + "/log.jsonl";
  CHECK_THROWS_AS(AppendToLog(file, {"one"}, kPatience), Error);
  CHECK(access(file.c_str(), F_OK) != 0);
  chmod(folder.path().c_str(), 0700);
  REQUIRE(symlink("/dev/null", file.c_str()) == 0);
  CHECK_THROWS_AS(AppendToLog(file, {"one"}, kPatience), Error);
  CHECK_THROWS_AS(AppendToLog(folder.path(), {"one"}, kPatience), Error);
  CHECK_THROWS_AS(AppendToLog("/dev/full", {"one"}, kPatience), Error);
  CHECK_THROWS_AS(AppendToLog(folder.path() + "/none/log", {"one"}, kPatience), Error);
}

TEST_CASE("push log: who holds the lock is waited for no longer than said") {
  TemporaryFolder folder;
  chmod(folder.path().c_str(), 0700);
  const std::string file = folder.path() + "/log.jsonl";
  AppendToLog(file, {"one"}, kPatience);
  int ready[2];
  int done[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(done) == 0);
  const std::string script = "exec 9<>'" + file + "'; flock 9; echo x >&" +
                             std::to_string(ready[1]) + "; read -r x <&" + std::to_string(done[0]);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", script.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_AS(AppendToLog(file, {"two"}, std::chrono::milliseconds(30)), Error);
  REQUIRE(write(done[1], "\n", 1) == 1);
  int status = 0;
  waitpid(child, &status, 0);
  for (int fd : {ready[0], ready[1], done[0], done[1]}) close(fd);
  AppendToLog(file, {"two"}, kPatience);
  CHECK(LinesOf(file) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("push log: from a process that may have been taken over only records are taken") {
  TemporaryFolder folder;
  chmod(folder.path().c_str(), 0700);
  const std::string file = folder.path() + "/log.jsonl";
  const std::string zero(1, '\0');
  for (const std::string& question : {std::string(),
                                      std::string("\n"),
                                      std::string("5"),
                                      std::string("5\n"),
                                      std::string("\n{}"),
                                      std::string("-5\n{}"),
                                      std::string("5x\n{}"),
                                      std::string(" 5\n{}"),
                                      std::string("99999999999999999999\n{}"),
                                      std::string("5\n{}\n"),
                                      std::string("5\n\n{}"),
                                      std::string("5\nwords"),
                                      std::string("5\n{"),
                                      std::string("5\n{}\n{}x"),
                                      std::string("5\n{\r}"),
                                      std::string("5\n{\x1b[2J}"),
                                      std::string("5\n{\xff}"),
                                      std::string("5\n{\x7f}"),
                                      "5\n{" + zero + "}",
                                      zero}) {
    CAPTURE(question);
    CHECK_THROWS_AS(AppendOutside(file, question), Error);
  }
  CHECK(access(file.c_str(), F_OK) != 0);
  AppendOutside(file, "60000\n{\"a\": 1}\n{}");
  AppendOutside(file, "999999999999999999\n{\"b\": \"\\u00e9\"}");
  CHECK(LinesOf(file) == std::vector<std::string>{"{\"a\": 1}", "{}", "{\"b\": \"\\u00e9\"}"});
}

}  // namespace picket
