#include "git/provenance.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "git/signature.h"
#include "git/tree_names.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

Provenance Ask(const GitFixture& git, const std::vector<ObjectId>& objects,
               const std::vector<std::string>& names = {}, unsigned threads = 2) {
  auto repository = Repository::OpenAt(git.directory());
  ObjectInventory inventory = ListObjects(*repository, threads);
  return Attribute(*repository, inventory, objects, names, threads);
}

Introduction AskOne(const GitFixture& git, const ObjectId& object) {
  Provenance provenance = Ask(git, {object});
  REQUIRE(provenance.objects.size() == 1);
  return provenance.objects[0];
}

}  // namespace

TEST_CASE("provenance: the first commit, its path, author, date, and the other places") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("unrelated", "x");
  git.Commit("first");
  git.Write("a/b/leak", "leak");
  ObjectId second = git.Commit("second");
  git.Write("copy", "leak");
  git.Commit("copied");
  git.Remove("a/b/leak");
  git.Commit("removed");
  git.Write("a/b/leak", "leak");
  git.Commit("restored");
  Introduction found = AskOne(git, git.Id("HEAD:copy"));
  CHECK(found.commit == second);
  CHECK(found.path == "a/b/leak");
  CHECK(found.author == "A U Thor");
  CHECK(found.email == "author@example.com");
  CHECK(found.date == git.Git({"log", "-1", "--format=%aI", second.ToHex()}));
  CHECK(found.other_places == 2);
  CHECK_FALSE(found.more_places);
  CHECK(found.reachable);
  CHECK(found.ref == "refs/heads/main");
}

TEST_CASE("provenance: a merge brings only what no parent has") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  ObjectId base = git.CommitTree({{"a", "a"}}, {});
  ObjectId left = git.CommitTree({{"a", "a"}, {"left", "leak of the left"}}, {base});
  ObjectId right = git.CommitTree({{"a", "a"}, {"right", "r"}}, {base});
  ObjectId merge = git.CommitTree(
      {{"a", "a"}, {"left", "leak of the left"}, {"right", "r"}, {"evil", "leak of the merge"}},
      {left, right});
  git.Git({"update-ref", "refs/heads/main", merge.ToHex()});
  Provenance provenance = Ask(git, {git.Id("main:left"), git.Id("main:evil")});
  CHECK(provenance.objects[0].commit == left);
  CHECK(provenance.objects[0].other_places == 0);
  CHECK(provenance.objects[1].commit == merge);
}

TEST_CASE("provenance: what a ref reaches comes before what came earlier on a lost branch") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  ObjectId base = git.CommitTree({{"a", "a"}}, {});
  ObjectId lost = git.CommitTree({{"a", "a"}, {"x", "both"}, {"y", "lost only"}}, {base});
  ObjectId kept = git.CommitTree({{"a", "a"}, {"z", "both"}}, {base});
  git.Git({"update-ref", "refs/tags/kept", kept.ToHex()});
  Provenance provenance = Ask(git, {git.Id(lost.ToHex() + ":x"), git.Id(lost.ToHex() + ":y")});
  CHECK(provenance.objects[0].commit == kept);
  CHECK(provenance.objects[0].path == "z");
  CHECK(provenance.objects[0].other_places == 1);
  CHECK(provenance.objects[0].ref == "refs/tags/kept");
  CHECK(provenance.objects[1].commit == lost);
  CHECK_FALSE(provenance.objects[1].reachable);
  CHECK(provenance.objects[1].ref == "");
}

TEST_CASE("provenance: commits, tags, and what refs name without a commit") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("dir/in-tree", "of the tree");
  ObjectId commit = git.Commit("first");
  git.Git({"tag", "-a", "-m", "inner", "inner"});
  git.Git({"tag", "-a", "-m", "outer", "outer", "inner"});
  ObjectId inner = git.Id("inner");
  git.Git({"tag", "-d", "inner"});
  ObjectId blob = git.Object("blob", "named by a ref");
  git.Git({"update-ref", "refs/tags/blob", blob.ToHex()});
  git.Write("dir/in-tree", "of the tag's tree");
  git.Git({"add", "-A"});
  ObjectId tagged = git.Id(":dir/in-tree");
  git.Git({"tag", "-a", "-m", "a tree", "tree", git.Git({"write-tree"})});
  git.Git({"reset", "-q", "--hard"});
  ObjectId staged = git.Object("blob", "in the index or nowhere");
  Provenance provenance = Ask(git, {commit, inner, blob, tagged, staged});
  const std::vector<Introduction>& found = provenance.objects;
  CHECK(found[0].commit == commit);
  CHECK(found[0].author == "A U Thor");
  CHECK(found[0].reachable);
  CHECK(found[1].commit.empty());
  CHECK(found[1].author == "C O Mitter");
  CHECK(found[1].ref == "refs/tags/outer");
  CHECK(found[2].ref == "refs/tags/blob");
  CHECK(found[3].path == "dir/in-tree");
  CHECK(found[3].ref == "refs/tags/tree");
  CHECK_FALSE(found[4].reachable);
  CHECK(found[4].path == "");
  CHECK(found[4].author == "");
  CHECK(provenance.gaps.empty());
}

