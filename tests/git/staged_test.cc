#include "git/staged.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::ScopedDirectory;
using test::ScopedEnvironment;
using test::TemporaryFolder;

using Paths = std::set<std::string>;

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

Paths SplitNames(const std::string& text) {
  Paths names;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\0', at);
    names.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

// Real hooks, which keep what Git gave them - the environment, the index, the working directory -
// and what Git itself says is staged, and then refuse, so that HEAD stays.
class HookFolder {
 public:
  explicit HookFolder(const TemporaryFolder& folder) : path_(folder.path() + "/hooks") {
    fs::create_directories(path_);
    for (const char* name : {"pre-commit", "pre-merge-commit"}) {
      std::ofstream script(path_ + "/" + name);
      script << "#!/bin/sh\nd='" << path_ << "'\n"
             << "pwd > \"$d/pwd\"; env > \"$d/env\"; cp \"$GIT_INDEX_FILE\" \"$d/index\"\n"
             << "test -e \"$(git rev-parse --git-dir)/MERGE_HEAD\" && touch \"$d/merging\"\n"
             << "git diff --cached --name-only -z --no-renames --diff-filter=AMT > \"$d/names\"\n"
             << "exit 1\n";
      script.close();
      fs::permissions(path_ + "/" + std::string(name), fs::perms::owner_all);
    }
  }

  // Runs `git <arguments>` and lists what its hook would have listed.
  ChangeList Run(const GitFixture& git, std::vector<std::string> arguments,
                 StagedHook hook = StagedHook::kPreCommit) {
    arguments.insert(arguments.begin(), {"-c", "core.hooksPath=" + path_});
    fs::remove(path_ + "/pwd");
    fs::remove(path_ + "/merging");
    int status = 0;
    std::string said = git.GitRaw(arguments, "", &status);
    INFO(said);
    REQUIRE(fs::exists(path_ + "/pwd"));
    std::string directory = ReadWhole(path_ + "/pwd");
    directory.pop_back();
    std::string index = path_ + "/index";
    std::vector<std::unique_ptr<ScopedEnvironment>> variables;
    for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"}) {
      variables.push_back(std::make_unique<ScopedEnvironment>(name, nullptr));
    }
    std::ifstream lines(path_ + "/env");
    for (std::string line; std::getline(lines, line);) {
      size_t equals = line.find('=');
      if (equals == std::string::npos || !line.starts_with("GIT")) continue;
      std::string name = line.substr(0, equals);
      if (name == "GIT_INDEX_FILE") continue;
      variables.push_back(
          std::make_unique<ScopedEnvironment>(name.c_str(), line.c_str() + equals + 1));
    }
    ScopedEnvironment index_file("GIT_INDEX_FILE", index.c_str());
    ScopedDirectory there(directory);
    // A merge that its hook refused is left to be concluded, and only then is there a MERGE_HEAD.
    if (hook == StagedHook::kPreMergeCommit && !fs::exists(path_ + "/merging"))
      fs::remove(git.git_dir() + "/MERGE_HEAD");
    StagedChanges staged(hook);
    return staged.List(*Repository::OpenForHook());
  }

  // `git diff --cached --name-only`, in the hook.
  Paths names_by_git() const { return SplitNames(ReadWhole(path_ + "/names")); }

 private:
  std::string path_;
};

Paths BlobPaths(const ChangeList& list) {
  Paths paths;
  for (const ChangedObject& object : list.objects) {
    if (object.kind != ObjectKind::kBlob) continue;
    for (Place place : object.places) {
      CHECK(place.commit == kNone);
      paths.insert(std::string(list.PathOf(place)));
    }
  }
  return paths;
}

Paths NewNames(const ChangeList& list) {
  Paths names;
  for (const ChangedObject& object : list.objects) {
    if (object.kind == ObjectKind::kPathName) names.insert(std::string(list.TextOf(object)));
  }
  return names;
}

std::optional<ObjectId> BlobAt(const ChangeList& list, const std::string& path) {
  for (const ChangedObject& object : list.objects) {
    if (object.kind != ObjectKind::kBlob) continue;
    for (Place place : object.places) {
      if (list.PathOf(place) == path) return object.oid;
    }
  }
  return std::nullopt;
}

