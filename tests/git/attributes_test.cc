#include "git/attributes.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "git/wildmatch.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

bool Matches(const std::string& pattern, const std::string& text, bool over_path = true) {
  uint64_t steps = 0;
  return WildPattern(pattern, over_path).Matches(text, &steps);
}

bool IsGiven(const std::string& text, const std::string& path) {
  const AttributesFile file(text, "");
  uint64_t steps = 0;
  return IsGivenToLfs({&file}, path, &steps);
}

}  // namespace

TEST_CASE("wildmatch: what matches over a path") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"a", "a"},
      {"?", "a"},
      {"*", ""},
      {"*", "abc"},
      {"a*c", "abbc"},
      {"**", "a/b"},
      {"**/x", "x"},
      {"a**/x", "ax"},
      {"**/x", "a/b/x"},
      {"a/**", "a/b/c"},
      {"a/**/b", "a/b"},
      {"a/**/b", "a/x/y/b"},
      {"[a-c]", "b"},
      {"[!a]", "b"},
      {"[^a]", "b"},
      {"[]a]", "]"},
      {"[[:digit:]]", "7"},
      {"[a-]", "-"},
      {"\\*", "*"},
      {"[\\]]", "]"},
      {"***/x", "a/b/x"},
      {"a***b", "axb"},
      {"[[:x]", ":"},
      {"**/a/**/b", "a/a/x/b"},
  };
  for (const auto& [pattern, text] : cases) {
    const std::string& shown = pattern;
    CAPTURE(shown);
    CHECK(Matches(pattern, text));
  }
}

TEST_CASE("wildmatch: what does not match over a path") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a", "b"},     {"a", ""},         {"?", "/"},       {"*", "a/b"},   {"a*c", "a/c"},
      {"**/x", "ax"}, {"a/**", "a"},     {"[!a]", "/"},    {"[a", "a"},    {"\\", "\\"},
      {"[", "["},     {"[[:no:]]", "a"}, {"a/**/b", "ab"}, {"[b-a]", "a"}, {"**/a/b", "a/x/b"},
  };
  for (const auto& [pattern, text] : cases) {
    const std::string& shown = pattern;
    CAPTURE(shown);
    CHECK_FALSE(Matches(pattern, text));
  }
  CHECK(Matches("*", "a/b", false));
}

TEST_CASE("wildmatch: steps grow with text times pattern, no faster") {
  uint64_t steps = 0;
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  CHECK_FALSE(WildPattern(pattern, true).Matches(std::string(1000, 'a') + "b", &steps));
  CHECK(steps < 1000 * 300);
}

