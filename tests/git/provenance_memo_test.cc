#include "git/provenance_memo.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/git_fixture.h"
#include "support/same_introduction.h"

namespace picket {
namespace {

using test::CheckSame;
using test::GitFixture;
using test::TemporaryFolder;

}  // namespace

TEST_CASE("what is recalled is what was attributed, and the memo holds no word of it") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("folder/deep/name", "one");
  git.Write("other", "two");
  const ObjectId first = git.Commit("first");
  git.Write("again/name", "one");
  git.Commit("second");
  git.Git({"tag", "-a", "-m", "tagged", "v1"});
  git.Git({"checkout", "-q", "-b", "side"});
  git.Write("lost/name", "three");
  git.Commit("lost");
  const ObjectId lost = git.Id("HEAD:lost/name");
  git.Git({"checkout", "-q", "-"});
  git.Git({"branch", "-q", "-D", "side"});

  const std::vector<ObjectId> objects = {git.Id("HEAD:other"), git.Id("HEAD:folder/deep/name"),
                                         first, git.Id("refs/tags/v1"), lost};
  const std::vector<std::string> names = {"name", "other"};
  const auto repository = Repository::OpenAt(git.directory());
  const std::vector<Ref> refs = repository->Refs();
  const ObjectInventory inventory = ListObjects(*repository, 1);
  const Provenance found = Attribute(*repository, inventory, objects, names, 1);
  const auto memo = Memorise(*repository, refs, found, objects, names);
  REQUIRE(memo.has_value());
  CHECK(memo->trees.size() == 2);
  for (const char* word : {"name", "folder", "refs", "Thor", "example", "v1"})
    CHECK(memo->bytes.find(word) == std::string::npos);

  const auto again = Recall(*repository, refs, AsBytes(memo->bytes), objects, names);
  REQUIRE(again.has_value());
  for (size_t i = 0; i < objects.size(); ++i) CheckSame(found.objects[i], again->objects[i]);
  for (size_t i = 0; i < names.size(); ++i) CheckSame(found.names[i], again->names[i]);

  // What does not fit is no answer.
  for (size_t length = 0; length < memo->bytes.size(); length += 5) {
    CHECK(!Recall(*repository, refs, AsBytes(memo->bytes.substr(0, length)), objects, names));
  }
  std::vector<ObjectId> turned(objects.rbegin(), objects.rend());
  CHECK(!Recall(*repository, refs, AsBytes(memo->bytes), turned, names));
  CHECK(!Recall(*repository, refs, AsBytes(memo->bytes), objects,
                std::vector<std::string>{"other", "name"}));
  CHECK(!Recall(*repository, std::span<const Ref>(), AsBytes(memo->bytes), objects, names));
  // Flipped numbers: an answer or none, and no crash.
  for (size_t at = 0; at < memo->bytes.size(); ++at) {
    std::string damaged = memo->bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    Recall(*repository, refs, AsBytes(damaged), objects, names);
  }
}

TEST_CASE("another question has another name") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  git.Write("a", "1");
  const ObjectId commit = git.Commit("first");
  const auto ask = [&](const std::vector<ObjectId>& objects,
                       const std::vector<std::string>& names) {
    const auto repository = Repository::OpenAt(git.directory());
    return ProvenanceQuestion(*repository, repository->Refs(), objects, names);
  };
  const std::string question = ask({commit}, {"a"});
  CHECK(question == ask({commit}, {"a"}));
  CHECK(question != ask({}, {"a"}));
  CHECK(question != ask({commit}, {"b"}));
  CHECK(question != ask({commit}, {}));
  git.Git({"branch", "more"});
  CHECK(question != ask({commit}, {"a"}));
}

}  // namespace picket
