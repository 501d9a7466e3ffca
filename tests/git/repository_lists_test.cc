#include "git/repository_lists.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "git/config_file.h"
#include "git/libgit2.h"
#include "git/ref_files.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::ScopedEnvironment;
using test::TemporaryFolder;

std::vector<std::string> Lines(std::vector<Ref> refs) {
  std::vector<std::string> lines;
  for (const Ref& ref : refs) lines.push_back(ref.name + " " + ref.target.ToHex());
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string Text(const std::optional<ObjectId>& oid) { return oid ? oid->ToHex() : "none"; }

// The settings of the repository's own file: the machine's differ by nothing but who reads them.
std::vector<std::string> Settings(const std::vector<ConfigEntry>& entries) {
  std::vector<std::string> lines;
  for (const ConfigEntry& entry : entries)
    if (entry.name.starts_with("remote.") || entry.name.starts_with("odd."))
      lines.push_back(entry.name + (entry.value ? "=" + *entry.value : ""));
  return lines;
}

}  // namespace

TEST_CASE("repository lists: both routes tell the same") {
  struct Case {
    std::string name;
    std::function<void(GitFixture&)> prepare;
    size_t refs;
  };
  const std::vector<Case> cases = {
      {"unborn", [](GitFixture&) {}, 0},
      {"one branch",
       [](GitFixture& git) {
         git.Write("f", "1");
         git.Commit("one");
       },
       1},
      {"packed, loose, tags, a blob, a link, one that leads nowhere, a broken one",
       [](GitFixture& git) {
         git.Write("f", "1");
         git.Commit("one");
         git.Git({"tag", "-m", "text", "v1"});
         git.Git({"branch", "packed"});
         git.Git({"pack-refs", "--all"});
         git.Write("f", "2");
         git.Commit("two");
         git.Git({"update-ref", "refs/tags/blob", git.Id("HEAD:f").ToHex()});
         git.Git({"symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/main"});
         git.Git({"symbolic-ref", "refs/remotes/origin/none", "refs/heads/none"});
         git.Write(".git/refs/heads/broken", "garbage\n");
       },
       5},
      {"refs whose objects are not there",
       [](GitFixture& git) {
         git.Write("f", "1");
         git.Commit("one");
         git.Write(".git/refs/heads/lost", std::string(40, '7') + "\n");
         git.Write(".git/packed-refs", std::string(40, '8') + " refs/heads/gone\n");
       },
       3},
      {"detached",
       [](GitFixture& git) {
         git.Write("f", "1");
         git.Commit("one");
         git.Git({"checkout", "-q", "--detach"});
       },
       1},
      {"HEAD that leads to a branch that is not there",
       [](GitFixture& git) {
         git.Write("f", "1");
         git.Commit("one");
         git.Git({"update-ref", "refs/tags/HEAD", "HEAD"});
         git.Git({"symbolic-ref", "HEAD", "refs/heads/none"});
       },
       2},
      {"settings",
       [](GitFixture& git) {
         git.Git({"config", "remote.Origin.url", "file:///a b"});
         git.Git({"config", "--add", "remote.Origin.pushUrl", "one\ntwo"});
         git.Git({"config", "--add", "remote.Origin.pushUrl", "three"});
         git.Write(".git/more", "[ODD]\n\tNoValue\n\tempty =\n");
         git.Git({"config", "include.path", "more"});
       },
       0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    TemporaryFolder folder;
    GitFixture git(folder, "repository");
    c.prepare(git);
    const std::unique_ptr<RepositoryLists> one = OpenByLibgit2(git.git_dir());
    const std::unique_ptr<RepositoryLists> other = OpenByPlumbing(git.git_dir(), false, {});
    CHECK(one->Refs().refs.size() == c.refs);
    CHECK(Lines(one->Refs().refs) == Lines(other->Refs().refs));
    for (const char* name : {"HEAD", "refs/heads/main", "refs/tags/v1", "refs/heads/none",
                             "refs/remotes/origin/HEAD", "refs/heads"}) {
      CAPTURE(name);
      CHECK(Text(one->Resolve(name)) == Text(other->Resolve(name)));
    }
    CHECK(one->Refs().head_branch == other->Refs().head_branch);
    const std::optional<RefList> files = TryReadRefFiles(git.git_dir(), 20);
    REQUIRE(files);
    CHECK(Lines(files->refs) == Lines(one->Refs().refs));
    CHECK(files->head_branch == one->Refs().head_branch);
    CHECK(Settings(one->Configuration()) == Settings(other->Configuration()));
    CHECK(one->id_bytes() == other->id_bytes());
  }
}

TEST_CASE(
    "repository lists: the configuration of the user and the repository is libgit2's without it") {
  struct Case {
    std::string name;
    std::string home;   // .gitconfig
    std::string xdg;    // git/config below XDG_CONFIG_HOME
    bool plain = true;  // libgit2 is not asked
  };
  const std::vector<Case> cases = {
      {"neither", "", ""},
      {"both, and the repository's own counts last",
       "[user]\n\tname = A\n[lfs]\n\tstorage = /home\n[alias]\n\tlg = \"log --graph\" # wide\n",
       "[lfs]\n\tstorage = \"/x d\"\n"},
      {"an include", "[include]\n\tpath = more\n", "", false},
  };
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Git({"config", "lfs.storage", "own"});
  // libgit2 remembers where they were when it started.
  const auto look_again = [] {
    for (const int level : {GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG})
      StartLibgit2().git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, nullptr);
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const GitFixture home(folder, "home of " + c.name);
    if (!c.home.empty()) home.Write(".gitconfig", c.home);
    if (!c.xdg.empty()) home.Write("config/git/config", c.xdg);
    home.Write("more", "[odd]\n\tincluded\n");
    const ScopedEnvironment home_is("HOME", home.directory().c_str());
    const ScopedEnvironment xdg_is("XDG_CONFIG_HOME", (home.directory() + "/config").c_str());
    look_again();
    const auto lines = [](const std::vector<ConfigEntry>& entries) {
      std::vector<std::string> all;
      for (const ConfigEntry& entry : entries)
        all.push_back(entry.name + (entry.value ? "=" + *entry.value : ""));
      return all;
    };
    const auto expected = lines(OpenByLibgit2(git.git_dir())->Configuration());
    CHECK(lines(OpenByLibgit2Later(git.git_dir(), git.git_dir())->Configuration()) == expected);
    CHECK(TryReadPlainConfigs(git.git_dir() + "/config").has_value() == c.plain);
    CHECK(std::count(expected.begin(), expected.end(), "lfs.storage=own") == 1);
    std::vector<std::string> of_user = lines(ReadUserConfig());
    REQUIRE(of_user.size() < expected.size());
    CHECK(std::equal(of_user.begin(), of_user.end(), expected.begin()));
  }
  look_again();
}

