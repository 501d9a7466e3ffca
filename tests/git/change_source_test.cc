#include "git/change_source.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "git/changes.h"
#include "support/git_fixture.h"

namespace picket {
namespace {

namespace fs = std::filesystem;
using test::GitFixture;
using test::ScopedEnvironment;
using test::TemporaryFolder;

// What is said of each position.
class Recorder : public BlobVisitor {
 public:
  void OnBlob(const Blob& blob, const Derivation* derivation) override {
    std::string text = std::to_string(static_cast<int>(blob.ref.kind)) + blob.ref.oid.ToHex();
    for (std::string_view name : blob.ref.names) text += " " + std::string(name);
    said.emplace(blob.ref.position, text + "\n" + std::string(AsText(blob.bytes)));
    if (derivation != nullptr && !derivation->base.empty()) ++derived;
  }
  void OnGap(Gap gap) override { gaps.insert(gap.object + " " + gap.reason); }
  void OnSkipped(Skipped one) override { skipped.insert(one.what + " " + one.reason); }

  std::multimap<uint64_t, std::string> said;
  std::multiset<std::string> gaps;
  std::multiset<std::string> skipped;
  size_t derived = 0;
};

Recorder VisitAll(const BlobSource& source) {
  Recorder recorder;
  const std::unique_ptr<BlobReader> reader = source.NewReader();
  uint64_t objects = 0;
  for (size_t item = 0; item < source.item_count(); ++item) {
    reader->Visit(item, recorder);
    objects += source.objects_in(item);
  }
  CHECK(objects == source.object_count());
  return recorder;
}

// A bare repository, and a push in its quarantine: `count` files of which many resemble each other,
// a tag and a link, in one pack.
class MadePush {
 public:
  MadePush(int count, const std::vector<std::string>& options = {})
      : server_(folder_, "server.git", {"--bare"}) {
    GitFixture work(folder_, "work");
    for (int i = 0; i < count; ++i) {
      std::string text;
      for (int line = 0; line < 40; ++line)
        text += "line " + std::to_string(line) + " of " + std::to_string(line == 7 ? i : 0) + "\n";
      work.Write("d" + std::to_string(i % 9) + "/f" + std::to_string(i) + ".txt", text);
    }
    work.Write("large.bin", std::string(200'000, 'x'));
    work.Git({"config", "core.symlinks", "true"});
    work.Commit("All");
    work.Git({"tag", "-m", "text", "v1"});
    quarantine_ = server_.directory() + "/objects/tmp_objdir-incoming-x";
    fs::create_directories(quarantine_ + "/pack");
    int status = 0;
    std::vector<std::string> pack = {"pack-objects", "--quiet", "--revs", "--stdout",
                                     "--delta-base-offset"};
    pack.insert(pack.end(), options.begin(), options.end());
    const std::string bytes = work.GitRaw(pack, "main\nv1\n", &status);
    REQUIRE(status == 0);
    GitFixture into(server_.directory());
    into.SetEnvironment("GIT_OBJECT_DIRECTORY", quarantine_);
    into.GitRaw({"index-pack", "--stdin"}, bytes, &status);
    REQUIRE(status == 0);
    updates_ = {{Zero(), work.Id("main"), "refs/heads/main"},
                {Zero(), work.Id("v1"), "refs/tags/v1"}};
    large_ = work.Id("main:large.bin");
  }
  static ObjectId Zero() { return *ObjectId::TryParse(std::string(40, '0')); }

  fs::path pack() const {
    for (const auto& entry : fs::directory_iterator(quarantine_ + "/pack"))
      if (entry.path().extension() == ".pack") return entry.path();
    return {};
  }
  const std::string& quarantine() const { return quarantine_; }
  const GitFixture& server() const { return server_; }
  const RefUpdates& updates() const { return updates_; }
  const ObjectId& large() const { return large_; }

 private:
  TemporaryFolder folder_;
  GitFixture server_;
  std::string quarantine_;
  RefUpdates updates_;
  ObjectId large_;
};

// As in a hook.
struct Opened {
  explicit Opened(const MadePush& push)
      : git_dir("GIT_DIR", push.server().directory().c_str()),
        objects("GIT_OBJECT_DIRECTORY", push.quarantine().c_str()),
        path("GIT_QUARANTINE_PATH", push.quarantine().c_str()),
        repository(Repository::OpenForHook()),
        changes(ListReceived(*repository, push.updates())) {}

  ScopedEnvironment git_dir;
  ScopedEnvironment objects;
  ScopedEnvironment path;
  std::unique_ptr<Repository> repository;
  ChangeList changes;
};

}  // namespace

TEST_CASE(
    "change source: a large push comes by trees of deltas, and says what it says one by one") {
  const MadePush push(600);
  const Opened opened(push);
  REQUIRE(opened.changes.gaps.empty());
  // Every seventh is excluded.
  std::vector<bool> left_out(opened.changes.objects.size());
  for (size_t i = 0; i < left_out.size(); i += 7)
    left_out[i] = opened.changes.objects[i].kind == ObjectKind::kBlob;
  const ChangedObjects objects(opened.changes, left_out);
  // The large one does not fit.
  const ObjectSource single(*opened.repository, objects, {.memory_limit = 100'000});
  const ChangeSource source(opened.changes, objects, single, 2);
  CHECK(source.object_count() == single.item_count());
  CHECK(source.item_count() < single.item_count() - 300);
  const Recorder by_tree = VisitAll(source);
  const Recorder one_by_one = VisitAll(single);
  CHECK(by_tree.derived > 200);
  CHECK(by_tree.said == one_by_one.said);
  CHECK(by_tree.skipped == one_by_one.skipped);
  CHECK(by_tree.skipped.size() > 50);
  CHECK(by_tree.gaps.empty());
  CHECK(one_by_one.gaps.empty());
}

TEST_CASE("change source: a small push, and one without a quarantine, is read one by one") {
  const MadePush small(20);
  {
    const Opened opened(small);
    const ChangedObjects objects(opened.changes);
    const ObjectSource single(*opened.repository, objects);
    CHECK(ChangeSource(opened.changes, objects, single, 1).item_count() == single.item_count());
  }
  const MadePush push(600);
  const Opened opened(push);
  const ChangedObjects objects(opened.changes);
  const ScopedEnvironment none("GIT_QUARANTINE_PATH", nullptr);
  const auto repository = Repository::OpenForHook();
  const ObjectSource single(*repository, objects);
  CHECK(ChangeSource(opened.changes, objects, single, 1).item_count() == single.item_count());
}

TEST_CASE("change source: what is damaged or of another type than is due is a gap") {
  const MadePush push(600);
  Opened opened(push);
  // A list that takes a blob for a tag.
  const auto mistaken =
      std::find_if(opened.changes.objects.begin(), opened.changes.objects.end(),
                   [&](const ChangedObject& object) { return object.oid == push.large(); });
  REQUIRE(mistaken != opened.changes.objects.end());
  mistaken->kind = ObjectKind::kTag;
  const ChangedObjects objects(opened.changes);
  const ObjectSource single(*opened.repository, objects);
  const ChangeSource before(opened.changes, objects, single, 1);
  const Recorder sound = VisitAll(before);
  REQUIRE(sound.gaps.size() == 1);
  CHECK(sound.gaps.begin()->find("it is a blob where a tag is due") != std::string::npos);

  // Bytes of the pack change under its index.
  fs::permissions(push.pack(), fs::perms::owner_all);
  std::fstream file(push.pack(), std::ios::binary | std::ios::in | std::ios::out);
  for (const int quarter : {2, 3}) {
    file.seekp(static_cast<std::streamoff>(fs::file_size(push.pack())) * quarter / 4);
    file << std::string(64, '\xff');
  }
  file.close();
  const auto repository = Repository::OpenForHook();
  const ObjectSource damaged(*repository, objects);
  const ChangeSource source(opened.changes, objects, damaged, 1);
  const Recorder recorder = VisitAll(source);
  const Recorder one_by_one = VisitAll(damaged);
  CHECK(recorder.gaps.size() > 1);
  CHECK(recorder.gaps.size() == one_by_one.gaps.size());
  CHECK(recorder.said == one_by_one.said);
  CHECK(recorder.said.size() + recorder.gaps.size() == objects.size());
}

TEST_CASE("change source: it ends when it is told to") {
  const MadePush push(600);
  const Opened opened(push);
  const ChangedObjects objects(opened.changes);
  std::stop_source stop;
  const ObjectSource single(*opened.repository, objects, {.stop = stop.get_token()});
  const ChangeSource source(opened.changes, objects, single, 1);
  stop.request_stop();
  Recorder recorder;
  source.NewReader()->Visit(0, recorder);
  CHECK(recorder.said.size() <= 1);
}

}  // namespace picket