TEST_CASE("provenance: a blob of a tree that no commit holds has the path from its root") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("kept", "kept");
  git.Commit("first");
  git.Write("deep/er/lost", "lost");
  git.Git({"add", "-A"});
  ObjectId lost = git.Id(":deep/er/lost");
  git.Git({"write-tree"});
  git.Git({"reset", "-q", "--hard"});
  Introduction found = AskOne(git, lost);
  CHECK(found.commit.empty());
  CHECK_FALSE(found.reachable);
  CHECK(found.path == "deep/er/lost");
}

TEST_CASE("provenance: names of files and folders") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("a", "a");
  git.Commit("first");
  git.Write("dir/telling", "1");
  ObjectId second = git.Commit("second");
  git.Write("dir/telling", "2");
  git.Commit("edited, not named anew");
  git.Write("telling/x", "3");
  git.Commit("a folder of the same name");
  Provenance provenance = Ask(git, {}, {"telling", "absent"});
  REQUIRE(provenance.names.size() == 2);
  CHECK(provenance.names[0].commit == second);
  CHECK(provenance.names[0].path == "dir/telling");
  CHECK(provenance.names[0].other_places == 1);
  CHECK(provenance.names[1].commit.empty());
}

TEST_CASE("provenance: a shallow boundary is a root, a missing parent a gap") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("leak", "leak");
  git.Commit("first");
  git.Write("more", "more");
  ObjectId second = git.Commit("second");
  git.Git({"clone", "-q", "--depth=1", "file://" + git.directory(), folder.path() + "/shallow"});
  GitFixture shallow(folder.path() + "/shallow");
  Provenance provenance = Ask(shallow, {shallow.Id("HEAD:leak")});
  CHECK(provenance.objects[0].commit == second);
  CHECK(provenance.gaps.empty());
  shallow.Remove(".git/shallow");
  provenance = Ask(shallow, {shallow.Id("HEAD:leak")});
  CHECK(provenance.objects[0].commit == second);
  CHECK(provenance.gaps.size() == 1);
}

TEST_CASE("provenance: a partial clone without trees counts what is absent") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Git({"config", "uploadpack.allowFilter", "true"});
  git.Write("old/x", "old");
  git.Commit("first");
  git.Write("new/y", "leak");
  ObjectId second = git.Commit("second");
  git.Git({"clone", "-q", "--filter=tree:0", "--no-checkout", "file://" + git.directory(),
           folder.path() + "/partial"});
  GitFixture partial(folder.path() + "/partial");
  ObjectId blob = partial.Object("blob", "leak");
  Provenance provenance = Ask(partial, {blob});
  CHECK(provenance.gaps.empty());
  CHECK(provenance.absent_trees == 2);
  CHECK(provenance.objects[0].commit.empty());
  CHECK(second == partial.Id("HEAD"));
}

TEST_CASE("provenance: a folder repeated without end is followed once") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  ObjectId blob = git.Object("blob", "leak");
  std::string level;
  for (char c = 'a'; c <= 'j'; ++c) {
    level += std::string("100644 ") + c + '\0' + std::string(AsText(blob.raw()));
  }
  ObjectId tree = git.Object("tree", level);
  for (int depth = 0; depth < 12; ++depth) {
    level.clear();
    for (char c = 'a'; c <= 'j'; ++c) {
      level += std::string("40000 ") + c + '\0' + std::string(AsText(tree.raw()));
    }
    tree = git.Object("tree", level);
  }
  std::string commit = git.Git({"commit-tree", "-m", "bomb", tree.ToHex()});
  git.Git({"update-ref", "refs/heads/main", commit});
  Introduction found = AskOne(git, blob);
  CHECK(found.commit.ToHex() == commit);
  CHECK(found.path == "a/a/a/a/a/a/a/a/a/a/a/a/a");
  CHECK(found.more_places);
}

TEST_CASE("provenance: a damaged tree is a gap, and the rest is attributed") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  ObjectId blob = git.Object("blob", "leak");
  std::string raw(AsText(blob.raw()));
  ObjectId broken = git.Object("tree", "100644 a" + std::string(1, '\0') + raw + "100644 cut");
  std::string commit = git.Git({"commit-tree", "-m", "broken", broken.ToHex()});
  git.Git({"update-ref", "refs/heads/main", commit});
  Provenance provenance = Ask(git, {blob});
  CHECK(provenance.objects[0].commit.ToHex() == commit);
  CHECK(provenance.objects[0].path == "a");
  REQUIRE(provenance.gaps.size() == 1);
  CHECK(provenance.gaps[0].object == broken.ToHex());
}

