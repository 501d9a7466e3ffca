#include "git/commit_changes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "git/changes.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

// For git fast-import: `count` commits that change, add and remove files, and merge now and then.
std::string MadeHistory(int count) {
  std::mt19937 random(7);
  const auto below = [&](unsigned bound) { return std::to_string(random() % bound); };
  std::string text;
  for (int i = 1; i <= count; ++i) {
    text += "commit refs/heads/main\nmark :" + std::to_string(i) +
            "\ncommitter A <a@example.com> " + std::to_string(1'600'000'000 + i) +
            " +0000\ndata 0\n";
    if (i > 1) text += "from :" + std::to_string(i - 1) + "\n";
    if (i > 10 && i % 7 == 0) text += "merge :" + std::to_string(i - 5) + "\n";
    for (int files = 0; files < 3; ++files) {
      const std::string content = "text " + below(200);
      text += "M 100644 inline d" + below(9) + "/e" + below(9) + "/f" + below(30) + "\ndata " +
              std::to_string(content.size()) + "\n" + content + "\n";
    }
    if (i % 5 == 0) text += "M 120000 inline d1/link\ndata 4\n../" + below(9) + "\n";
    if (i % 11 == 0) text += "D d" + below(9) + "/e" + below(9) + "\n";
    if (i % 13 == 0) text += "M 100644 inline d2/.gitattributes\ndata 7\n*.bin x\n";
    if (i % 17 == 0) text += "M 160000 " + std::string(40, '5') + " d3/module\n";
  }
  return text + "done\n";
}

// Everything that a list says, in its order.
std::string Describe(const ChangeList& changes) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += part + " "; };
  for (const std::string& path : changes.paths) add(path);
  for (const ChangedObject& object : changes.objects) {
    add("\n" + std::to_string(static_cast<int>(object.kind)) + object.oid.ToHex() +
        std::string(changes.TextOf(object)));
    for (const Place& place : object.places)
      add(std::to_string(place.commit) + ":" + std::to_string(place.path));
  }
  for (const NewCommit& commit : changes.commits)
    add("\n" + commit.oid.ToHex() + std::to_string(commit.ref) + "," +
        std::to_string(commit.attributes));
  for (const ObjectPlace& link : changes.links) add(std::to_string(link.object));
  for (const AttributesEntry& entry : changes.attribute_files) add(entry.folder);
  for (const Gap& gap : changes.gaps) add("\n" + gap.object + gap.path + gap.reason);
  for (const Skipped& skipped : changes.skipped)
    add("\n" + skipped.what + std::to_string(skipped.count));
  return text;
}

ChangeList Received(const GitFixture& git, unsigned threads, const StepWatch& watch = {}) {
  const auto repository = Repository::OpenAt(git.directory());
  const ExistingRefs none;
  const RefUpdates updates = {
      {*ObjectId::TryParse(std::string(40, '0')), git.Id("main"), "refs/heads/new"}};
  return ListReceived(*repository, updates, {.refs = &none, .watch = watch, .threads = threads});
}

}  // namespace

TEST_CASE("commit changes: the same list for any number of threads") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Git({"fast-import", "--quiet", "--done"}, MadeHistory(700));
  const ChangeList alone = Received(git, 1);
  REQUIRE(alone.commits.size() == 700);
  CHECK(alone.links.size() > 1);
  CHECK(alone.attribute_files.size() == 1);
  CHECK(alone.gaps.empty());
  const std::string told = Describe(alone);
  for (unsigned threads : {2u, 3u, 9u}) CHECK(Describe(Received(git, threads)) == told);

  // A tree that is gone is a gap at each place, whoever meets it.
  const std::string tree = git.Id("main~300:d1").ToHex();
  namespace fs = std::filesystem;
  const fs::path packs = git.git_dir() + "/objects/pack";
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(packs))
    if (entry.path().extension() == ".pack") found.push_back(entry.path());
  for (const fs::path& pack : found) {
    const fs::path aside = git.directory() + "/aside.pack";
    fs::rename(pack, aside);
    for (const char* ending : {".idx", ".rev"})
      fs::remove(fs::path(pack).replace_extension(ending));
    int status = 0;
    std::ifstream file(aside, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    git.GitRaw({"-c", "core.fsync=none", "unpack-objects", "-q"}, bytes, &status);
    REQUIRE(status == 0);
  }
  fs::remove(git.git_dir() + "/objects/" + tree.substr(0, 2) + "/" + tree.substr(2));
  const ChangeList broken = Received(git, 1);
  CHECK(broken.gaps.size() == 1);
  CHECK(Describe(Received(git, 3)) == Describe(broken));
}

TEST_CASE("commit changes: what is not compared in time is told as left") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Git({"fast-import", "--quiet", "--done"}, MadeHistory(700));
  const auto repository = Repository::OpenAt(git.directory());
  const auto objects = repository->NewObjectDatabase();
  const std::vector<WalkTip> tips = {{git.Id("main"), 0}};
  const CommitWalk walk = WalkNewCommits(*repository, *objects, tips, {});
  REQUIRE(walk.commits.size() == 700);
  for (unsigned threads : {1u, 2u}) {
    TreeCache trees(*objects);
    TreeChanges changes(trees);
    ChangeBuilder builder(false);
    builder.AddRef("refs/heads/main");
    std::stop_source stop;
    stop.request_stop();
    CommitChanges(*repository, changes, threads)
        .List(walk.commits, {.stop = stop.get_token()}, builder);
    const ChangeList list = builder.Finish();
    CHECK(list.commits_left == 700);
    CHECK(list.is_cut);
  }
}

TEST_CASE("commit changes: a commit that looks at more than its share counts as before") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Git({"fast-import", "--quiet", "--done"}, MadeHistory(400));
  const auto repository = Repository::OpenAt(git.directory());
  const auto objects = repository->NewObjectDatabase();
  const std::vector<WalkTip> tips = {{git.Id("main"), 0}};
  const CommitWalk walk = WalkNewCommits(*repository, *objects, tips, {});
  for (uint64_t entries : {60u, 300u, 100'000u}) {
    std::string told;
    for (unsigned threads : {1u, 2u, 4u}) {
      TreeCache trees(*objects);
      TreeChanges changes(trees, {.entries = entries, .refill = 40});
      ChangeBuilder builder(false);
      builder.AddRef("refs/heads/main");
      CommitChanges(*repository, changes, threads).List(walk.commits, {}, builder);
      const std::string list = Describe(builder.Finish());
      if (threads == 1) told = list;
      CHECK(list == told);
    }
    CHECK((told.find("more tree entries") != std::string::npos) == (entries < 100'000));
  }
}

}  // namespace picket
