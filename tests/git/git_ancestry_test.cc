#include "git/git_ancestry.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::ScopedDirectory;
using test::ScopedEnvironment;
using test::TemporaryFolder;

struct Asked {
  ObjectId commit;
  std::string path;
  ObjectId oid;
};

std::vector<PriorParent> Before(GitAncestry& ancestry, const Asked& asked) {
  ChangeList changes;
  changes.paths = {asked.path};
  Place place{kNone, 0};
  if (!asked.commit.empty()) {
    changes.commits.push_back({asked.commit, kNone});
    place.commit = 0;
  }
  return ancestry.Before(changes, place, asked.oid);
}

std::map<std::string, std::string> Versions(GitAncestry& ancestry, const PriorParent& parent) {
  std::map<std::string, std::string> versions;
  for (const PriorVersion& version : parent.versions)
    versions[version.path] = ancestry.Read(version.oid).value_or("unreadable");
  return versions;
}

using Texts = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("ancestry: the same path in each parent, else what the commit removes from it") {
  TemporaryFolder folder;
  GitFixture git(folder, "r", {"--bare"});
  ObjectId left = git.CommitTree({{"d/f", "left"}, {"gone", "1"}, {"x/y/gone", "2"}}, {});
  ObjectId right = git.CommitTree({{"d", "a file"}, {"kept", "3"}, {"copy", "merged"}}, {});
  ObjectId merge = git.CommitTree({{"d/f", "merged"}, {"kept", "3"}}, {left, right});
  ObjectId oid = git.Id(merge.ToHex() + ":d/f");
  auto repository = Repository::OpenAt(git.directory());
  GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);

  auto parents = Before(ancestry, {merge, "d/f", oid});
  REQUIRE(parents.size() == 2);
  CHECK(Versions(ancestry, parents[0]) == Texts{{"d/f", "left"}});
  CHECK(parents[0].same_blob_paths.empty());
  // "d" was a file there and is a folder now, so it is one of the paths that went.
  CHECK(Versions(ancestry, parents[1]) == Texts{{"d", "a file"}, {"copy", "merged"}});
  CHECK(parents[1].same_blob_paths == std::vector<std::string>{"copy"});
  CHECK_FALSE(parents[1].truncated);

  parents = Before(ancestry, {merge, "new", oid});
  REQUIRE(parents.size() == 2);
  CHECK(Versions(ancestry, parents[0]) == Texts{{"gone", "1"}, {"x/y/gone", "2"}});

  CHECK(Before(ancestry, {left, "d/f", oid}).empty());
  CHECK(Before(ancestry, {ObjectId(), "d/f", oid}).empty());
  ChangeList changes;
  changes.commits.push_back({merge, kNone});
  CHECK(ancestry.Before(changes, {0, kNone}, merge).empty());
}

TEST_CASE("ancestry: the same blob is found anywhere, in every parent that has it") {
  TemporaryFolder folder;
  GitFixture git(folder, "r", {"--bare"});
  ObjectId one = git.CommitTree({{"a/b/c", "same"}, {"d", "same"}, {"e", "other"}}, {});
  ObjectId two = git.CommitTree({{"a/b/c", "same"}, {"e", "more"}}, {one});
  ObjectId three = git.CommitTree({{"a/b/c", "same"}, {"n", "same"}}, {two, one});
  auto repository = Repository::OpenAt(git.directory());
  GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);
  auto parents = Before(ancestry, {three, "n", git.Id(three.ToHex() + ":n")});
  REQUIRE(parents.size() == 2);
  CHECK(parents[0].same_blob_paths == std::vector<std::string>{"a/b/c"});
  CHECK(parents[1].same_blob_paths == std::vector<std::string>{"a/b/c", "d"});
}

TEST_CASE("ancestry: too many candidates are cut, and said to be") {
  TemporaryFolder folder;
  GitFixture git(folder, "r", {"--bare"});
  std::map<std::string, std::string> files;
  for (int i = 0; i < 1'200; ++i) files[std::to_string(i)] = i % 2 == 0 ? "even" : "odd";
  ObjectId before = git.CommitTree(files, {});
  ObjectId after = git.CommitTree({{"new", "even"}}, {before});
  auto repository = Repository::OpenAt(git.directory());
  GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);
  auto parents = Before(ancestry, {after, "new", git.Id(after.ToHex() + ":new")});
  REQUIRE(parents.size() == 1);
  CHECK(parents[0].versions.size() == 1'000);
  CHECK(parents[0].same_blob_paths.size() == 600);
  CHECK(parents[0].truncated);
}

TEST_CASE("ancestry: the index has HEAD and every merge head as parents") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Write("f", "base");
  git.Write("moved", "old place");
  git.Commit("base");
  git.Git({"checkout", "-q", "-b", "side"});
  git.Write("f", "side");
  git.Commit("side");
  git.Git({"checkout", "-q", "main"});
  git.Write("f", "main");
  git.Commit("main");
  int status = 0;
  git.GitRaw({"merge", "-q", "side"}, "", &status);
  REQUIRE(status != 0);
  git.Write("f", "resolved");
  git.Git({"mv", "moved", "new place"});
  git.Git({"add", "-A"});

  ScopedDirectory directory(git.directory());
  ScopedEnvironment git_dir("GIT_DIR", nullptr);
  ScopedEnvironment index("GIT_INDEX_FILE", ".git/index");
  auto repository = Repository::OpenForHook();
  CHECK(repository->MergeHeads() == std::vector<ObjectId>{git.Id("side")});
  GitAncestry ancestry(*repository, GitAncestry::Base::kIndex);
  auto parents = Before(ancestry, {ObjectId(), "f", git.Id(":f")});
  REQUIRE(parents.size() == 2);
  CHECK(Versions(ancestry, parents[0]) == Texts{{"f", "main"}});
  CHECK(Versions(ancestry, parents[1]) == Texts{{"f", "side"}});
  parents = Before(ancestry, {ObjectId(), "new place", git.Id(":new place")});
  REQUIRE(parents.size() == 2);
  CHECK(Versions(ancestry, parents[0]) == Texts{{"moved", "old place"}});
  CHECK(parents[1].same_blob_paths == std::vector<std::string>{"moved"});
}

TEST_CASE("ancestry: nothing stands before a shallow boundary or an unborn branch") {
  TemporaryFolder folder;
  GitFixture git(folder, "full");
  git.Write("f", "1");
  git.Commit("one");
  git.Write("f", "2");
  ObjectId tip = git.Commit("two");
  git.Git({"clone", "-q", "--depth=1", "file://" + git.directory(), folder.path() + "/shallow"});
  auto shallow = Repository::OpenAt(folder.path() + "/shallow");
  GitAncestry ancestry(*shallow, GitAncestry::Base::kCommits);
  CHECK(Before(ancestry, {tip, "f", git.Id("HEAD:f")}).empty());
  CHECK_FALSE(ancestry.Read(git.Id("HEAD~1:f")));

  GitFixture unborn(folder, "unborn");
  auto repository = Repository::OpenAt(unborn.directory());
  GitAncestry of_index(*repository, GitAncestry::Base::kIndex);
  CHECK(Before(of_index, {ObjectId(), "f", unborn.Object("blob", "x")}).empty());
}

}  // namespace picket