TEST_CASE("provenance: thousands at once take one pass, and what is too much is halved") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  // Flat, so that each version of the folder leads to all that came before it.
  constexpr int kCommits = 60;
  constexpr int kFiles = 90;
  std::string stream;
  for (int i = 0; i < kCommits; ++i) {
    stream += "commit refs/heads/main\ncommitter A <a@example.com> " +
              std::to_string(1'700'000'000 + i) + " +0000\ndata 1\nx\n";
    for (int j = 0; j < kFiles; ++j) {
      const std::string name = std::to_string(i * kFiles + j);
      stream +=
          "M 644 inline all/" + name + "\ndata " + std::to_string(name.size()) + "\n" + name + "\n";
    }
  }
  git.Git({"fast-import", "--quiet"}, stream);
  const auto repository = Repository::OpenAt(git.directory());
  const ObjectInventory inventory = ListObjects(*repository, 2);
  const KnownIds ids(inventory);
  const TreeNames trees = ListTreeNames(*repository, inventory, ids, false, 2);
  std::vector<ObjectId> blobs;
  for (const StoredObject& object : inventory.objects) {
    if (object.type == ObjectType::kBlob) blobs.push_back(object.oid);
  }
  REQUIRE(blobs.size() == kCommits * kFiles);
  const auto ask = [&](const PassLimits& limits) {
    return Attribute(*repository, inventory, blobs, {}, 2, nullptr, {&trees, nullptr, &ids},
                     limits);
  };
  const Provenance whole = ask({});
  CHECK(whole.passes == 1);
  // Its versions share all but a block or two of their entries.
  CHECK(ask({.least = 500, .bytes = 800'000}).passes == 1);
  const Provenance halved = ask({.most = 100'000, .least = 500, .bytes = 40'000});
  CHECK(halved.passes > 4);
  CHECK(ask({.most = 1000, .least = 1000}).passes == 6);
  for (size_t i = 0; i < blobs.size(); ++i) {
    const Introduction& a = whole.objects[i];
    const Introduction& b = halved.objects[i];
    if (a.path.empty() || a.path != b.path || a.commit != b.commit || a.rank != b.rank ||
        a.rank != std::stoul(a.path.substr(4)) / kFiles || a.date != b.date ||
        b.other_places != 0) {
      FAIL(a.path << " " << b.path);
    }
  }
  CHECK(whole.gaps.empty());
  CHECK(halved.gaps.empty());
}

TEST_CASE("tree names: each name of every tree once, reachable or not") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("a/b/c", "1");
  git.Write("c", "2");
  git.Write("z\nz", "3");
  git.Commit("first");
  git.Remove("c");
  git.Write("lost", "4");
  git.Commit("second");
  git.Git({"update-ref", "-d", "refs/heads/main"});
  auto repository = Repository::OpenAt(git.directory());
  for (unsigned threads : {1U, 3U}) {
    const ObjectInventory inventory = ListObjects(*repository, 1);
    TreeNames names = ListTreeNames(*repository, inventory, KnownIds(inventory), false, threads);
    CHECK(names.names == std::vector<std::string>{"a", "b", "c", "lost", "z\nz"});
    CHECK(names.gaps.empty());
  }
}

TEST_CASE("signature: names and dates, and what is neither") {
  struct Case {
    const char* line;
    const char* name;
    const char* email;
    const char* date;
  };
  const Case kCases[] = {
      {"A B <a@b> 1700000000 +0200", "A B", "a@b", "2023-11-15T00:13:20+02:00"},
      {"A B <a@b> 0 -0330", "A B", "a@b", "1969-12-31T20:30:00-03:30"},
      {"A B <a@b> 1709164800 +0000", "A B", "a@b", "2024-02-29T00:00:00+00:00"},
      {"A <B> <a@b> 1 +0000", "A <B>", "a@b", "1970-01-01T00:00:01+00:00"},
      {"A B <a@b> 86400 -9999", "A B", "a@b", "1970-01-02T00:00:00+00:00"},
      {"A B <a@b>", "A B", "a@b", ""},
      {"A B <a@b> 99999999999999999999 +0000", "A B", "a@b", ""},
      {"A B <a@b> 9223372036854775807 +9999", "A B", "a@b", ""},
      {"A B <a@b> -9223372036854775808 -9999", "A B", "a@b", ""},
      {"nobody", "nobody", "", ""},
      {"", "", "", ""},
      {"> a <", "> a <", "", ""},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.line);
    Signature signature = ParseSignature(c.line);
    CHECK(signature.name == c.name);
    CHECK(signature.email == c.email);
    CHECK(signature.date == c.date);
  }
  CHECK(FindHeader("tree x\nauthor A <a>\n\nauthor B", "author") == "A <a>");
  CHECK(FindHeader("tree x\n\nauthor B", "author") == "");
}

}  // namespace picket
