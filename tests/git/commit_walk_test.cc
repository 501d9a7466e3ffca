#include "git/commit_walk.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

std::vector<std::string> Hexes(const CommitWalk& walk) {
  std::vector<std::string> hexes;
  for (const WalkedCommit& commit : walk.commits) hexes.push_back(commit.oid.ToHex());
  return hexes;
}

CommitWalk WalkAt(const std::string& directory, const std::vector<ObjectId>& tips,
                  const std::vector<ObjectId>& existing) {
  auto repository = Repository::OpenAt(directory);
  auto objects = repository->NewObjectDatabase();
  std::vector<WalkTip> walk_tips;
  for (const ObjectId& tip : tips)
    walk_tips.push_back({tip, static_cast<uint32_t>(walk_tips.size())});
  return WalkNewCommits(*repository, *objects, walk_tips, existing);
}

std::set<std::string> RevList(const GitFixture& git, const std::vector<ObjectId>& tips,
                              const std::vector<ObjectId>& existing) {
  std::vector<std::string> arguments = {"rev-list"};
  for (const ObjectId& tip : tips) arguments.push_back(tip.ToHex());
  arguments.push_back("--not");
  for (const ObjectId& oid : existing) arguments.push_back(oid.ToHex());
  std::istringstream lines(git.Git(arguments));
  std::set<std::string> commits;
  for (std::string line; std::getline(lines, line);) commits.insert(line);
  return commits;
}

// A commit without files, with a date of our choice.
ObjectId MakeCommit(GitFixture& git, const std::vector<ObjectId>& parents, int64_t seconds,
                    const std::string& message) {
  std::string text = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
  for (const ObjectId& parent : parents) text += "parent " + parent.ToHex() + "\n";
  std::string person = "A <a@example.com> " + std::to_string(seconds) + " +0000\n";
  return git.Object("commit", text + "author " + person + "committer " + person + "\n" + message);
}

}  // namespace