std::vector<std::string> CommitWith(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"commit", "-q", "-m", "message"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Two files and a commit.
GitFixture NewRepository(const TemporaryFolder& folder, const std::string& name = "repository") {
  GitFixture git(folder, name);
  git.Write("a", "a\n");
  git.Write("dir/b", "b\n");
  git.Commit("first");
  return git;
}

std::string RawLine(std::string_view modes, char status, std::string_view path) {
  std::string line(modes);
  line += ' ' + std::string(40, 'a') + ' ' + std::string(40, 'b') + ' ';
  line += status;
  line += '\0';
  line += path;
  line += '\0';
  return line;
}

}  // namespace

TEST_CASE("staged: what Git itself says is staged, in every kind of commit") {
  struct Case {
    const char* name;
    std::vector<std::vector<std::string>> before;
    std::vector<std::string> commit;
    Paths expected;
  };
  const Case kCases[] = {
      {"only the index", {{"add", "a"}}, {}, {"a"}},
      {"-a", {}, {"-a"}, {"a", "dir/b"}},
      {"a path", {{"add", "a"}}, {"dir/b"}, {"dir/b"}},
      {"--only and --include", {{"add", "a"}}, {"--include", "dir/b"}, {"a", "dir/b"}},
      {"amend", {{"add", "a"}}, {"--amend"}, {"a"}},
      {"a deletion", {{"rm", "-q", "-f", "dir/b"}, {"add", "a"}}, {}, {"a"}},
      {"intent to add", {{"add", "-N", "new"}, {"add", "a"}}, {}, {"a"}},
      {"a new name", {{"add", "new"}}, {}, {"new"}},
      {"rename with edit", {{"mv", "dir/b", "moved"}, {"add", "moved"}}, {}, {"moved"}},
      {"a sparse index",
       {{"config", "core.repositoryformatversion", "1"},
        {"config", "index.sparse", "true"},
        {"sparse-checkout", "set", "--cone", "--sparse-index", "dir"},
        {"add", "a"}},
       {},
       {"a"}},
      {"a split index", {{"update-index", "--split-index"}, {"add", "a"}}, {}, {"a"}},
      {"index version 4", {{"update-index", "--index-version", "4"}, {"add", "a"}}, {}, {"a"}},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    TemporaryFolder folder;
    HookFolder hooks(folder);
    GitFixture git = NewRepository(folder);
    git.Write("a", "a changed\n");
    git.Write("dir/b", "b\nchanged\n");
    git.Write("new", "new\n");
    for (const std::vector<std::string>& arguments : c.before) git.Git(arguments);
    ChangeList list = hooks.Run(git, CommitWith(c.commit));
    CHECK(BlobPaths(list) == c.expected);
    CHECK(BlobPaths(list) == hooks.names_by_git());
    CHECK(list.gaps.empty());
  }
}

TEST_CASE("staged: the blob of the index, not the file of the worktree") {
  TemporaryFolder folder;
  HookFolder hooks(folder);
  GitFixture git = NewRepository(folder);
  git.Write("a", "staged\n");
  git.Git({"add", "a"});
  ObjectId staged = git.Id(":a");
  git.Write("a", "only in the worktree\n");
  ChangeList list = hooks.Run(git, CommitWith({}));
  REQUIRE(BlobAt(list, "a"));
  CHECK(*BlobAt(list, "a") == staged);
}

TEST_CASE("staged: everything is new on an unborn branch") {
  TemporaryFolder folder;
  HookFolder hooks(folder);
  GitFixture git(folder, "repository");
  git.Write("a", "same\n");
  git.Write("b", "same\n");
  git.Git({"add", "-A"});
  ChangeList list = hooks.Run(git, CommitWith({}));
  CHECK(BlobPaths(list) == Paths{"a", "b"});
  CHECK(NewNames(list) == Paths{"a", "b"});
  auto blobs = std::count_if(list.objects.begin(), list.objects.end(),
                             [](const auto& object) { return object.kind == ObjectKind::kBlob; });
  CHECK_MESSAGE(blobs == 1, "one object for the same content at two paths");
}

