#include "contents/sevenzip.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "contents/rar.h"
#include "contents/sevenzip_directory.h"
#include "support/expand_recorder.h"
#include "support/packers.h"

namespace picket {
namespace {

ExpandRecorder Expand(const std::string& bytes, ExpandBudget budget = {1 << 26, 1000}) {
  ExpandRecorder recorder;
  BlobRef ref;
  ExpandSevenZip(Blob{ref, AsBytes(bytes), {}}, budget, recorder, recorder);
  return recorder;
}

std::string Le(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}

std::string Byte(uint64_t value) { return Le(value, 1); }

// 7z's number, in its longest form where it is large.
std::string Number(uint64_t value) { return value < 0x80 ? Le(value, 1) : "\xff" + Le(value, 8); }

struct Coder {
  std::string id;
  std::string properties;
};

// Files packed as one: each name with its content, and how they are packed.
struct Folder {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<Coder> coders;  // in the order in which they decode
  std::string packed;
};

std::string CoderBytes(const Coder& coder) {
  std::string bytes = Byte(coder.id.size() | (coder.properties.empty() ? 0 : 0x20)) + coder.id;
  if (!coder.properties.empty()) bytes += Number(coder.properties.size()) + coder.properties;
  return bytes;
}

uint64_t SizeOf(const Folder& folder) {
  uint64_t size = 0;
  for (const auto& file : folder.files) size += file.second.size();
  return size;
}

std::string Streams(const std::vector<Folder>& folders, uint64_t at, bool split) {
  std::string bytes = "\x06" + Number(at) + Number(folders.size()) + "\x09";
  for (const Folder& folder : folders) bytes += Number(folder.packed.size());
  bytes += Byte(0) + "\x07\x0b" + Number(folders.size()) + Byte(0);
  for (const Folder& folder : folders) {
    bytes += Number(folder.coders.size());
    for (const Coder& coder : folder.coders) bytes += CoderBytes(coder);
    // Each coder takes what the one before it gives.
    for (size_t i = 1; i < folder.coders.size(); ++i) bytes += Number(i) + Number(i - 1);
  }
  bytes += "\x0c";
  for (const Folder& folder : folders) {
    for (size_t i = 0; i < folder.coders.size(); ++i) bytes += Number(SizeOf(folder));
  }
  bytes += Byte(0);
  if (split) {
    bytes += "\x08\x0d";
    for (const Folder& folder : folders) bytes += Number(folder.files.size());
    bytes += "\x09";
    for (const Folder& folder : folders) {
      for (size_t i = 0; i + 1 < folder.files.size(); ++i) {
        bytes += Number(folder.files[i].second.size());
      }
    }
    bytes += Byte(0);
  }
  return bytes + Byte(0);
}

std::string Header(const std::vector<Folder>& folders) {
  std::string names = Byte(0);
  uint64_t count = 0;
  for (const Folder& folder : folders) {
    for (const auto& file : folder.files) {
      for (char c : file.first + '\0') names += std::string(1, c) + '\0';
      ++count;
    }
  }
  return "\x01\x04" + Streams(folders, 0, true) + "\x05" + Number(count) + "\x11" +
         Number(names.size()) + names + Byte(0) + Byte(0);
}

std::string File(const std::string& packed, const std::string& header) {
  std::string start =
      Le(packed.size(), 8) + Le(header.size(), 8) + Le(SevenZipSum(AsBytes(header)), 4);
  return std::string("7z\xbc\xaf\x27\x1c\x00\x04", 8) + Le(SevenZipSum(AsBytes(start)), 4) + start +
         packed + header;
}

std::string Archive(const std::vector<Folder>& folders) {
  std::string packed;
  for (const Folder& folder : folders) packed += folder.packed;
  return File(packed, Header(folders));
}

const std::string kText(3000, 't');
const std::string kLzma = PackLzma(kText);
const Coder kLzmaCoder = {"\x03\x01\x01", kLzma.substr(0, 5)};
const Coder kCopyCoder = {std::string(1, '\0'), ""};

Folder LzmaFolder() { return {{{"a.txt", kText}}, {kLzmaCoder}, kLzma.substr(13)}; }

}  // namespace

TEST_CASE("7z: every coder gives its members, solid or not") {
  const std::string bare = PackLzma2(kText, false);
  struct Case {
    const char* what;
    std::vector<Coder> coders;
    std::string packed;
  };
  const Case cases[] = {
      {"copy", {kCopyCoder}, kText},
      {"lzma", {kLzmaCoder}, kLzma.substr(13)},
      {"lzma2", {{"\x21", "\x18"}}, bare},
      // No more than what comes out is ever looked back on.
      {"lzma2 with a window of 4 GiB", {{"\x21", "\x28"}}, bare},
      {"lzma with a window of 4 GiB",
       {{"\x03\x01\x01", kLzma.substr(0, 1) + "\xff\xff\xff\xff"}},
       kLzma.substr(13)},
      {"x86 over lzma2", {{"\x21", "\x18"}, {"\x03\x03\x01\x03", ""}}, PackLzma2(kText, true)},
      {"bzip2", {{"\x04\x02\x02", ""}}, PackBzip2(kText)},
      {"deflate", {{"\x04\x01\x08", ""}}, PackDeflate(kText)},
      {"zstd", {{"\x04\xf7\x11\x01", "\x01\x05\x03"}}, PackZstd(kText)},
      {"deflate in copy in lzma2", {{"\x21", "\x18"}, kCopyCoder}, bare},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    Folder solid = {
        {{"one", kText.substr(0, 1000)}, {"sub/two", kText.substr(0, 2000)}}, c.coders, c.packed};
    ExpandRecorder recorder = Expand(Archive({LzmaFolder(), solid}));
    CHECK(recorder.whole_gaps.empty());
    REQUIRE(recorder.children.size() == 3);
    CHECK(recorder.children[0].bytes == kText);
    CHECK(recorder.children[0].origin.member == "a.txt");
    CHECK(recorder.children[1].bytes == kText.substr(0, 1000));
    CHECK(recorder.children[2].bytes == kText.substr(0, 2000));
    CHECK(recorder.children[2].origin.member == "sub/two");
    bool stored = c.packed == kText;
    CHECK(recorder.children[2].origin.bytes_seen == stored);
    if (stored) CHECK(recorder.children[2].origin.offset == 32 + kLzma.size() - 13 + 1000);
  }
}

TEST_CASE("7z: a list of members that is packed is unpacked first") {
  const std::string inner = Header({LzmaFolder()});
  const std::string data = LzmaFolder().packed;
  const std::string packed = PackLzma(inner);
  Folder folder = {{{"", inner}}, {{"\x03\x01\x01", packed.substr(0, 5)}}, packed.substr(13)};
  std::string file = File(data + folder.packed, "\x17" + Streams({folder}, data.size(), false));
  ExpandRecorder recorder = Expand(file);
  CHECK(recorder.whole_gaps.empty());
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].bytes == kText);
  // One that unpacks to itself, on and on.
  const std::string self =
      "\x17" + Streams({{{{"", std::string(40, 'x')}}, {kCopyCoder}, "x"}}, 0, false);
  CHECK(Expand(File("x", self)).whole_gaps.size() == 1);
}

