#include "git/pack_order.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "git/pack/forest_walk.h"
#include "git/pack/pack_index.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::TemporaryFolder;

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

void Overwrite(const std::string& path, const std::string& bytes) {
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// "<oid> <type>", sorted.
std::vector<std::string> Lines(const ObjectInventory& inventory) {
  std::vector<std::string> lines;
  for (const auto* list : {&inventory.objects, &inventory.trees}) {
    for (const StoredObject& object : *list) {
      lines.push_back(object.oid.ToHex() + " " + std::string(ToString(object.type)));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> LinesByGit(const GitFixture& git) {
  std::string text =
      git.Git({"cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"}) +
      "\n";
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// Versions of one file, so that a pack of them holds chains of deltas, and a tag.
GitFixture NewHistory(const TemporaryFolder& folder, const std::string& name, int commits) {
  GitFixture git(folder, name);
  std::string text;
  for (int line = 0; line < 200; ++line) text += "line " + std::to_string(line * 7919) + "\n";
  for (int i = 0; i < commits; ++i) {
    text += "version " + std::to_string(i) + "\n";
    git.Write("dir/file", text);
    git.Write("other" + std::to_string(i), name + std::to_string(i));
    git.Commit("commit");
  }
  git.Git({"tag", "-a", "-m", "tag", "v1"});
  return git;
}

std::string OnlyFile(const GitFixture& git, const std::string& extension) {
  std::string found;
  for (const auto& entry : fs::directory_iterator(git.directory() + "/.git/objects/pack")) {
    if (entry.path().extension() == extension) found = entry.path().string();
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

// Of what is labelled at and below an entry.
size_t CountLabels(const DeltaForest& forest, uint32_t entry) {
  size_t count = forest.entries()[entry].label == DeltaForest::kNone ? 0 : 1;
  for (const uint32_t child : forest.children(entry)) count += CountLabels(forest, child);
  return count;
}

// What a walk over all objects but trees meets: "<oid> <bytes>".
std::vector<std::string> Walked(const Repository& repository, const ObjectInventory& inventory) {
  class Visitor : public ForestVisitor {
   public:
    void OnObject(const WalkedObject& object) override {
      lines.push_back(object.forest.id(object.entry).ToHex() + " " +
                      std::string(AsText(object.bytes)));
    }
    void OnLarge(const DeltaForest&, uint32_t) override { lines.push_back("large"); }
    void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) override {
      lines.push_back(forest.id(entry).ToHex() + " damaged: " + why);
    }
    std::vector<std::string> lines;
  };
  const auto database = repository.NewObjectDatabase();
  ForestWalk walk(*database, {});
  Visitor visitor;
  for (const InventoryItem& item : inventory.object_items) {
    if (item.forest != kNone) walk.Walk(*inventory.forests[item.forest], item.index, visitor);
  }
  return visitor.lines;
}

}  // namespace

TEST_CASE("pack order: the objects and types that Git lists") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder, "repository", 12);
  const std::vector<std::vector<std::string>> kSteps[] = {
      {},                                    // loose
      {{"repack", "-q", "-a", "-d", "-f"}},  // one pack, offset deltas
      {{"-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"}},  // by id
      {{"-c", "pack.indexVersion=1", "repack", "-q", "-a", "-d", "-f"}},
      {{"-c", "pack.indexVersion=2", "repack", "-q", "-a", "-d", "-f", "--depth=200"}},
  };
  for (const auto& step : kSteps) {
    for (const std::vector<std::string>& arguments : step) git.Git(arguments);
    auto repository = Repository::OpenAt(git.directory());
    for (unsigned threads : {1U, 3U}) {
      ObjectInventory inventory = ListObjects(*repository, threads);
      CHECK(inventory.gaps.empty());
      CHECK(Lines(inventory) == LinesByGit(git));
    }
  }
}

// Every entry has the id and the place that the index gives it, and ends where another begins.
void CheckPlaces(const DeltaForest& forest) {
  const PackIndex& index = forest.pack().index();
  std::set<uint64_t> places = {forest.pack().end()};
  for (uint32_t i = 0; i < index.size(); ++i) places.insert(*index.offset(i));
  size_t wrong = 0;
  for (uint32_t i = 0; i < forest.entries().size(); ++i) {
    const uint32_t position = forest.entries()[i].index_position;
    const bool right = forest.id(i) == index.id(position) &&
                       forest.offset(i) == *index.offset(position) &&
                       forest.end(i) == *places.upper_bound(forest.offset(i));
    wrong += right ? 0 : 1;
  }
  CHECK(!forest.entries().empty());
  CHECK(wrong == 0);
}

TEST_CASE("pack order: blobs, then commits, then tags; every item's objects in one run") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder, "repository", 12);
  git.Git({"repack", "-q", "-a", "-d", "-f"});
  git.Object("blob", "loose");
  ObjectInventory inventory = ListObjects(*Repository::OpenAt(git.directory()), 2);
  auto rank = [](const StoredObject& object) {
    return object.type == ObjectType::kBlob ? 0 : object.type == ObjectType::kCommit ? 1 : 2;
  };
  auto before = [&](const StoredObject& a, const StoredObject& b) { return rank(a) < rank(b); };
  CHECK(std::is_sorted(inventory.objects.begin(), inventory.objects.end(), before));
  REQUIRE(inventory.forests.size() == 1);
  const DeltaForest& forest = *inventory.forests[0];
  size_t next = 0;
  size_t loose = 0;
  for (const InventoryItem& item : inventory.object_items) {
    if (item.forest == kNone) {
      CHECK(item.index == next++);
      ++loose;
      continue;
    }
    const DeltaForest::Entry& root = forest.entries()[item.index];
    CHECK(root.base == DeltaForest::kNone);
    CHECK(root.label == next);
    CHECK(inventory.objects[next].oid == forest.id(item.index));
    next += CountLabels(forest, item.index);
  }
  CHECK(next == inventory.objects.size());
  CHECK(loose == 1);
  CheckPlaces(forest);
  CHECK(inventory.object_items.size() < inventory.objects.size());
}

TEST_CASE("pack order: what takes longest is known, the longest first") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder, "repository", 60);
  git.Git({"repack", "-q", "-a", "-d", "-f", "--depth=100", "--window=100"});
  const ObjectInventory inventory = ListObjects(*Repository::OpenAt(git.directory()), 2);
  const DeltaForest& forest = *inventory.forests.at(0);
  REQUIRE_FALSE(inventory.long_object_items.empty());
  const InventoryItem& longest = inventory.object_items[inventory.long_object_items.front()];
  CHECK(forest.entries()[longest.index].type == ObjectType::kBlob);
  CHECK(CountLabels(forest, longest.index) >= 32);
  const std::set<uint32_t> distinct(inventory.long_object_items.begin(),
                                    inventory.long_object_items.end());
  CHECK(distinct.size() == inventory.long_object_items.size());
  CHECK(distinct.size() < 256);
  CHECK(*distinct.rbegin() < inventory.object_items.size());
  const ObjectInventory again = ListObjects(*Repository::OpenAt(git.directory()), 1);
  CHECK(again.long_object_items == inventory.long_object_items);
  CHECK(again.long_tree_items == inventory.long_tree_items);
}