TEST_CASE("staged: modes alone are no content, types are; submodules are left out and said so") {
  TemporaryFolder folder;
  HookFolder hooks(folder);
  GitFixture git = NewRepository(folder);
  git.Write("target", "a");
  git.Write("link", "a");
  git.Commit("second");
  GitFixture inner = NewRepository(folder, "inner");
  git.Git({"update-index", "--chmod=+x", "a"});
  git.Git(
      {"update-index", "--add", "--cacheinfo", "120000," + git.Id("HEAD:link").ToHex() + ",link"});
  git.Git({"update-index", "--add", "--cacheinfo", "160000," + inner.Id("HEAD").ToHex() + ",sub"});
  ChangeList list = hooks.Run(git, CommitWith({}));
  CHECK(BlobPaths(list) == Paths{"link"});
  REQUIRE(list.skipped.size() == 1);
  CHECK(list.skipped[0].what == "sub");
}

TEST_CASE("staged: in a linked worktree, in a submodule, with another worktree by option") {
  TemporaryFolder folder;
  HookFolder hooks(folder);
  GitFixture git = NewRepository(folder);
  git.Git({"worktree", "add", "-q", folder.path() + "/linked", "-b", "other"});
  GitFixture linked(folder.path() + "/linked");
  linked.Write("a", "in the linked worktree\n");
  linked.Git({"add", "a"});
  CHECK(BlobPaths(hooks.Run(linked, CommitWith({}))) == Paths{"a"});

  GitFixture outer(folder, "outer");
  outer.Git({"submodule", "add", "-q", git.directory(), "sub"});
  GitFixture sub(outer.directory() + "/sub");
  sub.Write("dir/b", "in the submodule\n");
  CHECK(BlobPaths(hooks.Run(sub, CommitWith({"-a"}))) == Paths{"dir/b"});

  fs::create_directories(folder.path() + "/elsewhere");
  GitFixture elsewhere(folder.path() + "/elsewhere");
  elsewhere.Write("a", "by --work-tree\n");
  std::vector<std::string> arguments = {"--git-dir=" + git.directory() + "/.git",
                                        "--work-tree=" + elsewhere.directory()};
  std::vector<std::string> add = arguments;
  add.insert(add.end(), {"add", "a"});
  elsewhere.Git(add);
  std::vector<std::string> commit = CommitWith({});
  arguments.insert(arguments.end(), commit.begin(), commit.end());
  CHECK(BlobPaths(hooks.Run(elsewhere, arguments)) == Paths{"a"});
}

TEST_CASE("staged: a merge brings only what differs from every side") {
  TemporaryFolder folder;
  HookFolder hooks(folder);
  GitFixture git = NewRepository(folder);
  git.Git({"checkout", "-q", "-b", "side"});
  git.Write("a", "side\n");
  git.Write("side-only", "from the side\n");
  git.Commit("side");
  git.Git({"checkout", "-q", "main"});
  git.Write("a", "main\n");
  git.Commit("main");

  SUBCASE("concluded by git commit after a conflict") {
    int status = 0;
    git.GitRaw({"merge", "-q", "side"}, "", &status);
    REQUIRE(status != 0);
    SUBCASE("with a resolution of its own") {
      git.Write("a", "resolved\n");
      git.Git({"add", "a"});
      ChangeList list = hooks.Run(git, CommitWith({}));
      CHECK(BlobPaths(list) == Paths{"a"});
      CHECK_MESSAGE(NewNames(list).empty(), "the other side has these names already");
    }
    SUBCASE("with the other side's version") {
      git.Git({"checkout", "-q", "--theirs", "a"});
      git.Git({"add", "a"});
      CHECK(BlobPaths(hooks.Run(git, CommitWith({}))).empty());
    }
    SUBCASE("with a file that no side has") {
      git.Write("a", "side\n");
      git.Write("evil", "of the merge\n");
      git.Git({"add", "-A"});
      ChangeList list = hooks.Run(git, CommitWith({}));
      CHECK(BlobPaths(list) == Paths{"evil"});
      CHECK(NewNames(list) == Paths{"evil"});
    }
  }
  SUBCASE("made by git merge, whose hook runs before there is a MERGE_HEAD") {
    git.Git({"reset", "-q", "--hard", "HEAD~1"});
    git.Write("third", "so that it is no fast-forward\n");
    git.Commit("third");
    ChangeList list = hooks.Run(git, {"merge", "-q", "side"}, StagedHook::kPreMergeCommit);
    CHECK(hooks.names_by_git() == Paths{"a", "side-only"});
    CHECK(BlobPaths(list).empty());
  }
}

