#include "git/pack/pack_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "git/pack/forest_walk.h"
#include "git/pack_order.h"
#include "support/git_fixture.h"
#include "support/pack_builder.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::PackBuilder;
using test::TemporaryFolder;

// Id -> "type content".
using Contents = std::map<std::string, std::string>;

Contents ByGit(const GitFixture& git) {
  int status = 0;
  std::string text = git.GitRaw({"cat-file", "--batch-all-objects", "--batch"}, "", &status);
  REQUIRE(status == 0);
  Contents contents;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const size_t size = std::stoul(line.substr(line.rfind(' ')));
    contents[line.substr(0, 40)] =
        line.substr(41, line.rfind(' ') - 40) + text.substr(end + 1, size);
    at = end + 1 + size + 1;
  }
  return contents;
}

struct Recorder : ForestVisitor {
  void OnObject(const WalkedObject& object) override {
    const DeltaForest::Entry& entry = object.forest.entries()[object.entry];
    const std::string content(AsText(object.bytes));
    stack.resize(object.depth);
    if (object.copies != nullptr) {
      CHECK((AsText(object.base) == stack.back()));
      for (const CopiedRange& copy : *object.copies) {
        CHECK((content.substr(copy.offset, copy.length) ==
               stack.back().substr(copy.base_offset, copy.length)));
      }
    }
    stack.push_back(content);
    if (entry.label == DeltaForest::kNone) return;
    const std::string hex = object.forest.id(object.entry).ToHex();
    CHECK_FALSE(contents.contains(hex));
    labels.push_back(entry.label);
    contents[hex] = std::string(ToString(entry.type)) + " " + content;
  }
  void OnLarge(const DeltaForest& forest, uint32_t entry) override {
    large.push_back(forest.id(entry).ToHex());
  }
  void OnDamaged(const DeltaForest& forest, uint32_t entry, const std::string& why) override {
    damaged[forest.id(entry).ToHex()] = why;
  }

  std::vector<std::string> stack;
  Contents contents;
  std::vector<uint32_t> labels;
  std::vector<std::string> large;
  std::map<std::string, std::string> damaged;
};

Recorder WalkAll(const Repository& repository, const WalkLimits& limits) {
  ObjectInventory inventory = ListObjects(repository, 2);
  auto database = repository.NewObjectDatabase();
  ForestWalk walk(*database, limits);
  Recorder recorder;
  for (const auto* items : {&inventory.object_items, &inventory.tree_items}) {
    recorder.labels.clear();
    for (const InventoryItem& item : *items) {
      if (item.forest == kNone) continue;
      walk.Walk(*inventory.forests[item.forest], item.index, recorder);
    }
    CHECK(std::is_sorted(recorder.labels.begin(), recorder.labels.end()));
  }
  return recorder;
}

void CheckReadsLikeGit(const GitFixture& git) {
  auto repository = Repository::OpenAt(git.directory());
  const Contents expected = ByGit(git);
  REQUIRE(expected.size() > 10);
  auto database = repository->NewObjectDatabase();
  size_t wrong = 0;
  for (const auto& [hex, content] : expected) {
    RawObject object;
    ObjectHeader header;
    std::string why;
    const ObjectId oid = *ObjectId::TryParse(hex);
    const bool read =
        repository->NewObjectDatabase()->ReadHeader(oid, &header, &why) == ReadStatus::kOk &&
        database->Read(oid, &object, &why) == ReadStatus::kOk;
    CHECK_MESSAGE(read, why);
    if (!read) continue;
    const std::string text =
        std::string(ToString(object.type())) + " " + std::string(AsText(object.bytes()));
    wrong +=
        text != content || header.type != object.type() || header.size != object.bytes().size();
  }
  CHECK(wrong == 0);
  for (uint64_t base_bytes : {uint64_t{0}, uint64_t{4096}, uint64_t{64} << 20}) {
    Recorder recorder = WalkAll(*repository, {.base_bytes = base_bytes});
    CHECK(recorder.large.empty());
    CHECK(recorder.damaged.empty());
    for (const auto& [hex, content] : recorder.contents) wrong += expected.at(hex) != content;
    CHECK(wrong == 0);
  }
}

