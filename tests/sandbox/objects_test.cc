// What a process that has shut itself in still reads of a repository, and how a scan goes on after
// a blob that ends it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/door.h"
#include "core/reading.h"
#include "git/git_ancestry.h"
#include "git/object_source.h"
#include "git/repository.h"
#include "git/spooled_object.h"
#include "git/store_ids.h"
#include "scan/file_source.h"
#include "scan/scanner.h"
#include "support/git_fixture.h"
#include "support/shut_in_process.h"

namespace picket {
namespace {

using test::CanForbid;
using test::GitFixture;
using test::RunShutIn;
using test::ShutInEnd;
using test::TemporaryFolder;

Places PlacesOf(const Repository& repository) {
  return {.object_dirs = repository.object_dirs(), .files = {}, .context = ""};
}

std::string ReadText(ObjectDatabase& database, const ObjectId& oid) {
  RawObject object;
  std::string why;
  switch (database.Read(oid, &object, &why)) {
    case ReadStatus::kOk: return std::string(AsText(object.bytes()));
    case ReadStatus::kMissing: return "missing";
    case ReadStatus::kCorrupt: break;
  }
  return "corrupt: " + why;
}

// Blobs with the word CRASH in them end the process; TOKEN is a finding.
class CrashingDetector final : public Detector {
 public:
  std::unique_ptr<Session> NewSession() const override { return std::make_unique<Sweep>(); }

 private:
  class Sweep final : public Session {
    void Scan(const Blob& blob, const Derivation*, FindingSink& sink) override {
      const std::string_view text = AsText(blob.bytes);
      if (text.find("CRASH") != text.npos) raise(SIGSEGV);
      const size_t at = text.find("TOKEN");
      if (at == text.npos) return;
      Finding finding;
      finding.rule = "test.token";
      finding.tier = Tier::kPrecise;
      finding.span = finding.match = {at, 5};
      sink.Add(std::move(finding));
    }
  };
};

std::string Tell(const ScanResult& scan) {
  std::string said;
  for (const ScannedObject& object : scan.objects) {
    said += "found in " + std::to_string(object.position) + "; ";
  }
  for (const Gap& gap : scan.gaps) said += "gap " + gap.object + ": " + gap.reason + "; ";
  return said;
}

class ListedBlobs : public ObjectList {
 public:
  explicit ListedBlobs(std::vector<ObjectId> ids) : ids_(std::move(ids)) {}
  size_t size() const override { return ids_.size(); }
  ListedObject At(size_t position) const override {
    return {ObjectKind::kBlob, ids_[position], {}, {}, {}};
  }

