#include "git/layout_files.h"

#include <doctest/doctest.h>

#include <string>

namespace picket {

TEST_CASE("layout files: a path is what stands before the end of the line") {
  CHECK(ParseGitFile("gitdir: a b\r\n\n") == "a b");
  CHECK(ParseGitFile("gitdir:  x") == " x");
  CHECK(ParsePathFile("../..\n") == "../..");
  for (const std::string& text : {std::string(), std::string("gitdir:"), std::string("gitdir: \n"),
                                  std::string("Gitdir: x"), std::string("gitdir: a\0b", 11)}) {
    CAPTURE(text);
    CHECK_FALSE(ParseGitFile(text).has_value());
  }
  CHECK_FALSE(ParsePathFile("\r\n").has_value());
}

TEST_CASE("layout files: ids are taken all together or not at all") {
  const std::string one(40, 'a');
  const std::string other(40, '1');
  const auto ids = ParseIdFile(one + "\n\n" + other, 20);
  REQUIRE(ids.has_value());
  REQUIRE(ids->size() == 2);
  CHECK((*ids)[1].ToHex() == other);
  CHECK(ParseIdFile("", 20)->empty());
  for (const std::string& text : {one + " \n", one + "\r\n", one.substr(1), one + "a", "x" + one}) {
    CAPTURE(text);
    CHECK_FALSE(ParseIdFile(text, 20).has_value());
  }
  CHECK_FALSE(ParseIdFile(one, 32).has_value());
}

}  // namespace picket
