#include "git/tree_cache.h"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/git_fixture.h"

namespace picket {
namespace {

constexpr size_t kIdBytes = 20;

std::string Entry(const std::string& mode, const std::string& name, char id) {
  return mode + " " + name + '\0' + std::string(kIdBytes, id);
}

Tree Read(const std::string& text) {
  auto bytes = std::make_shared<ObjectBytes>();
  bytes->type = ObjectType::kTree;
  REQUIRE(bytes->Resize(text.size()));
  if (!text.empty()) std::memcpy(bytes->room().data(), text.data(), text.size());
  return Tree(RawObject(std::move(bytes)), kIdBytes);
}

// Trees of a few names, of which many come in the wrong order or twice, and some are cut short.
std::string AnyTree(std::mt19937& random) {
  const auto below = [&](unsigned most) { return static_cast<unsigned>(random() % most); };
  const char* const modes[] = {"100644", "100755", "40000", "120000", "160000", "7"};
  const char* const names[] = {"a", "b", "a.c", ".gitattributes", "ab", "", "x y"};
  std::string tree;
  for (unsigned count = below(8); count > 0; --count)
    tree += Entry(modes[below(6)], names[below(7)], static_cast<char>('0' + below(3)));
  if (below(8) == 0 && !tree.empty()) tree.resize(tree.size() - 1 - below(20));
  return tree;
}

bool IsSame(const TreeEntry& a, const TreeEntry& b) { return a.SameAs(b) && a.name == b.name; }

}  // namespace

TEST_CASE("tree: entries, names and damage are those of a plain parse") {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    const std::string text = AnyTree(random);
    const Tree tree = Read(text);
    const ParsedTree parsed = ParseTree(AsBytes(text), kIdBytes);
    REQUIRE(tree.damaged() == parsed.damaged);
    REQUIRE(tree.entries().size() == parsed.entries.size());
    REQUIRE(tree.entries().empty() == parsed.entries.empty());
    size_t at = 0;
    std::vector<uint32_t> attributes;
    for (const TreeEntry& entry : tree.entries()) {
      REQUIRE(IsSame(entry, parsed.entries[at]));
      REQUIRE(IsSame(tree.entries()[at], entry));
      if (entry.name == ".gitattributes" && entry.kind == EntryKind::kBlob)
        attributes.push_back(static_cast<uint32_t>(at));
      std::vector<size_t> found;
      tree.Find(entry.name, &found);
      size_t namesakes = 0;
      for (const TreeEntry& other : parsed.entries) {
        if (other.name == entry.name) ++namesakes;
      }
      REQUIRE(found.size() == namesakes);
      ++at;
    }
    REQUIRE(tree.attributes() == attributes);
  }
}

TEST_CASE("tree: what two trees have in common is counted in whole entries") {
  std::mt19937 random(2);
  size_t common = 0;
  for (int round = 0; round < 2'000; ++round) {
    // A part of the same behind different beginnings.
    const std::string shared = AnyTree(random);
    const std::string texts[] = {AnyTree(random) + shared, AnyTree(random) + shared};
    const Tree trees[] = {Read(texts[0]), Read(texts[1])};
    const ParsedTree parsed[] = {ParseTree(AsBytes(texts[0]), kIdBytes),
                                 ParseTree(AsBytes(texts[1]), kIdBytes)};
    for (size_t i = 0; i <= parsed[0].entries.size(); ++i) {
      for (size_t j = 0; j <= parsed[1].entries.size(); ++j) {
        const size_t count = trees[0].CountSame(i, trees[1], j);
        for (size_t k = 0; k < count; ++k)
          REQUIRE(IsSame(parsed[0].entries[i + k], parsed[1].entries.at(j + k)));
        common += count;
      }
    }
  }
  CHECK(common > 1'000);
  const std::string same = Entry("100644", "a", '1') + Entry("100644", "b", '2');
  CHECK(Read(same + Entry("100644", "c", '3'))
            .CountSame(0, Read(same + Entry("100644", "c", '4')), 0) == 2);
  CHECK(Read(same).CountSame(0, Read(same), 0) == 2);
  CHECK(Read(same).CountSame(1, Read(Entry("40000", "x", '1') + same), 2) == 1);
  CHECK(Read(same).CountSame(2, Read(same), 2) == 0);
}

TEST_CASE("tree cache: a tree that is larger than one may be is not read, and that is told") {
  test::TemporaryFolder folder;
  test::GitFixture git(folder, "repository");
  const std::string text = Entry("100644", "a", 'x') + Entry("40000", "b", 'y');
  const ObjectId oid = git.Object("tree", text);
  const auto repository = Repository::OpenAt(git.directory());
  const std::unique_ptr<ObjectDatabase> database = repository->NewObjectDatabase();
  ReadStatus status = ReadStatus::kOk;
  std::string why;
  TreeCache small(*database, 1 << 20, text.size() - 1);
  CHECK(small.Get(oid, &status, &why) == nullptr);
  CHECK(status == ReadStatus::kCorrupt);
  CHECK(why == "its " + std::to_string(text.size()) + " bytes are more than are read of a tree");
  CHECK(small.Get(oid, &status, nullptr) == nullptr);
  CHECK(status == ReadStatus::kCorrupt);
  TreeCache enough(*database, 1 << 20, text.size());
  const std::shared_ptr<const Tree> tree = enough.Get(oid, &status, &why);
  REQUIRE(tree != nullptr);
  CHECK(status == ReadStatus::kOk);
  CHECK(tree->entries().size() == 2);
}

}  // namespace picket