 private:
  std::vector<ObjectId> ids_;
};

}  // namespace

TEST_CASE("objects are read loose, packed, from alternates, and while everything is repacked") {
  const TemporaryFolder folder;
  GitFixture other(folder, "other");
  const ObjectId in_alternate = other.Object("blob", "in the alternate\n");
  GitFixture git(folder, "repo");
  std::ofstream(git.git_dir() + "/objects/info/alternates") << other.git_dir() << "/objects\n";
  git.Write("packed", "packed\n");
  git.Write("later", "later\n");
  git.Commit("one");
  git.Git({"repack", "-adq"});
  git.Write("loose", "loose\n");
  git.Commit("two");
  const ObjectId packed = git.Id("HEAD:packed");
  const ObjectId later = git.Id("HEAD:later");
  const ObjectId loose = git.Id("HEAD:loose");
  const ObjectId absent = *ObjectId::TryParse(std::string(40, '1'));

  int asks[2];
  int answers[2];
  REQUIRE(pipe2(asks, O_CLOEXEC) == 0);
  REQUIRE(pipe2(answers, O_CLOEXEC) == 0);
  std::unique_ptr<Repository> repository;
  const std::unique_ptr<Repository> known = Repository::OpenAt(git.directory());
  const ShutInEnd end = RunShutIn(
      {.places = PlacesOf(*known),
       .before = [&] { repository = Repository::OpenAt(git.directory()); },
       .work =
           [&] {
             const std::unique_ptr<ObjectDatabase> database = repository->NewObjectDatabase();
             std::string said = ReadText(*database, packed) + ReadText(*database, loose) +
                                ReadText(*database, in_alternate) + ReadText(*database, absent);
             said += std::to_string(database->CountCopies(loose));
             char byte = 'g';
             if (write(asks[1], &byte, 1) != 1 || read(answers[0], &byte, 1) != 1) return said;
             // Everything that was loose is in a new pack, and the old one is gone.
             const std::unique_ptr<ObjectDatabase> again = repository->NewObjectDatabase();
             said += ReadText(*database, later) + ReadText(*again, loose) +
                     ReadText(*again, later) + std::to_string(StoreIds(*repository).packs().size());
             return said;
           },
       .meanwhile =
           [&](pid_t) {
             char byte = 0;
             CHECK(read(asks[0], &byte, 1) == 1);
             git.Git({"repack", "-adq"});
             git.Git({"prune-packed"});
             CHECK(write(answers[1], &byte, 1) == 1);
           }});
  CHECK(end.said == "packed\nloose\nin the alternate\nmissing1later\nloose\nlater\n1");
  CHECK(end.status == 0);
  for (int fd : {asks[0], asks[1], answers[0], answers[1]}) close(fd);
}

TEST_CASE("loose objects that are expected come many at once, and are the same objects") {
  const TemporaryFolder folder;
  GitFixture other(folder, "other");
  GitFixture git(folder, "repo");
  std::ofstream(git.git_dir() + "/objects/info/alternates") << other.git_dir() << "/objects\n";
  const auto file_of = [](const GitFixture& where, const ObjectId& oid) {
    const std::string hex = oid.ToHex();
    return where.git_dir() + "/objects/" + hex.substr(0, 2) + "/" + hex.substr(2);
  };
  const auto damage = [&file_of](const GitFixture& where, const ObjectId& oid) {
    std::filesystem::permissions(file_of(where, oid), std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
    std::ofstream(file_of(where, oid)) << "damaged";
  };
  std::vector<ObjectId> ids;
  std::vector<std::string> contents;
  const auto add = [&](const ObjectId& oid, const std::string& content) {
    ids.push_back(oid);
    contents.push_back(content);
  };
  git.Write("packed", "packed;");
  git.Commit("one");
  git.Git({"repack", "-adq"});
  git.Git({"prune-packed"});
  std::string large;
  for (int i = 0; i < 30'000; ++i) large += std::to_string(i * 7919 % 100'003);
  for (int i = 0; i < 100; ++i) {
    const std::string text = std::to_string(i) + ";";
    add((i % 3 == 0 ? other : git).Object("blob", text), text);
    if (i % 40 == 7) add(git.Id("HEAD:packed"), "packed;");
    if (i % 40 == 8) add(*ObjectId::TryParse(std::string(40, '1')), "missing");
    if (i % 40 == 9) add(git.Object("blob", large), large);
    if (i % 40 == 9) add(git.Object("blob", ""), "");
  }
  const ObjectId twin = git.Object("blob", "twin;");
  add(other.Object("blob", "twin;"), "twin;");
  damage(git, twin);
  add(git.Object("blob", "lost;"), "corrupt: its file is no loose object");
  damage(git, ids.back());

  const std::unique_ptr<Repository> known = Repository::OpenAt(git.directory());
  std::unique_ptr<Repository> repository;
  const ShutInEnd end = RunShutIn(
      {.places = PlacesOf(*known),
       .before = [&] { repository = Repository::OpenAt(git.directory()); },
       .work =
           [&] {
             std::string said;
             const auto read_all = [&](ObjectDatabase* database) {
               for (size_t i = 0; i < ids.size(); ++i) {
                 if (ReadText(*database, ids[i]) != contents[i])
                   said += "another object " + std::to_string(i) + "; ";
               }
             };
             for (const auto part : {LooseAhead::Part::kWhole, LooseAhead::Part::kHeader}) {
               const std::unique_ptr<ObjectDatabase> database = repository->NewObjectDatabase();
               database->Expect(ids, part);
               read_all(database.get());
               read_all(database.get());  // and out of the order
             }
             const std::unique_ptr<ObjectDatabase> headers = repository->NewObjectDatabase();
             headers->Expect(ids, LooseAhead::Part::kHeader);
             const std::unique_ptr<ObjectDatabase> single = repository->NewObjectDatabase();
             for (const ObjectId& oid : ids) {
               ObjectHeader one;
               ObjectHeader two;
               if (headers->ReadHeader(oid, &one, nullptr) !=
                       single->ReadHeader(oid, &two, nullptr) ||
                   one.size != two.size) {
                 said += "another header of " + oid.ToHex() + "; ";
               }
             }
             return said + "read";
           }});
  CHECK(end.said == "read");
  CHECK(end.status == 0);
}

TEST_CASE("an object that is too large for memory is written outside and mapped inside") {
  const TemporaryFolder folder;
  GitFixture git(folder, "repo");
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i * 7) + "\n";
  const ObjectId large = git.Object("blob", content);
  const std::unique_ptr<Repository> repository = Repository::OpenAt(git.directory());
  const SpoolPlace place{repository->git_dir(), repository->temporary_dir(), uint64_t{1} << 20};
  const DoErrand do_errand = [&place](Errand errand, std::string_view, std::string_view question) {
    if (errand == Errand::kSpoolRoom) return SpoolRoomOutside(place, question);
    Answer answer = SpoolOutside(place, question);
    // With /proc, as tests have it.
    if (answer.fd >= 0 && (fcntl(answer.fd, F_GETFL) & O_ACCMODE) != O_RDONLY) {
      close(answer.fd);
      return Answer{0, -1, "it may be written"};
    }
    return answer;
  };
  const ShutInEnd end = RunShutIn(
      {.places = PlacesOf(*repository), .do_errand = do_errand, .work = [&] {
         std::atomic<uint64_t> in_use{0};
         std::string why;
         std::string said;
         {
           SpooledObject spooled(in_use, uint64_t{1} << 30);
           const bool good =
               spooled.Load(*repository, large, {ObjectType::kBlob, content.size()}, &why);
           said += good && AsText(spooled.bytes()) == content ? "whole, " : "wrong " + why;
         }
         // What the process inflates by itself.
         for (const uint64_t size : {uint64_t{content.size()}, uint64_t{2} << 20}) {
           SpooledObject room(in_use, uint64_t{1} << 30);
           why.clear();
           const bool good = room.Reserve(*repository, size, &why) &&
                             room.Write(10, AsBytes(content).subspan(10), &why) &&
                             room.Write(0, AsBytes(content).first(10), &why);
           said += good && AsText(room.bytes()) == content ? "written, "
                   : why.empty()                           ? "no word, "
                                                           : "refused, ";
         }
         // Past what the keeper lets one file have, and of a size that it has not.
         for (const uint64_t size : {uint64_t{2} << 20, uint64_t{content.size() - 1}}) {
           SpooledObject spooled(in_use, uint64_t{1} << 30);
           why.clear();
           said += spooled.Load(*repository, large, {ObjectType::kBlob, size}, &why) ? "loaded, "
                   : why.empty()                                                     ? "no word, "
                                                                                     : "refused, ";
         }
         return said + std::to_string(in_use);
       }});
  CHECK(end.said == "whole, written, refused, refused, refused, 0");
}

TEST_CASE("questions about temporary files that make no sense are answered with a clause") {
  const TemporaryFolder folder;
  const SpoolPlace place{folder.path(), folder.path(), 1000};
  for (const std::string& question :
       {std::string(), std::string(1, '\2'), std::string(40, '\xff'), std::string(28, '\0'),
        std::string("\2") + std::string(8, '\0') + std::string(21, 'x')}) {
    for (const Answer& answer :
         {SpoolOutside(place, question), SpoolRoomOutside(place, question)}) {
      CHECK(answer.fd == -1);
      CHECK_FALSE(answer.text.empty());
    }
  }
  const std::string too_much("\xe9\3\0\0\0\0\0\0", 8);  // 1001
  CHECK(SpoolRoomOutside(place, too_much).fd == -1);
}

TEST_CASE("a scan of objects goes on without the blob that ended it, and tells it as a gap") {
  if (!CanForbid()) return;
  const TemporaryFolder folder;
  GitFixture git(folder, "repo");
  const std::vector<ObjectId> ids = {
      git.Object("blob", "TOKEN one"), git.Object("blob", "CRASH"), git.Object("blob", "nothing"),
      git.Object("blob", "CRASH again"), git.Object("blob", "TOKEN two")};
  const std::unique_ptr<Repository> known = Repository::OpenAt(git.directory());
  for (const unsigned threads : {1u, 4u}) {
    CAPTURE(threads);
    const ShutInEnd end = RunShutIn({.places = PlacesOf(*known), .goes_on = true, .work = [&] {
                                       const std::unique_ptr<Repository> repository =
                                           Repository::OpenAt(git.directory());
                                       return std::string("not reached");
                                     }});
    CHECK(end.said.starts_with("Error"));  // nothing is opened after the door is shut

    std::unique_ptr<Repository> repository;
    const ShutInEnd scanned =
        RunShutIn({.places = PlacesOf(*known),
                   .goes_on = true,
                   .before = [&] { repository = Repository::OpenAt(git.directory()); },
                   .work =
                       [&] {
                         const ListedBlobs blobs(ids);
                         const ObjectSource source(*repository, blobs);
                         const CrashingDetector detector;
                         const Detector* const detectors[] = {&detector};
                         ScanOptions options;
                         options.threads = threads;
                         return Tell(ScanAll(source, detectors, options));
                       }});
    CHECK(scanned.status == 0);
    std::vector<std::string> gaps = {"gap " + ids[1].ToHex() + ": " + kAvoidedReason + "; ",
                                     "gap " + ids[3].ToHex() + ": " + kAvoidedReason + "; "};
    std::sort(gaps.begin(), gaps.end());
    CHECK(scanned.said == "found in 0; found in 4; " + gaps[0] + gaps[1]);
    CHECK(scanned.crashes == "11 " + ids[1].ToHex() + "\n11 " + ids[3].ToHex() + "\n");
  }
}

TEST_CASE(
    "listed files come in any order, twice, by several threads, and one by one where missing") {
  const TemporaryFolder folder;
  Places places;
  for (int i = 100; i < 200; ++i) {
    places.files.push_back(folder.path() + "/" + std::to_string(i));
    if (i != 137) std::ofstream(places.files.back()) << i;
  }
  const std::vector<std::string> files = places.files;
  const test::ShutInEnd end =
      test::RunShutIn({.places = places, .work = [&files] {
                         const auto read_one = [&files](size_t number) {
                           char text[4] = "";
                           const int fd = TheDoor().OpenToRead(files[number]);
                           if (fd < 0) return std::string(std::strerror(errno));
                           const ssize_t count = pread(fd, text, 3, 0);
                           close(fd);
                           return count == 3 ? std::string(text) : "short";
                         };
                         std::string wrong;
                         const auto check = [&](size_t number) {
                           const std::string wanted =
                               number == 37 ? std::strerror(ENOENT) : std::to_string(100 + number);
                           return read_one(number) == wanted;
                         };
                         for (size_t i = 0; i < files.size(); ++i)
                           wrong += check(i) ? "" : " forward " + std::to_string(i);
                         for (size_t i = files.size(); i-- > 0;)
                           wrong += check(i) ? "" : " back " + std::to_string(i);
                         for (size_t i = 0; i < 50; ++i)
                           wrong += check(i * 37 % 100) && check(i * 37 % 100) ? "" : " leaps";
                         std::atomic<size_t> next = 0;
                         std::atomic<bool> right = true;
                         std::vector<std::thread> threads;
                         for (int i = 0; i < 4; ++i) {
                           threads.emplace_back([&] {
                             for (size_t at = next++; at < files.size(); at = next++) {
                               if (!check(at)) right = false;
                             }
                           });
                         }
                         for (std::thread& thread : threads) thread.join();
                         return wrong + (right ? "" : " threads");
                       }});
  CHECK(end.status == 0);
  CHECK(end.said.empty());
}

TEST_CASE("a scan of files goes on without the file that ended it") {
  if (!CanForbid()) return;
  const TemporaryFolder folder;
  const std::string names[] = {"a", "b", "c"};
  for (const std::string& name : names)
    std::ofstream(folder.path() + "/" + name) << (name == "b" ? "CRASH" : "TOKEN");
  const FileList list = ListFiles({folder.path()});
  const ShutInEnd end =
      RunShutIn({.places = {.object_dirs = {}, .files = list.paths, .context = ""},
                 .goes_on = true,
                 .work = [&] {
                   const FileSource source(list, 1000);
                   const CrashingDetector detector;
                   const Detector* const detectors[] = {&detector};
                   return Tell(ScanAll(source, detectors, {}));
                 }});
  CHECK(end.said ==
        "found in 0; found in 2; gap " + folder.path() + "/b: " + kAvoidedReason + "; ");
  CHECK(end.crashes == "11 1\n");
}

}  // namespace picket
