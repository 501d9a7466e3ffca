#include "git/ref_files.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/git_fixture.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::TemporaryFolder;

const std::string kOne(40, '1');
const std::string kTwo(40, '2');

std::string Names(const std::optional<std::vector<Ref>>& refs) {
  if (!refs) return "refused";
  std::string names;
  for (const Ref& ref : *refs) names += ref.target.ToHex().substr(0, 1) + ref.name + " ";
  return names;
}

std::string FromFiles(const GitFixture& git) {
  const std::optional<RefList> list = TryReadRefFiles(git.git_dir(), 20);
  return Names(list ? std::optional(list->refs) : std::nullopt);
}

// What Git lists, in the same words.
std::string FromGit(const GitFixture& git) {
  std::string text = git.Git({"for-each-ref", "--format=%(objectname:short=1) %(refname)"}, "");
  std::string names;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    names += line.substr(0, 1) + line.substr(line.find(' ') + 1) + " ";
    at = end + 1;
  }
  return names;
}

}  // namespace

TEST_CASE("ref files: packed-refs is understood line by line, or not at all") {
  const std::string head = "# pack-refs with: peeled fully-peeled sorted \n";
  const auto parse = [](const std::string& text) { return Names(ParsePackedRefs(text, 20)); };
  CHECK(parse("") == "");
  CHECK(parse(head) == "");
  CHECK(parse(head + kOne + " refs/heads/a\n" + kTwo + " refs/tags/b\n^" + kOne + "\n") ==
        "1refs/heads/a 2refs/tags/b ");
  CHECK(parse(kTwo + " refs/heads/b\n" + kOne + " refs/heads/a\n") ==
        "2refs/heads/b 1refs/heads/a ");
  // Git does not list these; what stands behind them counts.
  for (const char* name : {"refs/heads/a..b", "refs/heads/.a", "refs/heads/a.lock", "refs/heads/a.",
                           "refs/heads/a b", "refs/heads/a@{b", "refs//a", "refs/heads/", "main",
                           "refs/heads/a\\b", "refs/heads/a\x7f"}) {
    CAPTURE(name);
    CHECK_FALSE(IsSoundRefName(name));
    CHECK(parse(kOne + " " + name + "\n^" + kTwo + "\n" + kTwo + " refs/heads/z\n") ==
          "2refs/heads/z ");
  }
  CHECK(parse(std::string(40, '0') + " refs/heads/a\n") == "");
  for (const std::string& text :
       {kOne + " refs/heads/a", kOne + "\trefs/heads/a\n", kOne + "\n", "^" + kOne + "\n",
        kOne + " refs/heads/a\n^" + kOne + "\n^" + kOne + "\n", kOne + " refs/heads/a\n\n",
        kOne + " refs/heads/a\n# later\n", kOne + "1 refs/heads/a\n",
        std::string(64, '1') + " refs/heads/a\n", std::string("# other\n"),
        kOne + " refs/heads/a\n^" + kOne + " \n"}) {
    CAPTURE(text);
    CHECK(parse(text) == "refused");
  }
  CHECK(Names(ParsePackedRefs(std::string(64, '1') + " refs/heads/a\n", 32)) == "1refs/heads/a ");
}

TEST_CASE("ref files: the file of a ref holds an id or a link") {
  CHECK(ParseRefFile(kOne + "\n", 20).target->ToHex() == kOne);
  CHECK(ParseRefFile("ref: refs/heads/main\n", 20).link == "refs/heads/main");
  CHECK(ParseRefFile("ref:refs/heads/main", 20).link == "refs/heads/main");
  for (const std::string& text :
       {std::string(), std::string("\n"), kOne.substr(1), kOne + kOne, std::string(40, '0'),
        std::string("ref: HEAD\n"), std::string("ref: ../HEAD\n"), std::string("ref: ")}) {
    CAPTURE(text);
    const RefFile file = ParseRefFile(text, 20);
    CHECK_FALSE(file.target);
    CHECK(file.link.empty());
  }
}

