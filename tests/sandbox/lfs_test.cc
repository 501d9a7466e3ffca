// Objects of Git LFS where no file can be opened: asked for by id, found by the keeper.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/lfs_setup.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "git/lfs_memory.h"
#include "git/lfs_store.h"
#include "support/git_fixture.h"
#include "support/shut_in_process.h"

namespace picket {
namespace {

using test::RunShutIn;
using test::ShutInEnd;
using test::TemporaryFolder;

ObjectId Id(char digit) { return *ObjectId::TryParse(std::string(64, digit)); }

std::string PathOf(const std::string& store, const ObjectId& oid) {
  const std::string hex = oid.ToHex();
  const std::string folder = store + "/" + hex.substr(0, 2) + "/" + hex.substr(2, 2);
  std::filesystem::create_directories(folder);
  return folder + "/" + hex;
}

std::string Tell(const LfsFound& found) {
  std::string said = found.why;
  if (found.file.ok()) {
    std::array<char, 64> buffer{};
    const ssize_t count = read(found.file.get(), buffer.data(), buffer.size());
    said += std::string(buffer.data(), count > 0 ? static_cast<size_t>(count) : 0);
    said += " of " + std::to_string(found.status.st_size);
    said += found.verify == LfsVerify::kSize ? " by size" : " by hash";
  }
  return said + "; ";
}

struct stat OldStatus() {
  struct stat status {};
  status.st_ino = 7;
  status.st_size = 5;
  status.st_ctim.tv_sec = 1;
  return status;
}

}  // namespace

TEST_CASE("an object of Git LFS is found by its id, behind a door that is shut") {
  const TemporaryFolder folder;
  const std::string store = folder.path() + "/store";
  std::ofstream(PathOf(store, Id('1'))) << "first";
  std::ofstream(folder.path() + "/elsewhere") << "outside";
  std::filesystem::create_symlink(folder.path() + "/elsewhere", PathOf(store, Id('2')));
  std::filesystem::create_directory(PathOf(store, Id('3')));
  std::filesystem::create_directory(folder.path() + "/memory");
  chmod((folder.path() + "/memory").c_str(), 0700);

  LfsSetup setup;
  setup.places = {{folder.path() + "/absent", LfsLayout::kGitLfs}};
  setup.required = {{store, LfsLayout::kGitLfs}};
  setup.memory = folder.path() + "/memory";
  LfsKeeper keeper;
  const DoErrand do_errand = [&keeper](Errand errand, std::string_view context,
                                       std::string_view question) {
    return keeper.Do(errand, context, question);
  };
  const Places places{.object_dirs = {}, .files = {}, .context = WriteLfsSetup(setup)};
  const ShutInEnd end = RunShutIn({.places = places, .do_errand = do_errand, .work = [] {
                                     const LfsStores stores(std::vector<LfsPlace>{});
                                     std::string said = stores.empty() ? "none; " : "some; ";
                                     for (const char digit : {'1', '2', '3', '4'})
                                       said += Tell(stores.Find(Id(digit)));
                                     LfsMemory memory("");
                                     memory.Add(OldStatus(), Id('1'));
                                     return said + memory.Save();
                                   }});
  CHECK(end.status == 0);
  CHECK(end.said ==
        "some; first of 5 by hash; something that is neither folder nor file, such as a symbolic "
        "link, stands where its object is due in the Git LFS store; its object in the Git LFS "
        "store is no regular file; ; ");

  // What was remembered is there for the next one, inside and outside.
  CHECK(LfsMemory(setup.memory).Knows(OldStatus(), Id('1')));
  const ShutInEnd again =
      RunShutIn({.places = places, .do_errand = do_errand, .work = [] {
                   const LfsMemory memory("");
                   return std::string(memory.Knows(OldStatus(), Id('1')) ? "known" : "new");
                 }});
  CHECK(again.said == "known");
}

TEST_CASE("a store that the policy names and that is not there is told where it is first asked") {
  LfsSetup setup;
  setup.required = {{"/nowhere/at/all", LfsLayout::kSplit}};
  LfsKeeper keeper;
  const ShutInEnd end = RunShutIn(
      {.places = {.object_dirs = {}, .files = {}, .context = WriteLfsSetup(setup)},
       .do_errand = [&keeper](
                        Errand errand, std::string_view context,
                        std::string_view question) { return keeper.Do(errand, context, question); },
       .work =
           [] {
             return std::string(LfsStores(std::vector<LfsPlace>{}).empty() ? "none" : "some");
           }});
  CHECK(end.status == 3);
  CHECK(end.said.find("/nowhere/at/all") != std::string::npos);
}

TEST_CASE("the keeper answers for no object that has no id, and keeps no list that is none") {
  const TemporaryFolder folder;
  LfsSetup setup;
  setup.memory = folder.path();
  const std::string context = WriteLfsSetup(setup);
  LfsKeeper keeper;
  const std::string id(AsText(Id('1').raw()));
  // Before the stores are opened.
  CHECK_THROWS_AS(keeper.Do(Errand::kLfsFind, context, id), Error);
  CHECK(keeper.Do(Errand::kLfsOpen, context, "").text.empty());
  CHECK(keeper.Do(Errand::kLfsFind, context, id).fd == -1);
  for (const std::string& question :
       {std::string(), id.substr(1), id + "x", std::string("../../../../../../../../etc/passwd"),
        std::string(20, '\1')}) {
    CAPTURE(question);
    CHECK_THROWS_AS(keeper.Do(Errand::kLfsFind, context, question), Error);
  }
  for (const std::string& text : {std::string(), std::string("x"), WriteLfsMemory({}) + "x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(keeper.Do(Errand::kLfsMemorySave, context, text), Error);
  }
  CHECK(keeper.Do(Errand::kLfsMemoryLoad, context, "").text.empty());
  CHECK_THROWS_AS(keeper.Do(Errand::kSpool, context, ""), Error);
  setup.trouble = "It can't be read.";
  CHECK_THROWS_AS(keeper.Do(Errand::kLfsOpen, WriteLfsSetup(setup), ""), Error);
}

TEST_CASE("where objects of Git LFS are is written and read back, whatever the paths hold") {
  LfsSetup setup;
  setup.places = {{"/a:b\n3:c", LfsLayout::kGitLfs}, {"/", LfsLayout::kAuto}};
  setup.required = {{"/soft", LfsLayout::kSoftServe}, {"/split", LfsLayout::kSplit}};
  setup.memory = "/memory: 1";
  setup.uses_cache = true;
  setup.trouble = "It can't be read.";
  const std::string text = WriteLfsSetup(setup);
  CHECK(text.find('\0') == std::string::npos);
  const LfsSetup read = ReadLfsSetup(text);
  CHECK(read.memory == setup.memory);
  CHECK(read.uses_cache);
  CHECK(read.trouble == setup.trouble);
  CHECK(WriteLfsSetup(read) == text);
  REQUIRE(read.places.size() == 2);
  CHECK(read.places[0].path == "/a:b\n3:c");
  CHECK(read.places[1].layout == LfsLayout::kAuto);
  REQUIRE(read.required.size() == 2);
  CHECK(read.required[0].layout == LfsLayout::kSoftServe);
  for (size_t length = 0; length < text.size(); ++length)
    CHECK(ReadLfsSetup(text.substr(0, length)).required.size() <= 2);
  CHECK(ReadLfsSetup("99999999999999999999999999:x").places.empty());
}

}  // namespace picket
