// Compressed streams: each packing is opened, alone, one behind the other and amid lies.
#include "contents/packed.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "contents/expander.h"
#include "support/expand_recorder.h"
#include "support/packers.h"

namespace picket {
namespace {

ExpandRecorder Expand(const std::string& bytes, const ExpandLimits& limits = {},
                      Origin origin = {}) {
  ExpandRecorder recorder;
  Expander expander(limits);
  BlobRef ref;
  expander.Expand(Blob{ref, AsBytes(bytes), std::move(origin)}, {}, recorder, recorder);
  return recorder;
}

struct Packer {
  const char* name;
  std::string (*pack)(const std::string& plain);
  // Whether a flipped bit is always seen: .lzma has no checksum.
  bool checked;
};

const Packer kPackers[] = {
    {"gzip", PackGzip, true},
    {"zlib", [](const std::string& plain) { return PackZlib(plain); }, true},
    {"bzip2", PackBzip2, true},
    {"xz", PackXz, true},
    {"lzma", PackLzma, false},
    {"zstd", PackZstd, false},  // a checksum is optional, and ZSTD_compress writes none
    {"lz4", PackLz4, true},
};

// Text that does not compress to nothing.
std::string Text(size_t size) {
  std::string text;
  uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += "line " + std::to_string(state >> 12) + "\n";
  }
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("packed: every packing is opened, and its streams in a row are one content") {
  const std::string first = Text(3000);
  const std::string second = Text(200'000);
  for (const Packer& packer : kPackers) {
    CAPTURE(std::string(packer.name));
    const std::string packed = packer.pack(first) + packer.pack(second);
    struct Case {
      const char* what;
      std::string bytes;
      std::string content;
    };
    const Case cases[] = {
        {"one", packer.pack(second), second},
        {"two", packed, first + second},
        {"zero bytes between", packer.pack(first) + std::string(512, '\0') + packer.pack(second),
         first + second},
        {"zero bytes behind", packed + std::string(512, '\0'), first + second},
        {"something else behind", packed + "something else", first + second},
    };
    for (const Case& c : cases) {
      CAPTURE(std::string(c.what));
      ExpandRecorder recorder = Expand(c.bytes);
      CHECK(recorder.gaps.empty());
      REQUIRE(recorder.children.size() == 1);
      CHECK(recorder.children[0].bytes == c.content);
      CHECK(recorder.children[0].origin.member == packer.name);
      CHECK(recorder.children[0].origin.inner_bytes == 0);
      CHECK(recorder.children[0].origin.wrapping == std::string(packer.name).size());
    }
  }
}

TEST_CASE("packed: a file that is cut off gives all that is there, and no gap") {
  const std::string text = Text(400'000);
  for (const Packer& packer : kPackers) {
    CAPTURE(std::string(packer.name));
    const std::string packed = packer.pack(text);
    for (size_t size : {packed.size() - 1, packed.size() / 2, size_t{40}, size_t{14}, size_t{3}}) {
      ExpandRecorder recorder = Expand(packed.substr(0, size));
      CHECK(recorder.gaps.empty());
      for (const Child& child : recorder.children) CHECK(text.starts_with(child.bytes));
    }
    CHECK(Expand(packed.substr(0, packed.size() - 1)).children.size() == 1);
  }
}

TEST_CASE("packed: damage is said, and what came before it is examined") {
  const std::string text = Text(2'000'000);
  for (const Packer& packer : kPackers) {
    CAPTURE(std::string(packer.name));
    const std::string packed = packer.pack(text);
    std::string broken = packed;
    for (size_t at = broken.size() / 10 * 9; at < broken.size() / 10 * 9 + 16; ++at) {
      broken[at] = static_cast<char>(~broken[at]);
    }
    ExpandRecorder recorder = Expand(broken);
    CHECK((recorder.gaps.size() == 1 || !packer.checked));
    REQUIRE(recorder.children.size() == 1);
    CHECK(recorder.children[0].bytes.substr(0, 500'000) == text.substr(0, 500'000));
    if (!packer.checked) continue;
    broken = packed;
    broken[broken.size() - 3] = static_cast<char>(broken[broken.size() - 3] ^ 1);
    recorder = Expand(broken);
    CHECK(recorder.gaps.size() == 1);
    CHECK(recorder.children.size() == 1);
  }
}

TEST_CASE("packed: what is too large is a gap, and the work is taken from the budget") {
  for (const Packer& packer : kPackers) {
    CAPTURE(std::string(packer.name));
    ExpandLimits limits;
    limits.bytes = 100'000;
    ExpandRecorder recorder = Expand(packer.pack(std::string(100'001, 'a')), limits);
    CHECK(recorder.children.empty());
    CHECK(recorder.gaps.size() == 1);
    CHECK(Expand(packer.pack(std::string(100'000, 'a')), limits).children.size() == 1);
    limits.children = 0;
    CHECK(Expand(packer.pack("text"), limits).gaps.size() == 1);
  }
}

TEST_CASE("packed: a bomb within the limit of bytes is a gap by its ratio") {
  const std::string bomb = PackZstd(std::string(100 << 20, '\0'));
  REQUIRE(MostUnpacked(bomb.size()) < (100 << 20));
  ExpandRecorder recorder = Expand(bomb);
  for (const Child& child : recorder.children) CHECK(child.origin.member != "zstd");
  CHECK(recorder.gaps.size() == 1);
  CHECK(MostUnpacked(0) == uint64_t{64} << 20);
  CHECK(MostUnpacked(UINT64_MAX) > uint64_t{1} << 60);
}

TEST_CASE("packed: streams of several packings in a row are one content") {
  ExpandRecorder recorder = Expand(PackXz("one, ") + PackLzma("two, ") + PackGzip("three, ") +
                                   std::string(8, '\0') + PackZstd("four, ") + PackLz4("five"));
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].bytes == "one, two, three, four, five");
  CHECK(recorder.children[0].origin.member == "xz");
}

TEST_CASE("packed: frames that hold nothing may stand before one") {
  const std::string skipped = std::string("\x53\x2a\x4d\x18\x04\x00\x00\x00", 8) + "note";
  for (const std::string& frame : {PackZstd("text"), PackLz4("text")}) {
    ExpandRecorder recorder = Expand(skipped + skipped + frame + skipped + frame);
    REQUIRE(recorder.children.size() == 1);
    CHECK(recorder.children[0].bytes == "texttext");
  }
  CHECK(Expand(skipped + "text").children.empty());
  CHECK(Expand(skipped.substr(0, 9)).children.empty());
}

TEST_CASE("packed: what needs a dictionary or too much memory is a gap") {
  std::string lz4 = PackLz4("text");
  lz4[4] = static_cast<char>(lz4[4] | 1);
  std::string lzma = PackLzma("text");
  lzma.replace(1, 4, std::string("\x00\x00\x00\x40", 4));  // 1 GiB
  const std::string cases[] = {
      lz4,
      lzma,
      // A frame with a window of 2 GiB, and one that names dictionary 7.
      std::string("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9),
      std::string("\x28\xb5\x2f\xfd\x21\x07\x04\x21\x00\x00", 10) + "text",
  };
  for (const std::string& bytes : cases) {
    ExpandRecorder recorder = Expand(bytes);
    CHECK(recorder.children.empty());
    REQUIRE(recorder.gaps.size() == 1);
    CHECK(recorder.gaps[0].find("dictionary") != std::string::npos);
  }
}

TEST_CASE("packed: text that begins like a stream is none") {
  const std::string texts[] = {
      "x^2 + y^2 = z^2, as everybody knows since long ago\n",
      "x^",
      "BZh9 is how it begins",
      "ZF is what follows, and no more",
      "\x1f\x8b and no more",
      "\xfd"
      "7zXZ",
      std::string("\x5d\x00\x00\x80\x00", 5) + "and then some text",
      std::string(64, '\0'),
      std::string("\x5d", 1) + std::string(64, '\0'),
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(Expand(text).gaps.empty());
  }
}

TEST_CASE("packed: gzip is read as Python reads it, whatever flags and checksum the header has") {
  const std::string plain = PackGzip("text");
  std::string flagged = plain;
  flagged[3] = static_cast<char>(0xe0);
  std::string full = plain.substr(0, 3) + "\x1e" + plain.substr(4, 6);
  full += std::string("\x04\x00", 2) + "more" + std::string("name\0note\0", 10) + "\x99\x99";
  full += plain.substr(10);
  for (const std::string& bytes : {flagged, full}) {
    ExpandRecorder recorder = Expand(bytes);
    CHECK(recorder.gaps.empty());
    REQUIRE(recorder.children.size() == 1);
    CHECK(recorder.children[0].bytes == "text");
  }
}

TEST_CASE("packed: joblib's wrapping of old") {
  for (const char* length : {"ZF0x4                ", "ZF0x4                 "}) {
    ExpandRecorder recorder = Expand(length + PackZlib("text"));
    CHECK(recorder.gaps.empty());
    REQUIRE(recorder.children.size() == 1);
    CHECK(recorder.children[0].bytes == "text");
    CHECK(recorder.children[0].origin.member == "zlib");
  }
}

TEST_CASE("packed: the name of the content is that of what holds it") {
  Origin outer;
  outer.member = "a.tar:model.pkl.gz";
  ExpandRecorder recorder = Expand(PackGzip("text"), {}, outer);
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].origin.member == "a.tar:model.pkl.gz:gzip");
  CHECK(recorder.children[0].origin.wrapping == 5);
  outer = recorder.children[0].origin;
  recorder = Expand(PackXz("text"), {}, outer);
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].origin.wrapping == 8);
}

}  // namespace picket
