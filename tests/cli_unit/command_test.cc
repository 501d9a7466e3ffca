#include "cli/command.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "core/error.h"

namespace picket {
namespace {

CommandResult Shell(const std::string& script) {
  return Run({.arguments = {"sh", "-c", script}, .directory = "", .environment = {}});
}

}  // namespace

TEST_CASE("command: status, both streams, and death by signal") {
  CommandResult result = Shell("echo out; echo err >&2; exit 7");
  CHECK(result.status == 7);
  CHECK(result.output == "out\n");
  CHECK(result.error == "err\n");
  CHECK(Shell("kill -TERM $$").status == 128 + 15);
}

TEST_CASE("command: stdin is empty, and a closed pipe ends a writer") {
  CHECK(Shell("cat; echo end").output == "end\n");
  CHECK(Shell("(yes; echo $? >&2) | head -n 1").error == "141\n");
}

TEST_CASE("command: two floods at once neither block nor grow without bound") {
  CommandResult result =
      Shell("head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait; exit 0");
  CHECK(result.status == 0);
  CHECK(result.output.size() == size_t{1} << 20);
  CHECK(result.error.size() == size_t{1} << 20);
}

TEST_CASE("command: nothing in the environment points Git elsewhere") {
  setenv("GIT_DIR", "/elsewhere", 1);
  setenv("GIT_INDEX_FILE", "/elsewhere/index", 1);
  setenv("PICKET_TEST_VALUE", "old", 1);
  CommandResult result =
      Run({.arguments = {"env"}, .directory = "/", .environment = {{"PICKET_TEST_VALUE", "new"}}});
  unsetenv("GIT_DIR");
  unsetenv("GIT_INDEX_FILE");
  unsetenv("PICKET_TEST_VALUE");
  CHECK(result.output.find("GIT_DIR=") == std::string::npos);
  CHECK(result.output.find("GIT_INDEX_FILE=") == std::string::npos);
  CHECK(result.output.find("PICKET_TEST_VALUE=new\n") != std::string::npos);
  CHECK(result.output.find("PICKET_TEST_VALUE=old\n") == std::string::npos);
}

TEST_CASE("command: what can't start or fails is a sentence") {
  CHECK_THROWS_AS(Run({.arguments = {"no-such-program-here"}, .directory = "", .environment = {}}),
                  Error);
  CHECK_THROWS_AS(Run({.arguments = {"true"}, .directory = "/no/such/folder", .environment = {}}),
                  Error);
  CHECK_THROWS_WITH_AS(
      RunOrThrow(
          {.arguments = {"sh", "-c", "echo why >&2; exit 3"}, .directory = "", .environment = {}}),
      doctest::Contains("failed with status 3: why"), Error);
}

}  // namespace picket