TEST_CASE("attributes: what gives a file to Git LFS, and what takes it away") {
  struct Case {
    std::string text;
    std::string path;
    bool given;
  };
  const std::vector<Case> cases = {
      {"*.bin filter=lfs", "a.bin", true},
      {"*.bin filter=lfs", "deep/a.bin", true},
      {"*.bin filter=lfs", "a.txt", false},
      {"*.bin filter=other", "a.bin", false},
      {"*.bin filter", "a.bin", false},
      {"*.bin filter=lfs -filter", "a.bin", false},
      {"*.bin -filter filter=lfs", "a.bin", true},
      {"*.bin filter=lfs\na.bin !filter", "a.bin", false},
      {"a.bin !filter\n*.bin filter=lfs", "a.bin", true},
      {"  *.bin\tdiff=lfs  filter=lfs\r\n", "a.bin", true},
      {"# *.bin filter=lfs", "a.bin", false},
      {"!*.bin filter=lfs", "a.bin", false},
      {"deep/ filter=lfs", "deep/a.bin", false},
      {"deep/** filter=lfs", "deep/down/a.bin", true},
      {"/a.bin filter=lfs", "a.bin", true},
      {"/a.bin filter=lfs", "deep/a.bin", false},
      {"\"a b.bin\" filter=lfs", "a b.bin", true},
      {"\"\\141.bin\" filter=lfs", "a.bin", true},
      {"\"a.bin filter=lfs", "a.bin", false},
      {"[attr]big filter=lfs\n*.bin big", "a.bin", true},
      {"[attr]big filter=lfs\n*.bin big\na.bin -big", "a.bin", false},
      {"[attr]big filter=lfs\n[attr]huge big\n*.bin huge", "a.bin", true},
      {"[attr]a b\n[attr]b a\n*.bin a", "a.bin", false},
      {"\xef\xbb\xbf*.bin filter=lfs", "a.bin", true},
      {std::string(2100, ' ') + "*.bin filter=lfs", "a.bin", false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(IsGiven(one.text, one.path) == one.given);
  }
}

TEST_CASE("attributes: the innermost file counts most, and macros come from the root only") {
  const AttributesFile root("[attr]big filter=lfs\n*.bin big\n", "");
  const AttributesFile inner("[attr]other filter=lfs\n*.bin -big\n*.dat other\n*.new big\n", "in/");
  uint64_t steps = 0;
  CHECK(IsGivenToLfs({&root, &inner}, "a.bin", &steps));
  CHECK_FALSE(IsGivenToLfs({&root, &inner}, "in/a.bin", &steps));
  CHECK_FALSE(IsGivenToLfs({&root, &inner}, "in/a.dat", &steps));
  CHECK(IsGivenToLfs({&root, &inner}, "in/down/a.new", &steps));
  CHECK_FALSE(IsGivenToLfs({&root, &inner}, "a.new", &steps));
  CHECK_FALSE(IsGivenToLfs({}, "a.bin", &steps));
}

// Real Git over patterns that nobody thought of: pattern number i gives the attribute a<i>.
TEST_CASE("attributes: patterns match what git check-attr says") {
  const TemporaryFolder folder;
  const GitFixture git(folder, "r");
  std::mt19937 random(7);
  auto pick = [&random](const std::string& alphabet, size_t most) {
    std::string text;
    for (size_t i = 1 + random() % most; i > 0; --i)
      text.push_back(alphabet[random() % alphabet.size()]);
    return text;
  };
  std::vector<std::string> patterns;
  std::string attributes;
  for (int i = 0; i < 1500; ++i) {
    std::string pattern = pick(i % 2 == 0 ? "ab/*" : "ab/**?[]!-\\^:", 8);
    if (pattern.front() == '!') pattern.front() = 'a';
    attributes += pattern + " a" + std::to_string(patterns.size()) + "\n";
    patterns.push_back(std::move(pattern));
  }
  std::set<std::string> paths;
  while (paths.size() < 150) {
    std::string path = pick("aabb/-:]", 7);
    const bool sound =
        path.front() != '/' && path.back() != '/' && path.find("//") == std::string::npos;
    if (sound) paths.insert(path);
  }
  git.Write(".gitattributes", attributes);
  std::string input;
  for (const std::string& path : paths) input += path + '\0';
  int status = 0;
  const std::string output = git.GitRaw({"check-attr", "--stdin", "-z", "-a"}, input, &status);
  REQUIRE(status == 0);
  std::set<std::pair<std::string, std::string>> git_says;
  for (size_t at = 0; at < output.size();) {
    std::vector<std::string> fields;
    for (int i = 0; i < 3; ++i) {
      const size_t end = output.find('\0', at);
      REQUIRE(end != std::string::npos);
      fields.push_back(output.substr(at, end - at));
      at = end + 1;
    }
    git_says.emplace(fields[0], fields[1]);
  }
  REQUIRE(git_says.size() > 1000);
  for (size_t i = 0; i < patterns.size(); ++i) {
    const AttributesFile file(patterns[i] + " filter=lfs", "");
    for (const std::string& path : paths) {
      uint64_t steps = 0;
      const bool ours = IsGivenToLfs({&file}, path, &steps);
      const bool theirs = git_says.contains({path, "a" + std::to_string(i)});
      if (ours == theirs) continue;
      CAPTURE(patterns[i]);
      CAPTURE(path);
      CHECK(ours == theirs);
    }
  }
}

}  // namespace picket
