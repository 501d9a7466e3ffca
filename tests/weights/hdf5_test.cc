// HDF5: links, storage and virtual datasets that lead into other files.
#include <doctest/doctest.h>

#include "weights/format.h"
#include "weights/weight_test.h"

namespace picket {
namespace {

const std::string kEnd(1, '\0');

// A superblock of version 0 or 2, padded.
std::string Superblock(int version, int width) {
  std::string block = "\x89HDF\r\n\x1a\n" + LittleEndian(static_cast<uint64_t>(version), 1);
  if (version < 2) block += std::string(4, '\0');
  block +=
      LittleEndian(static_cast<uint64_t>(width), 1) + LittleEndian(static_cast<uint64_t>(width), 1);
  block.resize(96, '\0');
  return block;
}

std::string Link(const std::string& path, uint8_t flags = 0x18) {
  std::string message = std::string("\x01", 1) + static_cast<char>(flags) + "@";
  if ((flags & 4) != 0) message += std::string(8, '\7');
  if ((flags & 16) != 0) message += '\1';
  message += LittleEndian(1, 1 << (flags & 3)) + "x";
  const std::string value = kEnd + path + kEnd + "/d" + kEnd;
  return message + LittleEndian(value.size(), 2) + value;
}

// A dataset's message, its local heap behind it. `at` is where it will stand, from the superblock.
std::string ExternalFile(const std::string& path, uint64_t at, int width, uint64_t name = 8) {
  std::string out = LittleEndian(7, 2) + LittleEndian(64, 2) + std::string(4, '\0');
  out += LittleEndian(1, 4) + LittleEndian(1, 2) + LittleEndian(1, 2);
  const uint64_t slot = 3 * static_cast<uint64_t>(width);
  const uint64_t heap = at + out.size() + static_cast<uint64_t>(width) + slot;
  out += LittleEndian(heap, width) + LittleEndian(name, width) + LittleEndian(0, width) +
         LittleEndian(100, width);
  out += "HEAP" + LittleEndian(0, 4) + LittleEndian(64, width) + LittleEndian(0, width);
  out += LittleEndian(at + out.size() + static_cast<uint64_t>(width), width);
  return out + std::string(8, '\0') + path + kEnd;
}

std::string Virtual(const std::string& path, uint64_t at, int width,
                    const std::string& selection = {}, char version = 0) {
  std::string out = std::string("\x04\x03", 2);
  out +=
      LittleEndian(at + out.size() + static_cast<uint64_t>(width) + 4, width) + LittleEndian(1, 4);
  const std::string all = LittleEndian(3, 4) + LittleEndian(1, 4) + std::string(8, '\0');
  const std::string blocks = LittleEndian(2, 4) + LittleEndian(1, 4) + LittleEndian(0, 4) +
                             LittleEndian(12, 4) + std::string(12, '\1');
  std::string list = std::string(1, version) + LittleEndian(2, width);
  list += "." + kEnd + "/a" + kEnd + all + (selection.empty() ? blocks : selection);
  list += path + kEnd + "/b" + kEnd + blocks + all;
  std::string object = LittleEndian(1, 2) + LittleEndian(1, 2) + std::string(4, '\0') +
                       LittleEndian(list.size(), width) + list;
  return out + "GCOL" + LittleEndian(1, 4) + LittleEndian(4096, width) + object +
         std::string(64, '\0');
}

}  // namespace

TEST_CASE("hdf5: what is read from other files is told, and refused outside the folder") {
  struct Case {
    const char* path;
    WeightConcern concern;
  };
  const Case cases[] = {{"/etc/hostname", WeightConcern::kDangerous},
                        {"../up.h5", WeightConcern::kDangerous},
                        {"C:\\x", WeightConcern::kDangerous},
                        {"http://host/x", WeightConcern::kDangerous},
                        {"beside.h5", WeightConcern::kUnknown}};
  for (const Case& c : cases) {
    CAPTURE(std::string(c.path));
    for (int version : {0, 2}) {
      for (int width : {4, 8}) {
        for (uint64_t start : {uint64_t{0}, uint64_t{512}, uint64_t{4096}}) {
          const std::string head = std::string(start, ' ') + Superblock(version, width);
          const std::pair<std::string, const char*> files[] = {
              {Link(c.path), "hdf5.external-link"},
              {Link(c.path, 0x0d), "hdf5.external-link"},
              {ExternalFile(c.path, 96, width), "hdf5.external-storage"},
              {Virtual(c.path, 96, width), "hdf5.virtual-dataset"}};
          for (const std::pair<std::string, const char*>& file : files) {
            CAPTURE(std::string(file.second));
            const KeepingSink sink = ScanWeights(head + file.first, "weights.bin");
            const Finding* finding = sink.Find(file.second);
            REQUIRE(finding != nullptr);
            CHECK(finding->subject == c.path);
            CHECK(finding->concern == c.concern);
            CHECK(sink.findings.size() == 1);
          }
        }
      }
    }
  }
}

TEST_CASE("hdf5: every form of a selection is passed over to the next file") {
  auto head = [](uint64_t type, uint64_t version) {
    return LittleEndian(type, 4) + LittleEndian(version, 4);
  };
  const std::string numbers(64, '\1');
  const std::string selections[] = {
      head(0, 1) + std::string(8, '\0'),
      head(1, 1) + LittleEndian(0, 4) + LittleEndian(20, 4) + numbers.substr(0, 20),
      head(1, 2) + "\4" + LittleEndian(2, 4) + LittleEndian(3, 4) + numbers.substr(0, 24),
      head(2, 2) + "\1" + LittleEndian(36, 4) + numbers.substr(0, 36),
      head(2, 3) + "\1\2" + LittleEndian(2, 4) + numbers.substr(0, 16),
      head(2, 3) + std::string("\0\x08", 2) + LittleEndian(1, 4) + LittleEndian(2, 8) +
          numbers.substr(0, 32),
  };
  for (const std::string& selection : selections) {
    const KeepingSink sink =
        ScanWeights(Superblock(2, 8) + Virtual("/a/b", 96, 8, selection), "model.h5");
    CHECK(sink.Find("hdf5.virtual-dataset", "/a/b") != nullptr);
    CHECK(sink.findings.size() == 1);
  }
  for (const std::string& odd :
       {head(4, 1), head(2, 3) + "\1\3",
        head(1, 2) + "\4" + LittleEndian(2, 4) + LittleEndian(1 << 30, 4)}) {
    CHECK(
        ScanWeights(Superblock(2, 8) + Virtual("x", 96, 8, odd)).Find("hdf5.malformed-reference") !=
        nullptr);
  }
  CHECK(ScanWeights(Superblock(2, 8) + Virtual("x", 96, 8, {}, '\1')).gaps.size() == 1);
}

TEST_CASE("hdf5: of what is left out, only the first page is looked at") {
  auto refers = [](uint64_t user_block, bool left_out) {
    const std::string file =
        std::string(user_block, '\0') + Superblock(2, 8) + Link("/etc/hostname");
    const Span all{0, file.size()};
    BlobRef ref;
    Blob blob{ref, AsBytes(file)};
    if (left_out) blob.left_out = {&all, 1};
    PickleScanner scanner(ShippedImports());
    return !ReadWeights(blob, scanner).problems.empty();
  };
  for (uint64_t user_block : {0u, 512u, 2048u, 4096u, 65536u}) {
    CAPTURE(user_block);
    CHECK(refers(user_block, false));
    CHECK(refers(user_block, true) == (user_block < 4096));
  }
}

TEST_CASE("hdf5: references that lie are told") {
  const std::string head = Superblock(0, 8);
  CHECK(ScanWeights(head + ExternalFile("x", 96, 8, uint64_t{1} << 63))
            .Find("hdf5.malformed-reference") != nullptr);
  CHECK(ScanWeights(head + Virtual("x", 96, 8).substr(0, 80)).Find("hdf5.malformed-reference") !=
        nullptr);
}

TEST_CASE("hdf5: a compressed heap is a gap") {
  const std::string heap = "FRHP" + std::string(1, '\0') + LittleEndian(7, 2);
  CHECK(ScanWeights(Superblock(2, 8) + heap + LittleEndian(20, 2)).gaps.size() == 1);
  CHECK(ScanWeights(Superblock(2, 8) + heap + LittleEndian(0, 2)).gaps.empty());
}

TEST_CASE("hdf5: numbers, text and files that are none pass") {
  std::string numbers;
  for (uint64_t i = 0; i < 20'000; ++i) numbers += LittleEndian(i % 3 == 0 ? 7 : i % 2, 4);
  const std::string soft = std::string("\x01\x08\x01", 3) + "\x01x" + LittleEndian(2, 2) + "/a";
  for (const std::string& bytes : {Superblock(0, 8) + numbers, Superblock(2, 8) + soft,
                                   Link("/etc/x"), Superblock(0, 8) + std::string(5000, '@')}) {
    const KeepingSink sink = ScanWeights(bytes, "model.h5");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("hdf5: many references to one long list cost what the file is worth") {
  // Every layout leads to one heap, whose objects are all asked for and none is there.
  std::string file = Superblock(0, 8);
  constexpr uint64_t kCount = 20'000;
  const uint64_t heap = file.size() + kCount * 14;
  for (uint64_t i = 0; i < kCount; ++i) {
    file += std::string("\x04\x03", 2) + LittleEndian(heap, 8) + LittleEndian(0xffffff, 4);
  }
  file += "GCOL" + LittleEndian(1, 4) + LittleEndian(uint64_t{1} << 40, 8);
  for (uint64_t i = 0; i < kCount; ++i) file += LittleEndian(2, 8) + LittleEndian(0, 8);
  CHECK(ScanWeights(file, "model.h5").gaps.size() == 1);
}

}  // namespace picket
