#include "git/plain_config.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "git/libgit2.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

std::string Told(const std::optional<std::vector<ConfigEntry>>& entries) {
  if (!entries) return "declined";
  std::string told;
  for (const ConfigEntry& entry : *entries)
    told += entry.name + (entry.value ? "=" + *entry.value : "") + "|";
  return told;
}

std::string ToldByLibgit2(const test::GitFixture& place, const std::string& text) {
  place.Write("config", text);
  const Libgit2& library = StartLibgit2();
  Owned<git_config, &Libgit2::git_config_free> config;
  const std::string path = place.directory() + "/config";
  if (library.git_config_open_ondisk(&config.value, path.c_str()) < 0) return "an error";
  return Told(ListEntries(config.value));
}

}  // namespace

TEST_CASE("plain config: what is read is what libgit2 reads") {
  test::TemporaryFolder folder;
  const test::GitFixture place(folder.path());
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"\n \t\n", ""},
      {"[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
       "core.repositoryformatversion=0|core.bare=true|"},
      {"[Core]\nBare=TRUE", "core.bare=TRUE|"},
      {"[remote \"Origin.x y\"]\n\tUrl = https://example.com/a b\n\tpromisor\n",
       "remote.Origin.x y.url=https://example.com/a b|remote.Origin.x y.promisor|"},
      {"# [a]\n  ; b = c\n[a-1]\n  b2-c = d \t\nempty =\n[e]\n", "a-1.b2-c=d|a-1.empty=|"},
      {"[a]\nb = c = d\nb=\xc3\xa4\n[x]\n[a]\nb = e  f\n", "a.b=c = d|a.b=\xc3\xa4|a.b=e  f|"},
      {"[a]\nb = \"c d\"\nb=\"\"\nb = c\" # \"d \"\" \n", "a.b=c d|a.b=|a.b=c # d |"},
      {"[a]\nb = c # d\nb = \"c \"; d\nb = #\nb = c#d\n", "a.b=c|a.b=c |a.b=|a.b=c|"},
      {"[a]\nb = !f() { \\\"$1\\\" \\\\n\\n\\t\\b; }\n", "a.b=!f() { \"$1\" \\n\n\t\b|"},
      {"[a]\nb = \"!f() { \\\"$1\\\"; }; f\" ; g\n", "a.b=!f() { \"$1\"; }; f|"},
  };
  for (const auto& [text, expected] : cases) {
    const std::string& shown = text;
    CAPTURE(shown);
    CHECK(Told(TryParsePlainConfig(text)) == expected);
    CHECK(ToldByLibgit2(place, text) == expected);
  }
}

TEST_CASE("plain config: whatever takes more than lines is left to libgit2") {
  for (const std::string& text : {
           std::string("[include]\npath = x\n"),
           std::string("[includeIf \"gitdir:/a\"]\npath = x\n"),
           std::string("[Include \"x\"]\n"),
           std::string("[a]\nb = \"c\n"),
           std::string("[a]\nb = \"c # d\n"),
           std::string("[a]\nb = \"c\nd\"\n"),
           std::string("[a]\nb = c\\\nd\n"),
           std::string("[a]\nb = c\\ \n"),
           std::string("[a]\nb = \\x\n"),
           std::string("[a]\nb = \"\\\\\"\n"),
           std::string("[a]\nb = \\\\#c\n"),
           std::string("[a \"b\\\\c\"]\n"),
           std::string("[a]\r\nb = c\r\n"),
           std::string("[a]\nb = c\td\n"),
           std::string("[a]\nb\0 = c\n", 9),
           std::string("[a.b]\nc = d\n"),
           std::string("[a]b = c\n"),
           std::string("[a \"b]\n"),
           std::string("[a \"\\\"\"]\n"),
           std::string("[a \"]\"]\n"),
           std::string("[a  \"b\"]\n"),
           std::string("[a\"b\"]\n"),
           std::string("[]\n"),
           std::string("[ a ]\n"),
           std::string("[a\n"),
           std::string("b = c\n"),
           std::string("[a]\n1b = c\n"),
           std::string("[a]\n-b = c\n"),
           std::string("[a]\nb c\n"),
           std::string("[a]\n= c\n"),
           std::string("[a]\nb_c = d\n"),
           std::string("\xef\xbb\xbf[a]\n"),
           std::string("# a\x01\n"),
           std::string("# a\\\n[b]\n"),
           std::string(size_t{2} << 20, '\n'),
       }) {
    const std::string shown = text.substr(0, 80);
    CAPTURE(shown);
    CHECK_FALSE(TryParsePlainConfig(text));
  }
}

TEST_CASE("plain config: a file is read the same on either way") {
  test::TemporaryFolder folder;
  const test::GitFixture place(folder.path());
  const std::string path = place.directory() + "/config";
  place.Write("config", "[a]\nb = c\n");
  CHECK(Told(ReadConfigFile(path)) == "a.b=c|");
  place.Write("config", "[a]\nb = c\n[include]\npath = more\n");
  place.Write("more", "[d]\ne\n");
  CHECK(Told(ReadConfigFile(path)) == "a.b=c|include.path=more|d.e|");
  place.Write("config", "[a\n");
  CHECK_THROWS_AS(ReadConfigFile(path), Error);
}

TEST_CASE("config: booleans are Git's, in words and numbers") {
  const auto is_true = [](std::optional<std::string> value) { return IsTrue({"a.b", value}); };
  CHECK(is_true(std::nullopt));
  for (const char* value : {"true", "TRUE", "yes", "On", "1", "-1", "1k"}) CHECK(is_true(value));
  for (const char* value : {"false", "False", "no", "oFF", "", "0", "x", "truex"})
    CHECK_FALSE(is_true(value));
}

}  // namespace picket