// Files that grow, shrink, move lines and repeat themselves, and folders that follow.
GitFixture NewHistory(const TemporaryFolder& folder) {
  GitFixture git(folder, "repository");
  for (int i = 0; i < 20; ++i) {
    std::string text;
    for (int line = 0; line < 150; ++line) {
      if ((line * 7 + i) % 41 != 0) text += "line " + std::to_string(line * 7919 % 1000 + i / 7);
      text += '\n';
    }
    git.Write("dir/sub/file", text);
    git.Write("dir/copy" + std::to_string(i % 5), text + std::to_string(i));
    git.Write("empty", "");
    git.Write("of zeros", std::string(static_cast<size_t>(i) * 5000, '\0'));
    git.Commit("commit " + std::to_string(i));
  }
  git.Git({"tag", "-a", "-m", "tag", "v1"});
  return git;
}

void Install(const GitFixture& git, const std::string& name, const PackBuilder& pack) {
  git.Write(".git/objects/pack/pack-" + name + ".idx", pack.Index());
  git.Write(".git/objects/pack/pack-" + name + ".pack", pack.Pack());
}

ObjectId IdOf(uint32_t number) { return ObjectId::FromRaw(AsBytes(PackBuilder::Id(number))); }

// Reads one object in both ways: "" where both fail with the same place named.
std::string ReadBothWays(const GitFixture& git, const ObjectId& oid, std::string* why) {
  auto repository = Repository::OpenAt(git.directory());
  RawObject object;
  const ReadStatus status = repository->NewObjectDatabase()->Read(oid, &object, why);
  Recorder recorder = WalkAll(*repository, {});
  const bool walked = recorder.contents.contains(oid.ToHex());
  CHECK((status == ReadStatus::kOk) == walked);
  if (status != ReadStatus::kOk) return "";
  CHECK((recorder.contents[oid.ToHex()] == "blob " + std::string(AsText(object.bytes()))));
  return std::string(AsText(object.bytes()));
}

}  // namespace

TEST_CASE("pack reader: every object as git cat-file has it, however the packs were made") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder);
  CheckReadsLikeGit(git);
  const std::vector<std::vector<std::string>> kSteps = {
      {"repack", "-q", "-a", "-d", "-f"},
      {"repack", "-q", "-a", "-d", "-f", "--depth=500", "--window=30"},
      {"-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f"},
      {"-c", "pack.indexVersion=1", "repack", "-q", "-a", "-d", "-f"},
      {"-c", "pack.compression=0", "repack", "-q", "-a", "-d", "-F"},
      {"-c", "pack.packSizeLimit=1", "-c", "pack.compression=0", "repack", "-q", "-a", "-d", "-F"},
      {"repack", "-q", "-a", "-d", "-f", "--depth=0"},
  };
  for (const std::vector<std::string>& step : kSteps) {
    CAPTURE(step.back());
    git.Git(step);
    CheckReadsLikeGit(git);
  }
}

TEST_CASE("pack reader: several packs, kept, cruft and repeated, with a multi-pack-index") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder);
  git.Git({"repack", "-q", "-a", "-d"});
  for (const auto& entry : fs::directory_iterator(git.git_dir() + "/objects/pack")) {
    if (entry.path().extension() != ".pack") continue;
    git.Write(".git/objects/pack/" + entry.path().stem().string() + ".keep", "");
  }
  git.Write("dir/sub/file", "another\n");
  git.Commit("another");
  const ObjectId lost = git.Commit("lost");
  git.Git({"reset", "-q", "--hard", "HEAD~1"});
  git.Git({"repack", "-q", "-d"});
  // All of it once more beside the kept pack.
  git.Git({"repack", "-q", "-a", "-f", "--pack-kept-objects"});
  git.Git({"reflog", "expire", "--expire=now", "--all"});
  git.Git({"repack", "-q", "-d", "--cruft", "--cruft-expiration=never"});
  git.Git({"multi-pack-index", "write"});
  CheckReadsLikeGit(git);
  CHECK(ByGit(git).contains(lost.ToHex()));
}

TEST_CASE("pack reader: a thin pack that was fetched, and alternates") {
  TemporaryFolder folder;
  GitFixture git = NewHistory(folder);
  git.Git({"repack", "-q", "-a", "-d"});
  git.Git({"clone", "-q", "--shared", git.directory(), folder.path() + "/fork"});
  GitFixture fork(folder.path() + "/fork");
  std::string text = git.Git({"show", "HEAD:dir/sub/file"});
  git.Write("dir/sub/file", text + "one more line\n");
  git.Commit("later");
  fork.Git({"-c", "fetch.unpackLimit=1", "fetch", "-q"});
  CheckReadsLikeGit(fork);
}

