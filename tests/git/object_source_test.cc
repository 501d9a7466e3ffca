#include "git/object_source.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stop_token>
#include <string>
#include <vector>

#include "support/git_fixture.h"
#include "support/pack_builder.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::TemporaryFolder;

struct Recorder : BlobVisitor {
  void OnBlob(const Blob& blob, const Derivation* derivation) override {
    CHECK(derivation == nullptr);
    if (blob.arrival != nullptr) {
      REQUIRE(takes_arriving);
      ++arriving;
      std::string seen;
      for (uint64_t at = 0; at < blob.bytes.size();) {
        const uint64_t end = std::min<uint64_t>(at + 10'000, blob.bytes.size());
        if (!blob.arrival->Await(end)) return;
        seen += AsText(blob.bytes.subspan(at, end - at));
        at = end;
      }
      CHECK((seen == AsText(blob.bytes)));
    }
    contents.emplace_back(AsText(blob.bytes));
    kinds.push_back(blob.ref.kind);
    names.emplace_back(blob.ref.names.begin(), blob.ref.names.end());
    positions.push_back(blob.ref.position);
  }
  void OnGap(Gap gap) override { gaps.push_back(std::move(gap)); }
  void OnSkipped(Skipped item) override { skipped.push_back(std::move(item)); }
  bool TakesArriving() const override { return takes_arriving; }

  bool takes_arriving = false;
  size_t arriving = 0;
  std::vector<std::string> contents;
  std::vector<ObjectKind> kinds;
  std::vector<std::vector<std::string>> names;
  std::vector<uint64_t> positions;
  std::vector<Gap> gaps;
  std::vector<Skipped> skipped;
};

ChangedObject Listed(ObjectKind kind, const ObjectId& oid) {
  ChangedObject object;
  object.kind = kind;
  object.oid = oid;
  return object;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// May be written from now on.
std::string LooseFile(const GitFixture& git, const ObjectId& oid) {
  const std::string hex = oid.ToHex();
  const std::string path = git.git_dir() + "/objects/" + hex.substr(0, 2) + "/" + hex.substr(2);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

Recorder VisitAll(const GitFixture& git, const ChangeList& changes,
                  const SourceOptions& options = {}, std::vector<bool> left_out = {},
                  bool takes_arriving = false) {
  auto repository = Repository::OpenAt(git.directory());
  ChangedObjects objects(changes, std::move(left_out));
  ObjectSource source(*repository, objects, options);
  auto reader = source.NewReader();
  Recorder recorder;
  recorder.takes_arriving = takes_arriving;
  for (size_t i = 0; i < source.item_count(); ++i) reader->Visit(i, recorder);
  return recorder;
}

// Text that does not compress away.
std::string Noise(size_t size) {
  std::mt19937 random(3);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

size_t FilesIn(const std::string& directory) {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("object source: every kind is handed out, in order, with its names") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  git.Write("a/f", "content");
  ObjectId commit = git.Commit("the message");
  ChangeList changes;
  changes.commits.push_back({commit, kNone});
  changes.paths = {"a/f", "b"};
  changes.objects = {Listed(ObjectKind::kRefName, {}), Listed(ObjectKind::kCommit, commit),
                     Listed(ObjectKind::kBlob, git.Id("HEAD:a/f")),
                     Listed(ObjectKind::kTree, git.Id("HEAD^{tree}")),
                     Listed(ObjectKind::kBlob, git.Object("blob", ""))};
  changes.refs = {"refs/heads/x"};
  changes.objects[0].ref = 0;
  changes.objects[2].places = {{0, 0}, {0, 1}, {0, 0}};
  Recorder seen = VisitAll(git, changes);
  REQUIRE(seen.contents.size() == 5);
  CHECK(seen.contents[0] == "refs/heads/x");
  CHECK(seen.contents[1].find("\n\nthe message") != std::string::npos);
  CHECK(seen.contents[2] == "content");
  CHECK(seen.names[2] == std::vector<std::string>{"a/f", "b"});
  CHECK(seen.contents[3] == "a\n");
  CHECK(seen.contents[4] == "");
  CHECK(seen.positions == std::vector<uint64_t>{0, 1, 2, 3, 4});
  CHECK(seen.gaps.empty());

  Recorder less = VisitAll(git, changes, {}, {false, false, true});
  CHECK(less.contents.size() == 4);
  REQUIRE(less.skipped.size() == 1);
  CHECK(less.skipped[0].what == "a/f");
}

TEST_CASE("object source: missing, damaged and mistaken objects are gaps with their names") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  ObjectId blob = git.Object("blob", "to be damaged");
  ObjectId tree = git.Object("tree", "");
  ObjectId absent = *ObjectId::TryParse(std::string(40, '4'));
  std::string hex = blob.ToHex();
  std::string path = ".git/objects/" + hex.substr(0, 2) + "/" + hex.substr(2);
  git.Remove(path);
  git.Write(path, "");
  ChangeList changes;
  changes.objects = {Listed(ObjectKind::kBlob, absent), Listed(ObjectKind::kBlob, blob),
                     Listed(ObjectKind::kBlob, tree)};
  Recorder seen = VisitAll(git, changes);
  CHECK(seen.contents.empty());
  REQUIRE(seen.gaps.size() == 3);
  CHECK(seen.gaps[0].object == absent.ToHex());
  CHECK(seen.gaps[0].reason.find("missing") != std::string::npos);
  CHECK(seen.gaps[1].reason.find("damaged") != std::string::npos);
  CHECK(seen.gaps[2].reason == "it is a tree where a blob is due");

  git.Git({"config", "remote.origin.promisor", "true"});
  CHECK(VisitAll(git, changes).gaps.size() == 3);
  SourceOptions options;
  options.may_be_promised = true;
  seen = VisitAll(git, changes, options);
  CHECK(seen.gaps.size() == 2);
  CHECK(seen.skipped.size() == 1);
}

TEST_CASE("object source: large objects come through an unlinked file, loose and packed") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  std::string large = Noise(300'000);
  ObjectId blob = git.Object("blob", large);
  std::string edited = large + "edited";
  git.Write("f", large);
  git.Commit("one");
  git.Write("f", edited);
  git.Commit("two");
  ChangeList changes;
  changes.objects = {Listed(ObjectKind::kBlob, blob), Listed(ObjectKind::kBlob, git.Id("HEAD:f")),
                     Listed(ObjectKind::kTree, git.Id("HEAD^{tree}"))};
  SourceOptions options;
  options.memory_limit = 10;
  for (bool packed : {false, true}) {
    CAPTURE(packed);
    if (packed) git.Git({"repack", "-q", "-a", "-d"});
    size_t files = FilesIn(git.git_dir());
    for (bool takes_arriving : {false, true}) {
      Recorder seen = VisitAll(git, changes, options, {}, takes_arriving);
      REQUIRE(seen.contents.size() == 3);
      CHECK((seen.contents[0] == large));
      CHECK((seen.contents[1] == edited));
      CHECK(seen.contents[2] == "f\n");
      // Of the two that the pack holds one is a delta, which Git has to build.
      CHECK(seen.arriving == (takes_arriving ? packed ? 1u : 2u : 0u));
    }
    CHECK(FilesIn(git.git_dir()) == files);
  }
  options.temporary_bytes = 300'000;
  Recorder seen = VisitAll(git, changes, options);
  CHECK(seen.contents.size() == 2);
  REQUIRE(seen.gaps.size() == 1);
  CHECK(seen.gaps[0].object == git.Id("HEAD:f").ToHex());
  CHECK(seen.gaps[0].reason.find("limits.temp_bytes") != std::string::npos);
}

TEST_CASE("object source: a disk that takes no more is a gap, not the end") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  ChangeList changes;
  changes.objects = {Listed(ObjectKind::kBlob, git.Object("blob", Noise(300'000)))};
  SourceOptions options;
  options.memory_limit = 10;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 100'000;
  setrlimit(RLIMIT_FSIZE, &small);
  Recorder seen = VisitAll(git, changes, options);
  setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE(seen.gaps.size() == 1);
  CHECK(seen.gaps[0].reason.find("make room") != std::string::npos);
}

// Cut short, the bytes behind it wrong, and other sizes than it has.
TEST_CASE("object source: a large object that is damaged is a gap") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  ObjectId blob = git.Object("blob", Noise(300'000));
  const std::string path = LooseFile(git, blob);
  ChangeList changes;
  changes.objects = {Listed(ObjectKind::kBlob, blob)};
  SourceOptions options;
  options.memory_limit = 10;
  const std::string sound = ReadFile(path);
  std::string wrong = sound;
  wrong[wrong.size() / 2] = static_cast<char>(wrong[wrong.size() / 2] ^ 0x55);
  std::string wrong_sum = sound;
  wrong_sum.back() = static_cast<char>(wrong_sum.back() ^ 1);
  for (const std::string& bytes :
       {sound.substr(0, sound.size() / 2), wrong, wrong_sum, sound + "more",
        test::PackBuilder::Compressed(std::string("blob 300001") + '\0' + Noise(300'000)),
        test::PackBuilder::Compressed(std::string("blob 299999") + '\0' + Noise(300'000))}) {
    std::ofstream(path, std::ios::binary) << bytes;
    for (bool takes_arriving : {false, true}) {
      const Recorder seen = VisitAll(git, changes, options, {}, takes_arriving);
      CHECK(seen.contents.empty());
      REQUIRE(seen.gaps.size() == 1);
      CHECK(seen.gaps[0].reason.find("damaged") != std::string::npos);
      CHECK(seen.arriving == (takes_arriving ? 1u : 0u));
    }
  }
}

TEST_CASE("object source: of a large object any sound copy will do") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  const std::string content = Noise(300'000);
  ObjectId blob = git.Object("blob", content);
  const std::string path = LooseFile(git, blob);
  const std::string sound = ReadFile(path);
  git.Write("f", content);
  git.Commit("one");
  git.Git({"repack", "-q", "-a"});  // the loose one stays
  ChangeList changes;
  changes.objects = {Listed(ObjectKind::kBlob, blob)};
  SourceOptions options;
  options.memory_limit = 10;
  std::string pack;
  for (const auto& entry : fs::directory_iterator(git.git_dir() + "/objects/pack"))
    if (entry.path().extension() == ".pack") pack = entry.path();
  REQUIRE_FALSE(pack.empty());
  fs::permissions(pack, fs::perms::owner_all);
  std::string packed = ReadFile(pack);
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
  std::ofstream(pack, std::ios::binary) << packed;
  Recorder seen = VisitAll(git, changes, options, {}, true);
  CHECK(seen.gaps.empty());
  CHECK(seen.arriving == 2);
  REQUIRE(seen.contents.size() == 1);
  CHECK((seen.contents[0] == content));
  std::ofstream(path, std::ios::binary) << sound.substr(0, sound.size() / 2);
  seen = VisitAll(git, changes, options, {}, true);
  CHECK(seen.contents.empty());
  CHECK(seen.gaps.size() == 1);
}

TEST_CASE("object source: where nobody waits any more a large object is given up") {
  TemporaryFolder folder;
  GitFixture git(folder, "r");
  ChangeList changes;
  changes.objects = {Listed(ObjectKind::kBlob, git.Object("blob", Noise(300'000)))};
  std::stop_source stop;
  stop.request_stop();
  SourceOptions options;
  options.memory_limit = 10;
  options.stop = stop.get_token();
  for (bool takes_arriving : {false, true}) {
    const Recorder seen = VisitAll(git, changes, options, {}, takes_arriving);
    CHECK(seen.contents.empty());
    REQUIRE(seen.gaps.size() == 1);
    CHECK(seen.gaps[0].reason == "there was no time to read it");
  }
}

}  // namespace picket