TEST_CASE("repository lists: a linked worktree has its own HEAD and the common configuration") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("f", "1");
  git.Commit("one");
  git.Git({"config", "lfs.storage", "own"});
  git.Git({"worktree", "add", "-q", "-b", "side", "../linked"});
  const std::string linked = git.git_dir() + "/worktrees/linked";
  const auto head_is_libgit2s = [&] {
    const std::optional<HeadFile> head = TryReadHead(linked, git.git_dir(), 20);
    REQUIRE(head);
    CHECK(Text(head->target) == Text(OpenByLibgit2(linked)->Resolve("HEAD")));
    return head->target;
  };
  GitFixture side(folder.path() + "/linked");
  side.Write("f", "2");
  const ObjectId two = side.Commit("two");
  CHECK(head_is_libgit2s() == two);
  git.Git({"pack-refs", "--all"});
  CHECK(head_is_libgit2s() == two);
  side.Git({"checkout", "-q", "--detach", "HEAD^"});
  CHECK(head_is_libgit2s() == git.Id("main"));
  side.Git({"checkout", "-q", "--orphan", "none"});
  CHECK_FALSE(head_is_libgit2s());
  side.Git({"update-ref", "refs/worktree/own", "side"});
  side.Git({"symbolic-ref", "HEAD", "refs/worktree/own"});
  CHECK_FALSE(TryReadHead(linked, git.git_dir(), 20));
  CHECK(Settings(OpenByLibgit2Later(linked, git.git_dir())->Configuration()) ==
        Settings(OpenByLibgit2(linked)->Configuration()));
}

TEST_CASE("repository lists: what the configuration says decides who is asked") {
  struct Case {
    std::vector<ConfigEntry> entries;
    bool plain;
  };
  const ConfigEntry zero{"core.repositoryformatversion", "0"};
  const ConfigEntry one{"core.repositoryformatversion", "1"};
  for (const Case& c : {Case{{}, true}, Case{{zero}, true}, Case{{one}, true},
                        Case{{{"core.repositoryformatversion", "2"}}, false},
                        Case{{{"core.repositoryformatversion", std::nullopt}}, false},
                        Case{{one, {"extensions.objectformat", "sha1"}}, true},
                        Case{{one, {"extensions.objectformat", "sha256"}}, false},
                        Case{{one, {"extensions.objectformat", std::nullopt}}, false},
                        Case{{one, {"extensions.refstorage", "files"}}, true},
                        Case{{one, {"extensions.refstorage", "reftable"}}, false},
                        Case{{{"extensions.refstorage", "reftable"}, zero}, false},
                        Case{{one, {"extensions.partialclone", "origin"}}, true},
                        Case{{one, {"extensions.relativeworktrees", "true"}}, true},
                        Case{{one, {"extensions.fromtomorrow", "true"}}, false},
                        Case{{zero, {"extensions.fromtomorrow", "true"}}, true}}) {
    CAPTURE(c.entries.size());
    CHECK(FormatOf(c.entries).is_plain == c.plain);
  }
  CHECK(Libgit2Serves({}));
  CHECK_FALSE(Libgit2Serves({.is_plain = false}));
}

}  // namespace picket