TEST_CASE("pack order: without its trees a forest is walked as before, damage included") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder, "repository", 40);
  git.Git({"repack", "-q", "-a", "-d", "-f"});
  git.Git({"tag", "-a", "-m", "Later", "later"});
  git.Git({"repack", "-q", "-d"});
  std::string pack;
  for (const auto& file : fs::directory_iterator(git.directory() + "/.git/objects/pack")) {
    if (file.path().extension() == ".pack" &&
        (pack.empty() || fs::file_size(file) > fs::file_size(pack)))
      pack = file.path();
  }
  for (const bool damaged : {false, true}) {
    if (damaged) {
      const auto repository = Repository::OpenAt(git.directory());
      const ObjectInventory inventory = ListObjects(*repository, 1);
      const DeltaForest* forest = nullptr;
      for (const auto& one : inventory.forests) {
        if (forest == nullptr || one->entries().size() > forest->entries().size())
          forest = one.get();
      }
      uint32_t root = 0;  // the longest blob that others are made of
      const auto length = [&](uint32_t i) {
        const DeltaForest::Entry& entry = forest->entries()[i];
        const bool is_one = entry.type == ObjectType::kBlob && entry.depth == 0;
        return is_one && entry.wanted_below ? forest->end(i) - forest->offset(i) : 0;
      };
      for (uint32_t i = 0; i < forest->entries().size(); ++i) {
        if (length(i) > length(root)) root = i;
      }
      REQUIRE(length(root) > 64);
      std::string bytes = ReadWhole(pack);
      std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(forest->offset(root)) + 4, 32, '\xff');
      Overwrite(pack, bytes);
    }
    const auto repository = Repository::OpenAt(git.directory());
    ObjectInventory inventory = ListObjects(*repository, 2);
    const std::vector<std::string> before = Walked(*repository, inventory);
    REQUIRE(inventory.forests.size() == 2);
    CHECK(std::any_of(before.begin(), before.end(), [](const std::string& line) {
            return line.find("damaged") != std::string::npos;
          }) == damaged);
    size_t entries = 0;
    for (const auto& forest : inventory.forests) entries += forest->entries().size();
    const size_t trees = inventory.trees.size();
    REQUIRE(trees > 10);
    ForgetTreeItems(&inventory);
    CHECK(Walked(*repository, inventory) == before);
    for (const auto& forest : inventory.forests) CheckPlaces(*forest);
    for (const auto& forest : inventory.forests) entries -= forest->entries().size();
    CHECK(entries == trees);
    CHECK(inventory.tree_items.empty());
  }
}