TEST_CASE("7z: what can't be read is a gap, by name where there is one") {
  Folder encrypted = LzmaFolder();
  encrypted.coders.insert(encrypted.coders.begin(), {"\x06\xf1\x07\x01", "\x13"});
  Folder foreign = LzmaFolder();
  foreign.coders = {{"\x03\x04\x01", "\x01"}};
  Folder cut = LzmaFolder();
  cut.packed.resize(cut.packed.size() / 2);
  Folder damaged = LzmaFolder();
  damaged.packed = std::string(damaged.packed.size(), 'd');
  Folder large = LzmaFolder();
  large.files[0].second.resize(70 << 20);
  struct Case {
    Folder folder;
    const char* reason;
  };
  const Case cases[] = {
      {encrypted, "encrypted"}, {foreign, "method 030401"}, {cut, "damaged"},
      {damaged, "damaged"},     {large, "larger"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.reason));
    ExpandRecorder recorder = Expand(Archive({c.folder}));
    REQUIRE(recorder.whole_gaps.size() == 1);
    CHECK(recorder.whole_gaps[0].member == "a.txt");
    CHECK(recorder.whole_gaps[0].reason.find(c.reason) != std::string::npos);
    for (const Child& child : recorder.children) {
      CHECK(child.bytes.find_first_not_of('t') == std::string::npos);
    }
  }
  ExpandRecorder hidden = Expand(File("", "\x17" + Streams({encrypted}, 0, false)));
  REQUIRE(hidden.whole_gaps.size() == 1);
  CHECK(hidden.whole_gaps[0].reason.find("encrypted") != std::string::npos);
  CHECK(Expand(Archive({LzmaFolder()}), {100, 10}).whole_gaps.size() == 1);
  CHECK(Expand(Archive({LzmaFolder()}), {1 << 20, 0}).whole_gaps.size() == 1);
}