TEST_CASE("ref files: what is loose hides what is packed, as Git has it") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("f", "1");
  git.Commit("one");
  for (const char* name : {"a", "b/c", "b/d", "gone"}) git.Git({"branch", name});
  git.Git({"tag", "-m", "text", "v1"});
  git.Git({"pack-refs", "--all"});
  git.Write("f", "2");
  git.Commit("two");
  git.Git({"branch", "-f", "b/c"});
  git.Git({"branch", "later"});
  git.Git({"branch", "-D", "gone"});
  git.Git({"symbolic-ref", "refs/heads/link", "refs/heads/b/d"});
  git.Git({"symbolic-ref", "refs/heads/link2", "refs/heads/link"});
  git.Git({"symbolic-ref", "refs/heads/round", "refs/heads/round2"});
  git.Git({"symbolic-ref", "refs/heads/round2", "refs/heads/round"});
  git.Write(".git/refs/heads/a.lock", kOne + "\n");
  git.Write(".git/refs/heads/.hidden", kOne + "\n");
  fs::create_directories(git.git_dir() + "/refs/heads/empty/folder");
  CHECK(FromFiles(git) == FromGit(git));
  CHECK(TryReadRefFiles(git.git_dir(), 20)->head_branch == "refs/heads/main");

  // A file that says nothing hides the packed value all the same.
  git.Write(".git/refs/heads/a", "");
  CHECK(FromFiles(git).find("refs/heads/a ") == std::string::npos);
  CHECK(FromFiles(git).find("refs/heads/b/c ") != std::string::npos);
}

TEST_CASE("ref files: anything out of the ordinary is left to others") {
  const auto is_read = [](const std::function<void(GitFixture&)>& change) {
    TemporaryFolder folder;
    GitFixture git(folder, "repository");
    git.Write("f", "1");
    git.Commit("one");
    git.Git({"pack-refs", "--all"});
    change(git);
    return TryReadRefFiles(git.directory() + "/.git", 20).has_value();
  };
  CHECK(is_read([](GitFixture&) {}));
  CHECK_FALSE(is_read(
      [](GitFixture& git) { fs::create_symlink("main", git.git_dir() + "/refs/heads/linked"); }));
  CHECK_FALSE(is_read([](GitFixture& git) { git.Write(".git/packed-refs", "what\n"); }));
  CHECK_FALSE(is_read([](GitFixture& git) {
    git.Write(".git/packed-refs", kOne + " refs/heads/a\n" + kTwo + " refs/heads/a\n");
  }));
  CHECK_FALSE(is_read([](GitFixture& git) { git.Write(".git/HEAD", "what\n"); }));
  CHECK_FALSE(is_read([](GitFixture& git) { fs::remove_all(git.git_dir() + "/refs"); }));
  CHECK_FALSE(is_read(
      [](GitFixture& git) { git.Write(".git/refs/heads/long", std::string(10'000, '1')); }));
}

TEST_CASE("ref files: HEAD leads where Git says") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const std::string place = git.git_dir();
  const auto from_files = [&place] {
    const std::optional<HeadFile> head = TryReadHead(place, place, 20);
    if (!head) return std::string("declined");
    return head->target ? head->target->ToHex() : "unborn";
  };
  CHECK(from_files() == "unborn");
  git.Write("f", "text");
  git.Commit("one");
  CHECK(from_files() == git.Git({"rev-parse", "HEAD"}));
  git.Git({"pack-refs", "--all"});
  CHECK(from_files() == git.Git({"rev-parse", "HEAD"}));
  git.Git({"symbolic-ref", "refs/heads/link", "refs/heads/main"});
  git.Git({"symbolic-ref", "HEAD", "refs/heads/link"});
  CHECK(from_files() == git.Git({"rev-parse", "HEAD"}));
  git.Git({"symbolic-ref", "HEAD", "refs/heads/none"});
  CHECK(from_files() == "unborn");
  git.Git({"update-ref", "--no-deref", "HEAD", "main"});
  CHECK(from_files() == git.Git({"rev-parse", "main"}));
  // Somebody else says what is wrong.
  for (const char* text : {"", "ref: ../x\n", "ref: HEAD\n", "x\n"}) {
    git.Write(".git/HEAD", text);
    CHECK(from_files() == "declined");
  }
  git.Write(".git/HEAD", "ref: refs/heads/round\n");
  git.Write(".git/refs/heads/round", "ref: refs/heads/round\n");
  CHECK(from_files() == "declined");
  git.Write(".git/HEAD", "ref: refs/heads/none\n");
  git.Write(".git/packed-refs", "broken\n");
  CHECK(from_files() == "declined");
}

}  // namespace picket