TEST_CASE("staged: unmerged entries are named in a note") {
  TemporaryFolder folder;
  GitFixture git = NewRepository(folder);
  std::string blob = git.Id("HEAD:a").ToHex();
  git.Git({"update-index", "-z", "--index-info"},
          "0 " + std::string(40, '0') + "\ta" + std::string(1, '\0') + "100644 " + blob + " 1\ta" +
              std::string(1, '\0') + "100644 " + blob + " 2\ta" + std::string(1, '\0'));
  ScopedDirectory there(git.directory());
  ScopedEnvironment dir("GIT_DIR", nullptr);
  ScopedEnvironment index("GIT_INDEX_FILE", nullptr);
  ChangeList list = StagedChanges(StagedHook::kPreCommit).List(*Repository::OpenForHook());
  CHECK(list.objects.empty());
  REQUIRE(list.notes.size() == 1);
  CHECK(list.notes[0].starts_with("a is unmerged"));
}

TEST_CASE(
    "staged: a file of the root is read as the index has it, whatever HEAD and worktree say") {
  TemporaryFolder folder;
  GitFixture git = NewRepository(folder);
  ScopedDirectory there(git.directory());
  ScopedEnvironment dir("GIT_DIR", nullptr);
  ScopedEnvironment index("GIT_INDEX_FILE", nullptr);
  auto staged = [] {
    return StagedChanges(StagedHook::kPreCommit).ReadFile(*Repository::OpenForHook(), "p");
  };
  CHECK(!staged());
  git.Write("p", "first\n");
  CHECK(!staged());
  git.Git({"add", "-N", "p"});
  CHECK(!staged());
  git.Git({"add", "p"});
  CHECK(staged() == "first\n");
  git.Commit("with the file");
  git.Write("p", "second\n");
  CHECK(staged() == "first\n");
  git.Git({"add", "p"});
  CHECK(staged() == "second\n");
  git.Git({"update-index", "--chmod=+x", "p"});
  CHECK(staged() == "second\n");
  git.Git({"rm", "-q", "-f", "--cached", "p"});
  CHECK(!staged());
  git.Write("below/p", "another\n");
  git.Git({"add", "below"});
  CHECK(!staged());
  git.Git({"checkout", "-q", "--orphan", "unborn"});
  git.Git({"add", "p"});
  CHECK(staged() == "second\n");
}

TEST_CASE("staged: an index that Git can't read is an error that says so") {
  TemporaryFolder folder;
  GitFixture git = NewRepository(folder);
  git.Write(".git/index", "DIRC, but no index at all");
  ScopedDirectory there(git.directory());
  ScopedEnvironment dir("GIT_DIR", nullptr);
  ScopedEnvironment index("GIT_INDEX_FILE", nullptr);
  std::string said;
  try {
    StagedChanges(StagedHook::kPreCommit).List(*Repository::OpenForHook());
  } catch (const Error& error) {
    said = error.what();
  }
  CHECK(said.find("`git diff-index` ended with status 128") != std::string::npos);
  CHECK(said.find("index") != std::string::npos);
}

TEST_CASE("staged: raw records are whole or refused") {
  std::string whole = RawLine(":100644 100644", 'M', "a b\n\xff");
  std::string twice = whole + whole;
  std::optional<std::vector<RawChange>> parsed = TryParseRawChanges(twice);
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 2);
  CHECK((*parsed)[1].path == "a b\n\xff");
  CHECK((*parsed)[1].old_mode == 0100644);
  CHECK(TryParseRawChanges("")->empty());
  for (size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(TryParseRawChanges(whole.substr(0, length)));
  }
  const std::string kBroken[] = {
      RawLine("100644 100644", 'M', "a"),   RawLine(":100644 100648", 'M', "a"),
      RawLine(":1006440 100644", 'M', "a"), RawLine(":100644 100644", 'R', "a"),
      RawLine(":100644 100644", 'X', "a"),  RawLine(":100644 100644", 'M', ""),
      RawLine(":100644 000000", 'M', "a"),  whole + "x",
  };
  for (const std::string& text : kBroken) {
    CAPTURE(text);
    CHECK_FALSE(TryParseRawChanges(text));
  }
}

}  // namespace picket