TEST_CASE("7z: no byte of the header can be changed or missing so that it is read out of bounds") {
  const std::string header = Header({LzmaFolder(), LzmaFolder()});
  const std::string data = LzmaFolder().packed + LzmaFolder().packed;
  for (size_t at = 0; at < header.size(); ++at) {
    // Whatever it is: members, gaps or both, and never silence.
    for (int value : {0, 1, 0x7f, 0x80, 0xff}) {
      std::string changed = header;
      changed[at] = static_cast<char>(value);
      ExpandRecorder recorder = Expand(File(data, changed));
      CAPTURE(at);
      CAPTURE(value);
      CHECK(recorder.children.size() + recorder.whole_gaps.size() > 0);
    }
    if (at > 0) CHECK(Expand(File(data, header.substr(0, at))).whole_gaps.size() == 1);
  }
}

TEST_CASE("7z: a start that lies is a gap, and other files are none of its business") {
  std::string file = Archive({LzmaFolder()});
  CHECK(Expand(file.substr(0, 31)).whole_gaps.size() == 1);
  CHECK(Expand(file.substr(0, file.size() - 1)).whole_gaps.size() == 1);
  std::string changed = file;
  changed[20] = 'x';
  CHECK(Expand(changed).whole_gaps.size() == 1);
  CHECK(Expand(File("", "")).whole_gaps.empty());
  for (const char* text : {"", "7z", "7zip is a tool"}) CHECK(Expand(text).whole_gaps.empty());
}

TEST_CASE("7z: an archive that extracts itself is opened behind its program") {
  const std::string archive = Archive({LzmaFolder(), {{{"b.txt", "bee"}}, {kCopyCoder}, "bee"}});
  const std::string signature = archive.substr(0, 6);
  for (const char* head : {"MZ",
                           "\x7f"
                           "ELF"}) {
    const std::string program = head + std::string(3000, 'p') + signature + "only known" + head;
    CAPTURE(std::string(head));
    CHECK(Expand(program).children.empty());
    CHECK(Expand(program).whole_gaps.empty());
    const ExpandRecorder seen = Expand(program + archive);
    REQUIRE(seen.children.size() == 2);
    CHECK(seen.whole_gaps.empty());
    CHECK(seen.children[0].bytes == kText);
    CHECK(seen.children[0].origin.member == "a.txt");
    CHECK(seen.children[1].bytes == "bee");
    // Stored bytes keep their place in the whole file.
    CHECK((program + archive).substr(seen.children[1].origin.offset, 3) == "bee");
    CHECK(seen.children[1].origin.depth == 1);
    const std::string cut = program + archive.substr(0, archive.size() - 1);
    CHECK(Expand(cut).whole_gaps.size() == 1);
  }
  CHECK(Expand("#!" + std::string(3000, 'p') + archive).children.empty());

  std::string many = "MZ";
  for (int i = 0; i < 9; ++i) many += archive;
  CHECK(Expand(many).children.size() == 16);
  CHECK(Expand(many).whole_gaps.size() == 1);
}

TEST_CASE("rar: an archive is a gap, its name alone is none") {
  auto gaps = [](const std::string& bytes) {
    ExpandRecorder recorder;
    ExpandBudget budget;
    BlobRef ref;
    ExpandRar(Blob{ref, AsBytes(bytes), {}}, budget, recorder, recorder);
    CHECK(recorder.children.empty());
    return recorder.whole_gaps.size();
  };
  CHECK(gaps(std::string("Rar!\x1a\x07\x00", 7) + "rest") == 1);
  CHECK(gaps(std::string("Rar!\x1a\x07\x01\x00", 8) + "rest") == 1);
  for (const char* text : {"", "Rar!", "Rar!\x1a", "see Rar!\x1a\x07"}) CHECK(gaps(text) == 0);
}

}  // namespace picket