TEST_CASE("pack order: alternates count, and an object in three places counts once") {
  TemporaryFolder folder;
  GitFixture base = NewHistory(folder, "base", 5);
  base.Git({"repack", "-q", "-a", "-d"});
  base.Git({"clone", "-q", "--shared", base.directory(), folder.path() + "/fork"});
  GitFixture fork(folder.path() + "/fork");
  fork.Write("of the fork", "text");
  fork.Commit("fork");
  fork.Git({"repack", "-q", "-a", "-d"});
  // Loose as well.
  fork.Object("blob", "text");
  ObjectInventory inventory = ListObjects(*Repository::OpenAt(fork.directory()), 2);
  CHECK(inventory.gaps.empty());
  CHECK(Lines(inventory) == LinesByGit(fork));
}

TEST_CASE("pack order: what is damaged is named, and the rest is listed") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder, "repository", 6);
  git.Git({"repack", "-q", "-a", "-d"});
  git.Write("later", "loose text");
  git.Commit("loose");
  ObjectId loose = git.Id("HEAD:later");
  std::string index = OnlyFile(git, ".idx");
  std::string pack = OnlyFile(git, ".pack");
  size_t all = Lines(ListObjects(*Repository::OpenAt(git.directory()), 1)).size();
  std::string named;

  SUBCASE("an index without a pack") {
    fs::rename(pack, folder.path() + "/away");
    named = index;
  }
  SUBCASE("a pack without an index") {
    fs::rename(index, folder.path() + "/away");
    named = pack;
  }
  SUBCASE("a truncated pack") {
    std::string bytes = ReadWhole(pack);
    Overwrite(pack, bytes.substr(0, bytes.size() / 2));
    named = pack;
  }
  SUBCASE("an index with a wrong table") {
    std::string bytes = ReadWhole(index);
    bytes[9] = '\xff';
    Overwrite(index, bytes);
    named = index;
  }
  ObjectInventory inventory = ListObjects(*Repository::OpenAt(git.directory()), 2);
  REQUIRE(inventory.gaps.size() == 1);
  CHECK(inventory.gaps[0].object == named);
  CHECK_FALSE(inventory.gaps[0].reason.empty());
  auto same = [&](const StoredObject& object) { return object.oid == loose; };
  CHECK(std::any_of(inventory.objects.begin(), inventory.objects.end(), same));
  CHECK(Lines(inventory).size() < all);
}

TEST_CASE("pack order: a damaged entry or loose object is a gap of its own") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder, "repository", 6);
  git.Git({"repack", "-q", "-a", "-d"});
  std::string bytes = ReadWhole(OnlyFile(git, ".pack"));
  std::string index_bytes = ReadWhole(OnlyFile(git, ".idx"));
  PackIndex index;
  REQUIRE(index.Parse(AsBytes(index_bytes), 20) == "");
  ObjectId victim = git.Id("v1");
  size_t all = index.size();
  // Kind 0 does not exist.
  bytes[index.offset(index.Find(victim)).value()] = '\x05';
  Overwrite(OnlyFile(git, ".pack"), bytes);
  ObjectId loose = git.Object("blob", "loose");
  std::string hex = loose.ToHex();
  Overwrite(git.directory() + "/.git/objects/" + hex.substr(0, 2) + "/" + hex.substr(2), "junk");
  ObjectInventory inventory = ListObjects(*Repository::OpenAt(git.directory()), 2);
  REQUIRE(inventory.gaps.size() == 2);
  CHECK(inventory.gaps[0].object == victim.ToHex());
  CHECK(inventory.gaps[1].object == hex);
  CHECK(Lines(inventory).size() == all - 1);
}

TEST_CASE("pack order: chains of deltas that lead nowhere or in a circle are gaps") {
  // Two entries, each a delta by id on the other, and one on an id that is not there.
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  std::string first(20, '\x01'), second(20, '\x02'), third(20, '\x03'), absent(20, '\x09');
  std::string body = "x\x9c\x03\x00\x00\x00\x00\x01";
  std::string checksum(20, '\x33');
  std::string entries[] = {'\x74' + second + body, '\x74' + first + body, '\x74' + absent + body};
  std::string pack = std::string("PACK\0\0\0\2\0\0\0\3", 12);
  std::string offsets;
  for (const std::string& entry : entries) {
    offsets += std::string(3, '\0') + static_cast<char>(pack.size());
    pack += entry;
  }
  pack += checksum;
  std::string index = std::string("\377tOc\0\0\0\2", 8) + std::string(4, '\0');
  for (int i = 1; i < 256; ++i)
    index += std::string("\0\0\0", 3) + static_cast<char>(std::min(i, 3));
  index += first + second + third + std::string(12, '\0') + offsets + checksum + checksum;
  git.Write(".git/objects/pack/pack-a.idx", index);
  git.Write(".git/objects/pack/pack-a.pack", pack);
  ObjectInventory inventory = ListObjects(*Repository::OpenAt(git.directory()), 1);
  CHECK(inventory.gaps.size() == 3);
  CHECK(Lines(inventory).empty());
}

}  // namespace picket
