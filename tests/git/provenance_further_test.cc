#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "git/provenance.h"
#include "support/git_fixture.h"
#include "support/same_introduction.h"

namespace picket {
namespace {

using test::CheckSame;
using test::GitFixture;
using test::TemporaryFolder;

std::vector<StoredObject> CommitsIn(const ObjectInventory& inventory) {
  std::vector<StoredObject> commits;
  for (const StoredObject& object : inventory.objects) {
    if (object.type == ObjectType::kCommit) commits.push_back(object);
  }
  return commits;
}

// Attributes, lets the store grow, goes on from there, and holds it against attributing anew.
class Growing {
 public:
  Growing(GitFixture& git, std::vector<ObjectId> objects, std::vector<std::string> names)
      : git_(git), objects_(std::move(objects)), names_(std::move(names)) {
    const auto repository = Repository::OpenAt(git_.directory());
    const ObjectInventory inventory = ListObjects(*repository, 1);
    known_ = CommitsIn(inventory);
    said_ = Attribute(*repository, inventory, objects_, names_, 1, &history_);
  }

  // False where it declined.
  bool GoOn() {
    const auto repository = Repository::OpenAt(git_.directory());
    const ObjectInventory inventory = ListObjects(*repository, 1);
    std::vector<StoredObject> more;
    for (const StoredObject& commit : CommitsIn(inventory)) {
      const bool known = std::any_of(known_.begin(), known_.end(), [&](const StoredObject& one) {
        return one.oid == commit.oid;
      });
      if (!known) more.push_back(commit);
    }
    std::string history = history_;
    const auto further = AttributeFurther(*repository, said_, more, objects_, names_, 2, &history);
    if (!further) return false;
    std::string anew;
    const Provenance whole = Attribute(*repository, inventory, objects_, names_, 1, &anew);
    for (size_t i = 0; i < objects_.size(); ++i) CheckSame(whole.objects[i], further->objects[i]);
    for (size_t i = 0; i < names_.size(); ++i) CheckSame(whole.names[i], further->names[i]);
    known_.insert(known_.end(), more.begin(), more.end());
    said_ = *further;
    history_ = history;
    return true;
  }

  const Introduction& object(size_t index) const { return said_.objects[index]; }

 private:
  GitFixture& git_;
  std::vector<ObjectId> objects_;
  std::vector<std::string> names_;
  std::vector<StoredObject> known_;
  Provenance said_;
  std::string history_;
};

}  // namespace

TEST_CASE("a history that grew is attributed as one that was read anew") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Git({"checkout", "-q", "-b", "main"});
  const ObjectId root = git.CommitTree({{"a", "1"}}, {});
  // The same content, first on a branch that nobody names any more, and later on main.
  const ObjectId side = git.CommitTree({{"a", "1"}, {"side/leak", "leak"}}, {root});
  const ObjectId main =
      git.CommitTree({{"a", "1"}, {"x/leak", "leak"}, {"x/other", "other"}}, {root});
  git.Git({"update-ref", "refs/heads/main", main.ToHex()});
  const ObjectId leak = git.Id(main.ToHex() + ":x/leak");
  const ObjectId other = git.Id(main.ToHex() + ":x/other");
  Growing growing(git, {leak, other, main}, {"leak", "x"});
  CHECK(growing.object(0).commit == main);

  // Nothing moved.
  CHECK(growing.GoOn());
  // More places, a merge, and a tag.
  const ObjectId next = git.CommitTree(
      {{"a", "2"}, {"x/leak", "leak"}, {"x/other", "other"}, {"y/leak", "leak"}}, {main});
  const ObjectId apart = git.CommitTree({{"b", "other"}, {"x", "a file"}}, {main});
  const ObjectId merge = git.CommitTree(
      {{"a", "2"}, {"b", "other"}, {"x/leak", "leak"}, {"z", "leak"}}, {next, apart});
  git.Git({"update-ref", "refs/heads/main", merge.ToHex()});
  git.Git({"tag", "-a", "-m", "tagged", "v1", next.ToHex()});
  CHECK(growing.GoOn());
  CHECK(growing.object(0).commit == main);
  CHECK(growing.object(0).other_places == 3);
  // A root that is older than all others and is reachable.
  git.SetEnvironment("GIT_COMMITTER_DATE", "1000000000 +0000");
  const ObjectId old = git.CommitTree({{"first/leak", "leak"}}, {});
  git.Git({"update-ref", "refs/heads/old", old.ToHex()});
  CHECK(growing.GoOn());
  CHECK(growing.object(0).commit == old);
  CHECK(growing.object(0).path == "first/leak");
  // It is gone again: what comes first now, only the whole history knows.
  git.Git({"update-ref", "-d", "refs/heads/old"});
  CHECK(!growing.GoOn());

  // What was there all along is reached again.
  Growing again(git, {leak, other}, {"leak"});
  CHECK(again.object(0).commit == main);
  git.Git({"update-ref", "refs/heads/side", side.ToHex()});
  CHECK(again.GoOn());
  CHECK(again.object(0).commit == side);
  CHECK(again.object(0).path == "side/leak");
  CHECK(again.object(0).ref == "refs/heads/side");
}

TEST_CASE("a broken memory of a history, or a tree that is not there, is declined") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("a", "leak");
  git.Commit("first");
  git.Write("b", "x");
  git.Commit("second");
  const std::vector<ObjectId> objects = {git.Id("HEAD:a")};
  const auto repository = Repository::OpenAt(git.directory());
  const ObjectInventory inventory = ListObjects(*repository, 1);
  std::string history;
  const Provenance said = Attribute(*repository, inventory, objects, {}, 1, &history);
  for (size_t length = 0; length < history.size(); ++length) {
    std::string cut = history.substr(0, length);
    CHECK(!AttributeFurther(*repository, said, {}, objects, {}, 1, &cut));
  }
  for (size_t at = 0; at < history.size(); ++at) {
    std::string damaged = history;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    AttributeFurther(*repository, said, {}, objects, {}, 1, &damaged);  // an answer or none
  }
  const ObjectId lost = git.Object(
      "commit", "tree " + std::string(40, '1') + "\nparent " + git.Id("HEAD").ToHex() +
                    "\nauthor A <a@example.com> 1700000000 +0000\ncommitter A <a@example.com> "
                    "1700000000 +0000\n\nlost\n");
  const std::vector<StoredObject> more = {{lost, ObjectType::kCommit}};
  const auto grown = Repository::OpenAt(git.directory());
  CHECK(!AttributeFurther(*grown, said, more, objects, {}, 1, &history));
}

}  // namespace picket