TEST_CASE("commit walk: the same commits as git rev-list, children first, on random histories") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Object("tree", "");
  std::mt19937 random(7);
  auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  std::vector<ObjectId> all;
  std::vector<std::vector<ObjectId>> parents_of;
  for (size_t i = 0; i < 120; ++i) {
    std::vector<ObjectId> parents;
    // One in twelve is a root, one in three a merge, one in nine an octopus.
    size_t count = below(12) == 0 ? 0 : 1;
    for (size_t rarity : {3u, 9u})
      if (count != 0 && below(rarity) == 0) ++count;
    if (i == 0) count = 0;
    for (size_t p = 0; p < count; ++p) {
      const ObjectId& parent = all[i - 1 - below(std::min<size_t>(i, 10))];
      if (std::find(parents.begin(), parents.end(), parent) == parents.end())
        parents.push_back(parent);
    }
    // Clocks are off by up to half a day, in both directions.
    int64_t time = 1'700'000'000 + static_cast<int64_t>(i) * 6'000 +
                   static_cast<int64_t>(below(86'400)) - 43'200;
    all.push_back(MakeCommit(git, parents, time, std::to_string(i)));
    parents_of.push_back(parents);
  }
  for (int round = 0; round < 25; ++round) {
    CAPTURE(round);
    std::vector<ObjectId> tips, existing;
    for (size_t i = 0; i < 1 + below(3); ++i) tips.push_back(all[below(all.size())]);
    for (size_t i = 0; i < below(4); ++i) existing.push_back(all[below(all.size())]);
    CommitWalk walk = WalkAt(git.directory(), tips, existing);
    std::vector<std::string> order = Hexes(walk);
    CHECK(std::set<std::string>(order.begin(), order.end()) == RevList(git, tips, existing));
    CHECK(std::set<std::string>(order.begin(), order.end()).size() == order.size());
    CHECK(walk.gaps.empty());
    for (size_t i = 0; i < all.size(); ++i) {
      auto child = std::find(order.begin(), order.end(), all[i].ToHex());
      if (child == order.end()) continue;
      for (const ObjectId& parent : parents_of[i]) {
        auto at = std::find(order.begin(), order.end(), parent.ToHex());
        CHECK((at == order.end() || child < at));
      }
    }
  }
}

TEST_CASE("commit walk: no date makes a new commit old") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Object("tree", "");
  ObjectId root = MakeCommit(git, {}, 1'700'000'000, "root");
  ObjectId tip = MakeCommit(git, {root}, 1'700'000'100, "tip");
  for (int64_t time : {int64_t{0}, int64_t{1}, int64_t{1'699'000'000}, int64_t{4'000'000'000},
                       int64_t{500'000'000'000'000'000}}) {
    CAPTURE(time);
    ObjectId fresh = MakeCommit(git, {root}, time, "new");
    ObjectId child = MakeCommit(git, {fresh, tip}, 5, "its child");
    CHECK(Hexes(WalkAt(git.directory(), {child}, {tip})) ==
          std::vector<std::string>{child.ToHex(), fresh.ToHex()});
  }
}

TEST_CASE("commit walk: each commit is named after the first tip that reaches it") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Object("tree", "");
  ObjectId base = MakeCommit(git, {}, 1, "base");
  ObjectId left = MakeCommit(git, {base}, 2, "left");
  ObjectId right = MakeCommit(git, {base}, 3, "right");
  CommitWalk walk = WalkAt(git.directory(), {left, right}, {});
  REQUIRE(walk.commits.size() == 3);
  CHECK(walk.commits[0].oid == right);
  CHECK(walk.commits[0].ref == 1);
  CHECK(walk.commits[1].ref == 0);
  CHECK(walk.commits[2].oid == base);
  CHECK(walk.commits[2].ref == 0);
  CHECK(walk.commits[1].parent_trees.size() == 1);
  CHECK(walk.commits[2].parent_trees.empty());
}

TEST_CASE("commit walk: what can't be read is a gap with its name") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Object("tree", "");
  ObjectId absent = *ObjectId::TryParse(std::string(40, 'a'));
  ObjectId blob = git.Object("blob", "no commit");
  ObjectId broken = git.Object("commit", "tree of nothing\n");
  ObjectId root = MakeCommit(git, {}, 1, "root");
  for (const ObjectId& bad : {absent, blob, broken}) {
    CAPTURE(bad.ToHex());
    ObjectId child = MakeCommit(git, {bad, root}, 9, "child");
    CommitWalk walk = WalkAt(git.directory(), {child}, {root});
    REQUIRE(walk.commits.size() == 1);
    CHECK(walk.commits[0].parent_trees.size() == 1);
    REQUIRE(walk.gaps.size() == 1);
    CHECK(walk.gaps[0].object == bad.ToHex());
    // Also where the old history is what is broken.
    CHECK(WalkAt(git.directory(), {child}, {bad}).gaps.size() == 1);
    CHECK(WalkAt(git.directory(), {bad}, {}).gaps.size() == 1);
  }
  CHECK(WalkAt(git.directory(), {root}, {absent}).commits.size() == 1);
}

TEST_CASE("commit walk: shallow boundaries are roots, with a note; replace refs change nothing") {
  TemporaryFolder folder;
  GitFixture git(folder, "full");
  for (const char* text : {"1", "2", "3"}) {
    git.Write("f", text);
    git.Commit(text);
  }
  git.Git({"clone", "-q", "--depth=2", "file://" + git.directory(), folder.path() + "/shallow"});
  CommitWalk walk = WalkAt(folder.path() + "/shallow", {git.Id("HEAD")}, {});
  REQUIRE(walk.commits.size() == 2);
  CHECK(walk.commits[1].parent_trees.empty());
  REQUIRE(walk.notes.size() == 1);
  CHECK(walk.notes[0].find(git.Id("HEAD~1").ToHex()) != std::string::npos);
  CHECK(walk.gaps.empty());

  git.Git({"replace", "--graft", git.Id("HEAD").ToHex()});
  CHECK(WalkAt(git.directory(), {git.Id("HEAD")}, {}).commits.size() == 3);
}

TEST_CASE("peel: chains of tags are followed, and hostile ones end") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  auto tag = [&](const ObjectId& target, const std::string& type) {
    return git.Object("tag", "object " + target.ToHex() + "\ntype " + type +
                                 "\ntag t\ntagger T <t> 1 +0000\n\ntext\n");
  };
  ObjectId blob = git.Object("blob", "text");
  ObjectId inner = tag(blob, "blob");
  ObjectId outer = tag(inner, "tag");
  ObjectId dangling = tag(*ObjectId::TryParse(std::string(40, 'a')), "commit");
  auto repository = Repository::OpenAt(git.directory());
  auto objects = repository->NewObjectDatabase();
  std::vector<ObjectId> tags;
  Peeled peeled;
  std::string why;
  REQUIRE(Peel(*objects, outer, &tags, &peeled, &why));
  CHECK(tags == std::vector<ObjectId>{outer, inner});
  CHECK(peeled.oid == blob);
  CHECK(peeled.type == ObjectType::kBlob);
  CHECK_FALSE(Peel(*objects, dangling, nullptr, &peeled, &why));
  CHECK(why.find("missing") != std::string::npos);
  CHECK_FALSE(Peel(*objects, git.Object("tag", "object of nothing"), nullptr, &peeled, &why));
}

TEST_CASE("commit walk: what only unjudged commits reach is new, on random histories") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Object("tree", "");
  std::mt19937 random(11);
  auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  std::vector<ObjectId> all;
  std::map<ObjectId, std::vector<ObjectId>> parents_of;
  for (size_t i = 0; i < 60; ++i) {
    std::vector<ObjectId> parents;
    for (size_t count = below(15) == 0 ? 0 : 1 + below(2); count > 0 && !all.empty(); --count) {
      const ObjectId& parent = all[all.size() - 1 - below(std::min<size_t>(all.size(), 8))];
      if (std::find(parents.begin(), parents.end(), parent) == parents.end())
        parents.push_back(parent);
    }
    const auto seconds = static_cast<int64_t>(1'700'000'000 + i * 60 + below(300));
    all.push_back(MakeCommit(git, parents, seconds, std::to_string(i)));
    parents_of[all.back()] = parents;
  }
  auto reach = [&](const std::vector<ObjectId>& from, const std::set<ObjectId>& barrier) {
    std::set<ObjectId> reached;
    std::vector<ObjectId> stack = from;
    while (!stack.empty()) {
      const ObjectId at = stack.back();
      stack.pop_back();
      if (barrier.contains(at) || !reached.insert(at).second) continue;
      for (const ObjectId& parent : parents_of[at]) stack.push_back(parent);
    }
    return reached;
  };
  auto repository = Repository::OpenAt(git.directory());
  auto objects = repository->NewObjectDatabase();
  for (int round = 0; round < 300; ++round) {
    auto pick = [&](size_t most) {
      std::vector<ObjectId> picked;
      for (size_t i = below(most + 1); i > 0; --i) picked.push_back(all[below(all.size())]);
      return picked;
    };
    std::vector<ObjectId> tips = pick(3);
    const std::vector<ObjectId> existing = pick(3);
    const std::vector<ObjectId> unjudged = pick(4);
    std::vector<WalkTip> walk_tips;
    for (const ObjectId& tip : tips) walk_tips.push_back({tip, 0});
    const CommitWalk walk =
        WalkNewCommits(*repository, *objects, walk_tips, existing, {.unjudged = unjudged});
    std::set<ObjectId> listed;
    for (const WalkedCommit& commit : walk.commits) listed.insert(commit.oid);
    // What an old commit reaches is not looked for behind it.
    const std::set<ObjectId> old = reach(existing, {unjudged.begin(), unjudged.end()});
    const std::set<ObjectId> expected = reach(tips, old);
    CHECK(listed == expected);
  }
}

TEST_CASE("commit walk: it stops when it is told to, and says so") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Object("tree", "");
  std::vector<ObjectId> chain;
  for (int i = 0; i < 50; ++i) {
    std::vector<ObjectId> parents;
    if (!chain.empty()) parents.push_back(chain.back());
    chain.push_back(MakeCommit(git, parents, 1'700'000'000 + i, "c"));
  }
  auto repository = Repository::OpenAt(git.directory());
  auto objects = repository->NewObjectDatabase();
  std::atomic<uint64_t> count{0};
  std::stop_source source;
  const WalkTip tips[] = {{chain.back(), 0}};
  CommitWalk walk = WalkNewCommits(*repository, *objects, tips, {},
                                   {.watch = {.stop = source.get_token(), .done = &count}});
  CHECK_FALSE(walk.is_cut);
  CHECK(walk.commits.size() == chain.size());
  CHECK(count == chain.size());
  source.request_stop();
  walk = WalkNewCommits(*repository, *objects, tips, {}, {.watch = {.stop = source.get_token()}});
  CHECK(walk.is_cut);
  CHECK(walk.commits.empty());
}

}  // namespace picket