TEST_CASE("pack reader: bases in another pack and loose, and a chain through both") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const ObjectId loose = git.Object("blob", "loose base");
  PackBuilder first;
  first.AddRefDelta(PackBuilder::Id(1), AsText(loose.raw()), PackBuilder::Delta(10, 5, " one"));
  PackBuilder second;
  const uint64_t at =
      second.AddRefDelta(PackBuilder::Id(2), PackBuilder::Id(1), PackBuilder::Delta(9, 9, " two"));
  second.AddOffsetDelta(PackBuilder::Id(3), at, PackBuilder::Delta(13, 13, " three"));
  Install(git, "a", second);
  Install(git, "b", first);
  std::string why;
  CHECK(ReadBothWays(git, IdOf(3), &why) == "loose one two three");
  CHECK(ReadBothWays(git, IdOf(1), &why) == "loose one");
}

TEST_CASE("pack reader: what lies is damaged, with its pack and offset, and the rest is read") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  PackBuilder pack;
  const uint64_t sound = pack.Add(PackBuilder::Id(0), 3, "sound base");
  uint32_t next = 1;
  auto delta = [&](const std::string& bytes) {
    pack.AddOffsetDelta(PackBuilder::Id(next++), sound, bytes);
  };
  delta("\x0a\x04\x90");  // copies nothing but says so late
  delta(
      std::string("\x0a\x02\x00"
                  "ab",
                  5));                                // a reserved instruction
  delta("\x0a\x05\x91\x08\x05");                      // copies beyond the base
  delta("\x0a\x05\x02zz");                            // makes less than it says
  delta("\x0a\x01\x02zz");                            // makes more
  delta("\x0b\x02\x02zz");                            // another base size
  delta("\x0a\x05\x05zz");                            // inserts beyond its end
  delta("\x0a");                                      // no second size
  delta("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f");  // makes eight exabytes of nothing
  pack.AddClaiming(PackBuilder::Id(next++), 3, 3, "longer");
  pack.AddClaiming(PackBuilder::Id(next++), 3, 30, "shorter");
  pack.AddClaiming(PackBuilder::Id(next++), 3, uint64_t{1} << 45, "a great deal longer");
  pack.AddRaw(PackBuilder::Id(next++), "\x35no zlib");
  pack.AddRefDelta(PackBuilder::Id(next), PackBuilder::Id(next), "\x01\x01\x01x");
  ++next;
  pack.AddRefDelta(PackBuilder::Id(next), PackBuilder::Id(next + 1), "\x01\x01\x01x");
  pack.AddRefDelta(PackBuilder::Id(next + 1), PackBuilder::Id(next), "\x01\x01\x01x");
  next += 2;
  pack.AddRefDelta(PackBuilder::Id(next++), PackBuilder::Id(999), "\x01\x01\x01x");
  pack.AddOffsetDelta(PackBuilder::Id(next++), sound + 1, "\x01\x01\x01x");
  pack.AddOffsetDelta(PackBuilder::Id(1000), sound, PackBuilder::Delta(10, 5, "!"));
  Install(git, "x", pack);
  for (uint32_t i = 1; i < next; ++i) {
    CAPTURE(i);
    std::string why;
    CHECK(ReadBothWays(git, IdOf(i), &why) == "");
    CHECK(why.find("pack-x.pack") != std::string::npos);
    CHECK(why.find("offset ") != std::string::npos);
  }
  std::string why;
  CHECK(ReadBothWays(git, IdOf(0), &why) == "sound base");
  CHECK(ReadBothWays(git, IdOf(1000), &why) == "sound!");
}

TEST_CASE("pack reader: chains of 4,095 deltas are read, and longer ones are not") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  PackBuilder pack;
  uint64_t at = pack.Add(PackBuilder::Id(0), 3, "");
  for (uint32_t i = 1; i <= 4097; ++i) {
    at = pack.AddOffsetDelta(PackBuilder::Id(i), at, PackBuilder::Delta(i - 1, i - 1, "x"));
  }
  Install(git, "x", pack);
  std::string why;
  auto repository = Repository::OpenAt(git.directory());
  RawObject object;
  ObjectHeader header;
  CHECK(repository->NewObjectDatabase()->Read(IdOf(4095), &object, &why) == ReadStatus::kOk);
  CHECK(object.bytes().size() == 4095);
  CHECK(repository->NewObjectDatabase()->Read(IdOf(4096), &object, &why) == ReadStatus::kCorrupt);
  CHECK(repository->NewObjectDatabase()->ReadHeader(IdOf(4096), &header, &why) ==
        ReadStatus::kCorrupt);
  for (uint64_t base_bytes : {uint64_t{0}, uint64_t{64} << 20}) {
    Recorder recorder = WalkAll(*repository, {.base_bytes = base_bytes});
    CHECK(recorder.contents.size() == 4096);
  }
  const ObjectInventory inventory = ListObjects(*repository, 1);
  REQUIRE(inventory.gaps.size() == 2);
  CHECK(inventory.gaps[0].reason.find("longer than 4095") != std::string::npos);
}

