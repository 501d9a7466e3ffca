#include "git/plumbing_text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

const std::string kOne(40, '1');
const std::string kNone(40, '0');

std::vector<std::string> NamesOf(std::vector<Ref> refs) {
  std::vector<std::string> names;
  for (Ref& ref : refs) names.push_back(std::move(ref.name));
  return names;
}

}  // namespace

TEST_CASE("refs are the same in whatever pieces Git prints them") {
  const std::string text = kOne + " refs/heads/a b\n" + kNone + " refs/heads/broken\n" + kOne +
                           " refs/tags/v1\n" + kOne + " refs/tags/cut";
  const std::vector<std::string> names = {"refs/heads/a b", "refs/tags/v1", "refs/tags/cut"};
  for (size_t step = 1; step <= text.size(); ++step) {
    RefLines lines(20);
    for (size_t at = 0; at < text.size(); at += step)
      lines.Add(std::string_view(text).substr(at, step));
    CHECK(NamesOf(lines.Finish()) == names);
  }
}

TEST_CASE("a line that is no ref ends the run with a sentence") {
  for (const std::string& line :
       {std::string(""), kOne, kOne + " ", "x" + kOne + " refs/heads/a", kOne.substr(1) + " a",
        std::string(64, '1') + " refs/heads/a", " " + kOne + " a"}) {
    CAPTURE(line);
    RefLines lines(20);
    CHECK_THROWS_AS(lines.Add(line + "\n"), Error);
  }
  RefLines lines(20);
  lines.Add("refs/heads/a");
  CHECK_THROWS_AS(lines.Finish(), Error);
}

TEST_CASE("settings keep line breaks in a value, and lack one where Git prints none") {
  using namespace std::string_literals;
  const std::string text = "core.bare\0odd.name\na\nb\0odd.empty\n\0last.cut\nx"s;
  const std::vector<ConfigEntry> entries = ParseConfigList(text);
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].name == "core.bare");
  CHECK(!entries[0].value);
  CHECK(entries[1].value == "a\nb");
  CHECK(entries[2].value == "");
  CHECK(entries[3].name == "last.cut");
  CHECK(entries[3].value == "x");
}

TEST_CASE("an id that Git prints is one, of this repository's length") {
  CHECK(ParseIdLine(kOne + "\n", 20, "git rev-parse").ToHex() == kOne);
  for (const std::string& line : {kOne + "\n\n", kOne + "1", std::string(64, '1'), std::string()})
    CHECK_THROWS_AS(ParseIdLine(line, 20, "git rev-parse"), Error);
}

}  // namespace picket
