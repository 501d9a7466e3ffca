#include "git/tree_names.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "support/git_fixture.h"

namespace picket {
namespace {

using test::GitFixture;
using test::TemporaryFolder;

std::string EntryOf(const std::string& name, const ObjectId& oid) {
  return "100644 " + name + '\0' + std::string(AsText(oid.raw()));
}

TEST_CASE("tree names: thousands, each once, whichever thread meets which first") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const ObjectId blob = git.Object("blob", "same");
  std::set<std::string> expected;
  // Of all lengths, some longer than any word and some that differ in the last byte only.
  for (int tree = 0; tree < 40; ++tree) {
    std::string bytes;
    for (int i = 0; i < 120; ++i) {
      const int number = tree * 60 + i;
      std::string name = std::to_string(number) + std::string(static_cast<size_t>(i % 50), 'x');
      if (i % 7 == 0) name = std::string(300, 'y') + std::to_string(number);
      if (i % 11 == 0) name = "the same in all of them";
      expected.insert(name);
      bytes += EntryOf(name, blob);
    }
    git.Object("tree", bytes);
  }
  const auto repository = Repository::OpenAt(git.directory());
  for (const unsigned threads : {1U, 3U}) {
    const ObjectInventory inventory = ListObjects(*repository, threads);
    const KnownIds known(inventory, threads);
    const TreeNames listed = ListTreeNames(*repository, inventory, known, false, threads);
    CHECK(listed.gaps.empty());
    CHECK(listed.names == std::vector<std::string>(expected.begin(), expected.end()));
    REQUIRE(listed.rows != nullptr);
  }
}

}  // namespace
}  // namespace picket