TEST_CASE("pack reader: a damaged copy does not hide a sound one") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  const ObjectId oid = git.Object("blob", "sound");
  PackBuilder pack;
  pack.AddClaiming(std::string(AsText(oid.raw())), 3, 9, "unsound");
  Install(git, "x", pack);
  auto repository = Repository::OpenAt(git.directory());
  RawObject object;
  CHECK(repository->NewObjectDatabase()->Read(oid, &object, nullptr) == ReadStatus::kOk);
  CHECK(AsText(object.bytes()) == "sound");
  Recorder recorder = WalkAll(*repository, {});
  CHECK(recorder.damaged.size() == 1);
  CHECK(repository->NewObjectDatabase()->CountCopies(oid) == 2);
}

TEST_CASE("forest walk: what is large is told, with all that is made from it") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  PackBuilder pack;
  const uint64_t small = pack.Add(PackBuilder::Id(1), 3, "small");
  const uint64_t large = pack.Add(PackBuilder::Id(2), 3, std::string(5000, 'l'));
  pack.AddOffsetDelta(PackBuilder::Id(3), large, PackBuilder::Delta(5000, 3, ""));
  pack.AddOffsetDelta(PackBuilder::Id(4), small, PackBuilder::Delta(5, 5, std::string(100, 's')));
  Install(git, "x", pack);
  auto repository = Repository::OpenAt(git.directory());
  Recorder recorder = WalkAll(*repository, {.object_bytes = 1000});
  CHECK(recorder.contents.size() == 2);
  CHECK(recorder.large == std::vector<std::string>{IdOf(2).ToHex(), IdOf(3).ToHex()});
  CHECK(WalkAll(*repository, {.object_bytes = 100}).large.size() == 3);
}

TEST_CASE("forest walk: an entry ends with its pack, wherever the index places the next one") {
  // Behind the pack's end the stream goes on, as a file behind a mapped one might.
  const std::string checksum(20, '\x33');
  const std::string stored = std::string("\x78\x01\x01\x30\0\xcf\xff", 7) + std::string(8, 'a') +
                             checksum + std::string(20, 'b') + "\x51\x0d\x0e\xad";
  for (const uint64_t offset : {uint64_t{0xffffffff}, uint64_t{0x7fffffff}}) {
    PackBuilder builder;
    builder.AddRaw(PackBuilder::Id(1), "\xb0\x03" + stored);
    builder.AddRaw(PackBuilder::Id(2), "");
    builder.Misplace(offset);
    const std::string all = builder.Pack();
    const std::string index = builder.Index();
    const size_t cut = all.find(checksum) + checksum.size();
    REQUIRE(cut < all.size() - checksum.size());
    auto pack = std::make_shared<const PackFile>(AsBytes(index), AsBytes(all).first(cut), 20);
    REQUIRE(pack->Open());
    PackStore store(pack, 20);
    ObjectDatabase database(store);
    DeltaForest forest(pack, database, 1);
    forest.LabelAll([](uint32_t entry) { return entry; });
    CHECK(forest.end(0) == cut - checksum.size());
    ForestWalk walk(database, {});
    Recorder recorder;
    walk.Walk(forest, 0, recorder);
    CHECK(recorder.contents.empty());
    CHECK(recorder.damaged.size() == 1);
  }
}

TEST_CASE("pack reader: packs that come after the first question are found") {
  TemporaryFolder folder;
  GitFixture git(folder, "repository");
  PackBuilder first;
  first.Add(PackBuilder::Id(1), 3, "first");
  Install(git, "a", first);
  auto repository = Repository::OpenAt(git.directory());
  auto database = repository->NewObjectDatabase();
  RawObject object;
  CHECK(database->Read(IdOf(2), &object, nullptr) == ReadStatus::kMissing);
  PackBuilder second;
  second.Add(PackBuilder::Id(2), 3, "second");
  Install(git, "b", second);
  REQUIRE(database->Read(IdOf(2), &object, nullptr) == ReadStatus::kOk);
  CHECK(AsText(object.bytes()) == "second");
  CHECK(database->Read(IdOf(1), &object, nullptr) == ReadStatus::kOk);
}

}  // namespace picket
