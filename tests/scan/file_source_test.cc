#include "scan/file_source.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "picket-files-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { fs::remove_all(path_); }
  fs::path Write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class Collector : public BlobVisitor {
 public:
  void OnBlob(const Blob& blob, const Derivation*) override {
    texts.emplace_back(AsText(blob.bytes));
    left_out.assign(blob.left_out.begin(), blob.left_out.end());
  }
  void OnGap(Gap gap) override { gaps.push_back(std::move(gap)); }
  void OnSkipped(Skipped item) override { skipped.push_back(std::move(item)); }

  std::vector<std::string> texts;
  std::vector<Span> left_out;  // of the last
  std::vector<Gap> gaps;
  std::vector<Skipped> skipped;
};

}  // namespace

TEST_CASE("files: a tree is listed in path order without .git and links") {
  ScratchFolder scratch;
  scratch.Write("b.txt", "b");
  scratch.Write("a/c.txt", "c");
  scratch.Write(".git/config", "x");
  fs::create_symlink("b.txt", scratch.path() / "link");
  FileList list = ListFiles({scratch.path().string()});
  REQUIRE(list.paths.size() == 2);
  CHECK(list.paths[0].ends_with("a/c.txt"));
  CHECK(list.paths[1].ends_with("b.txt"));
  CHECK(list.skipped.size() == 2);
  CHECK(list.gaps.empty());
}

TEST_CASE("files: read below the limit and mapped above it, the same bytes") {
  ScratchFolder scratch;
  std::string text(5000, 'x');
  FileList list = ListFiles({scratch.Write("f", text).string()});
  for (uint64_t limit : {uint64_t{1} << 20, uint64_t{100}}) {
    FileSource source(list, limit);
    Collector collector;
    source.NewReader()->Visit(0, collector);
    REQUIRE(collector.texts.size() == 1);
    CHECK(collector.texts[0] == text);
  }
}

TEST_CASE("files: a file that went away is a gap, a path that never was is an error") {
  ScratchFolder scratch;
  FileList list = ListFiles({scratch.Write("f", "x").string()});
  fs::remove(scratch.path() / "f");
  FileSource source(list, 100);
  Collector collector;
  source.NewReader()->Visit(0, collector);
  CHECK(collector.texts.empty());
  REQUIRE(collector.gaps.size() == 1);
  CHECK_THROWS_AS(ListFiles({(scratch.path() / "none").string()}), Error);
}

TEST_CASE("files: tensors of a mapped file are left out and told, those of a small one are not") {
  ScratchFolder scratch;
  FileList list = ListFiles({scratch.Write("f", std::string(5000, 'x')).string()});
  const TensorFinder finder = [](Bytes file) {
    return std::vector<Span>{{10, 20}, {100, file.size() - 100}};
  };
  for (bool mapped : {true, false}) {
    FileSource source(list, mapped ? 100 : 10'000, finder);
    Collector collector;
    source.NewReader()->Visit(0, collector);
    REQUIRE(collector.texts.size() == 1);
    CHECK(collector.texts[0].size() == 5000);
    CHECK(collector.left_out ==
          (mapped ? std::vector<Span>{{10, 20}, {100, 4900}} : std::vector<Span>{}));
    REQUIRE(collector.skipped.size() == (mapped ? 1 : 0));
    if (mapped) CHECK(collector.skipped[0].bytes == 4920);
  }
}

}  // namespace picket
