#include "git/lfs_store.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "git/lfs_memory.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "picket-lfs-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string Path(const std::string& name) const { return (path_ / name).string(); }
  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  fs::path path_;
};

const std::string kHex = "0123" + std::string(60, 'a');
const ObjectId kOid = *ObjectId::TryParse(kHex);
const std::string kWhole = "01/23/" + kHex;
const std::string kRest = "01/23/" + kHex.substr(4);

std::string TextOf(const LfsFound& found) {
  char buffer[64];
  ssize_t count = pread(found.file.get(), buffer, sizeof buffer, 0);
  return std::string(buffer, count < 0 ? 0 : static_cast<size_t>(count));
}

}  // namespace

TEST_CASE("lfs_store: an object is found in the layout of each server, by name or by itself") {
  struct Case {
    std::string file;
    LfsLayout layout;
    LfsVerify verify;
  };
  const std::vector<Case> cases = {
      {kWhole, LfsLayout::kGitLfs, LfsVerify::kSha256},
      {"objects/" + kWhole, LfsLayout::kGitLfs, LfsVerify::kSha256},
      {"lfs/objects/" + kWhole, LfsLayout::kGitLfs, LfsVerify::kSha256},
      {kRest, LfsLayout::kSplit, LfsVerify::kSize},
      {"12/objects/" + kWhole, LfsLayout::kSoftServe, LfsVerify::kSize},
  };
  for (const Case& one : cases) {
    CAPTURE(one.file);
    Scratch scratch;
    scratch.Write(one.file, "content");
    for (LfsLayout layout : {one.layout, LfsLayout::kAuto}) {
      const LfsStores stores({{scratch.Path(""), layout}});
      LfsFound found = stores.Find(kOid);
      REQUIRE(found.file.ok());
      CHECK(TextOf(found) == "content");
      CHECK(found.status.st_size == 7);
      CHECK(found.verify == one.verify);
      CHECK_FALSE(stores.Find(*ObjectId::TryParse(std::string(64, 'b'))).file.ok());
    }
    for (LfsLayout other : {LfsLayout::kGitLfs, LfsLayout::kSplit, LfsLayout::kSoftServe}) {
      if (other == one.layout) continue;
      CHECK_FALSE(LfsStores({{scratch.Path(""), other}}).Find(kOid).file.ok());
    }
    CHECK(IsLfsObjectPath(scratch.Path(one.file)));
  }
}

TEST_CASE("lfs_store: a store that is not there is none, and what is in the way is no object") {
  Scratch scratch;
  CHECK(LfsStores({{scratch.Path("absent"), LfsLayout::kAuto}}).empty());
  scratch.Write("outside", "content");
  scratch.Write("folder/" + kHex, "content");
  fs::create_directories(scratch.Path("file/01/23/") + kHex);
  fs::create_directories(scratch.Path("link/01/23"));
  fs::create_symlink(scratch.Path("outside"), scratch.Path("link/") + kWhole);
  fs::create_directories(scratch.Path("pair/01"));
  fs::create_symlink(scratch.Path("folder"), scratch.Path("pair/01/23"));
  fs::create_directories(scratch.Path("first"));
  fs::create_directories(scratch.Path("far/23"));
  fs::create_symlink(scratch.Path("far"), scratch.Path("first/01"));
  for (const char* name : {"file", "link", "pair", "first"}) {
    CAPTURE(name);
    const LfsFound found = LfsStores({{scratch.Path(name), LfsLayout::kGitLfs}}).Find(kOid);
    CHECK_FALSE(found.file.ok());
    CHECK_FALSE(found.why.empty());
  }
  // A sound store behind a broken one still counts.
  scratch.Write("good/" + kWhole, "content");
  CHECK(LfsStores({{scratch.Path("link"), LfsLayout::kGitLfs},
                   {scratch.Path("good"), LfsLayout::kGitLfs}})
            .Find(kOid)
            .file.ok());
}

TEST_CASE("lfs_store: a store that a policy names has to be there") {
  Scratch scratch;
  for (LfsLayout layout : {LfsLayout::kAuto, LfsLayout::kSplit, LfsLayout::kSoftServe}) {
    CHECK_THROWS_AS(LfsStores({}, {{scratch.Path("absent"), layout}}), Error);
    CHECK_NOTHROW(LfsStores({}, {{scratch.Path(""), layout}}));
  }
  scratch.Write("file", "text");
  CHECK_THROWS_AS(LfsStores({}, {{scratch.Path("file"), LfsLayout::kAuto}}), Error);
}

TEST_CASE("lfs_store: two copies that differ are held against their id") {
  Scratch scratch;
  scratch.Write("a/" + kRest, "content");
  scratch.Write("b/" + kRest, "CONTENT");
  const LfsPlace a{scratch.Path("a"), LfsLayout::kSplit};
  const LfsPlace b{scratch.Path("b"), LfsLayout::kSplit};
  CHECK(LfsStores({a}).Find(kOid).verify == LfsVerify::kSize);
  CHECK(LfsStores({a, a}).Find(kOid).verify == LfsVerify::kSize);
  CHECK(LfsStores({a, b}).Find(kOid).verify == LfsVerify::kSha256);
}

TEST_CASE("lfs_store: names of objects are told from others") {
  for (const std::string& path : {"/lfs/objects/" + kWhole, kWhole, "x/" + kRest})
    CHECK(IsLfsObjectPath(path));
  for (const std::string& path :
       {"x" + kWhole, "02/23/" + kHex, kWhole + "0", "01/23/" + std::string(60, 'A'), kHex,
        std::string("01/23"), std::string(), "01-23/" + kHex})
    CHECK_FALSE(IsLfsObjectPath(path));
}

TEST_CASE("lfs_memory: what was verified is known until the file changes") {
  Scratch scratch;
  scratch.Write("object", "content");
  struct stat status {};
  REQUIRE(stat(scratch.Path("object").c_str(), &status) == 0);
  status.st_ctim.tv_sec -= 10;
  {
    LfsMemory memory(scratch.Path(""));
    CHECK_FALSE(memory.Knows(status, kOid));
    memory.Add(status, kOid);
    CHECK(memory.Knows(status, kOid));
    CHECK(memory.Save().empty());
  }
  LfsMemory memory(scratch.Path(""));
  CHECK(memory.Knows(status, kOid));
  CHECK_FALSE(memory.Knows(status, *ObjectId::TryParse(std::string(64, 'b'))));
  for (int part = 0; part < 5; ++part) {
    CAPTURE(part);
    struct stat other = status;
    if (part == 0) ++other.st_dev;
    if (part == 1) ++other.st_ino;
    if (part == 2) ++other.st_size;
    if (part == 3) ++other.st_ctim.tv_sec;
    if (part == 4) ++other.st_ctim.tv_nsec;
    CHECK_FALSE(memory.Knows(other, kOid));
  }
}

TEST_CASE("lfs_memory: a file that changed just now is not remembered") {
  Scratch scratch;
  scratch.Write("object", "content");
  struct stat status {};
  REQUIRE(stat(scratch.Path("object").c_str(), &status) == 0);
  LfsMemory memory(scratch.Path(""));
  memory.Add(status, kOid);
  CHECK_FALSE(memory.Knows(status, kOid));
  CHECK(memory.Save().empty());
  CHECK_FALSE(fs::exists(scratch.Path("lfs-verified")));
}

TEST_CASE("lfs_memory: what others may write, or is broken, is not believed") {
  Scratch scratch;
  struct stat status {};
  status.st_ino = 7;
  {
    LfsMemory memory(scratch.Path(""));
    memory.Add(status, kOid);
    REQUIRE(memory.Save().empty());
  }
  fs::permissions(scratch.Path("lfs-verified"), fs::perms::others_write, fs::perm_options::add);
  CHECK_FALSE(LfsMemory(scratch.Path("")).Knows(status, kOid));
  fs::permissions(scratch.Path("lfs-verified"), fs::perms::others_write, fs::perm_options::remove);
  CHECK(LfsMemory(scratch.Path("")).Knows(status, kOid));
  fs::resize_file(scratch.Path("lfs-verified"), fs::file_size(scratch.Path("lfs-verified")) - 1);
  LfsMemory broken(scratch.Path(""));
  CHECK_FALSE(broken.Knows(status, kOid));
  // It is replaced, not added to.
  broken.Add(status, kOid);
  CHECK(broken.Save().empty());
  CHECK(LfsMemory(scratch.Path("")).Knows(status, kOid));
  LfsMemory nowhere(scratch.Path("absent"));
  nowhere.Add(status, kOid);
  CHECK(nowhere.Save().find("not remembered") != std::string::npos);
}

TEST_CASE("lfs_memory: the file is bounded, and the oldest go first") {
  std::vector<LfsVerifiedFile> files(20'000);
  for (size_t i = 0; i < files.size(); ++i) files[i] = {{0, i, 0, 0, 0}, kOid};
  const auto read = TryParseLfsMemory(WriteLfsMemory(files));
  REQUIRE(read);
  CHECK(read->size() == 16'384);
  CHECK(read->back() == files.back());
  CHECK(read->front().key[1] == 20'000 - 16'384);
}

}  // namespace picket
