#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "contents/child_origin.h"
#include "contents/escapes.h"
#include "contents/expander.h"
#include "contents/split_text.h"

namespace picket {
namespace {

struct Child {
  std::string bytes;
  std::string member;
  bool bytes_seen = false;
  bool names_lines = false;
  // Of each byte, in the outermost blob; empty where it can't be told.
  std::vector<uint64_t> places;
};

class Recorder : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding) override {}
  void Add(Gap gap) override { gaps.push_back(gap.reason); }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    Child seen{std::string(AsText(child.bytes)),
               child.origin.member,
               child.origin.bytes_seen,
               child.origin.names_lines,
               {}};
    for (uint64_t i = 0; child.origin.inner_bytes != 0 && i < child.bytes.size(); ++i) {
      seen.places.push_back(MapOutward(child.origin, i, false));
    }
    children.push_back(std::move(seen));
  }

  std::vector<Child> children;
  std::vector<std::string> gaps;
};

Recorder Expand(const std::string& text, std::vector<EncodedHint> hints = {},
                const ExpandLimits& limits = {}) {
  Recorder recorder;
  Expander expander(limits);
  BlobRef ref;
  expander.Expand(Blob{ref, AsBytes(text), {}}, hints, recorder, recorder);
  return recorder;
}

std::string TarMember(const std::string& name, const std::string& content) {
  std::string block(512, '\0');
  block.replace(0, name.size(), name);
  char number[16];
  std::snprintf(number, sizeof number, "%011zo", content.size());
  block.replace(124, 11, number);
  block.replace(148, 8, 8, ' ');
  block[156] = '0';
  unsigned sum = 0;
  for (char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(number, sizeof number, "%06o", sum);
  block.replace(148, 6, number);
  block[154] = '\0';
  std::string padded = content;
  padded.resize((content.size() + 511) / 512 * 512, '\0');
  return block + padded;
}

}  // namespace

TEST_CASE("escapes: each spelling is read, and nothing that only begins like one") {
  struct Case {
    const char* text;
    int value;  // -1 for none
    int length;
  };
  const Case kCases[] = {
      {"%41", 'A', 3},       {"%2f", '/', 3},        {"\\u0041", 'A', 6}, {"\\u{41}", 'A', 6},
      {"\\x41", 'A', 4},     {"\\/", '/', 2},        {"&#65;", 'A', 5},   {"&#x41;", 'A', 6},
      {"%4", -1, 0},         {"%g1", -1, 0},         {"%", -1, 0},        {"\\u004", -1, 0},
      {"\\u00e9", -1, 0},    {"\\x00", -1, 0},       {"\\n", -1, 0},      {"&#65", -1, 0},
      {"&#;", -1, 0},        {"&#x;", -1, 0},        {"&amp;", -1, 0},    {"\\u{}", -1, 0},
      {"&#1114112;", -1, 0}, {"&#99999999;", -1, 0}, {"plain", -1, 0},    {"\\u{4100}", -1, 0},
  };
  for (const Case& test : kCases) {
    CAPTURE(std::string(test.text));
    std::optional<Escape> escape = ReadEscape(AsBytes(test.text), 0);
    REQUIRE(escape.has_value() == (test.value >= 0));
    if (!escape) continue;
    CHECK(escape->value == test.value);
    CHECK(escape->length == test.length);
  }
}

TEST_CASE("escapes: text around them becomes a child in which every byte has its place") {
  std::string text = "left of it abcdefgh%2Fijklmnop%3D right of it";
  Recorder recorder = Expand(text, {{Encoding::kEscape, 19}});
  REQUIRE(recorder.children.size() == 1);
  const Child& child = recorder.children[0];
  CHECK(child.bytes == "left of it abcdefgh/ijklmnop= right of it\n");
  CHECK(child.member == "unescaped");
  CHECK(child.places[child.bytes.find('/')] == 19);
  CHECK(child.places[child.bytes.find("ijkl")] == 22);
  CHECK(child.places[child.bytes.find(" right")] == 33);
}

TEST_CASE("escapes: short words and characters that no secret has are left alone") {
  for (const char* text : {"printf(\"%2d %3d\")", "a%20long%20text%20with%20blanks", "/^\\/x/"}) {
    CAPTURE(std::string(text));
    std::string spelt = text;
    CHECK(Expand(spelt, {{Encoding::kEscape, spelt.find_first_of("%\\")}}).children.empty());
  }
}

TEST_CASE("escapes: places far apart are joined, and megabytes of them are cut with an overlap") {
  std::string word = "abcdefghijklmnop%2Fq";
  std::string text = word + std::string(5000, ' ') + word + std::string(5000, ' ');
  Recorder recorder = Expand(text, {{Encoding::kEscape, 16}});
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].bytes.size() < 3000);
  CHECK(recorder.children[0].places[recorder.children[0].bytes.rfind('/')] == 5020 + 16);

  std::string dense;
  while (dense.size() < (4u << 20)) dense += "%41%42.";
  recorder = Expand(dense, {{Encoding::kEscape, 0}});
  CHECK(recorder.children.size() > 3);
  uint64_t covered = 0;
  for (const Child& child : recorder.children) {
    CHECK(child.places.front() <= covered);
    CHECK(child.bytes.size() <= (1u << 20));
    covered = child.places.back();
  }
  CHECK(covered >= dense.size() - 7);
  ExpandLimits limits;
  limits.bytes = 1000;
  CHECK(Expand(dense, {{Encoding::kEscape, 0}}, limits).gaps.size() == 1);
}

TEST_CASE("split text: a joint is read where one stands") {
  struct Case {
    const char* text;
    bool joins;
  };
  const Case kCases[] = {
      {"\" \"b", true},       {"\" + \"b", true},     {"' . 'b", true},
      {"\"\n  \"b", true},    {"\" \\\n  \"b", true}, {"\" f\"b", true},
      {"\\\nb", true},        {"\\\r\n  b", true},    {"=\nb", true},
      {"\\\" + \\\"b", true}, {"` + `b", true},       {"\" .. \"b", true},
      {"\", \"b", false},     {"\" \"", false},       {"\" + x + \"", false},
      {"\\n", false},         {"\"", false},          {"", false},
      {"= b", false},         {"\"b\"", false},
  };
  for (const Case& test : kCases) {
    CAPTURE(std::string(test.text));
    Bytes text = AsBytes(test.text);
    uint64_t length = JoinLength(text, 0);
    CHECK((length > 0) == test.joins);
    if (length > 0) CHECK(text[length] == 'b');
  }
}

TEST_CASE("split text: pieces are joined, with their places") {
  std::string text = "t = \"abc\" +\n  \"def\" + \"ghi\"; rest";
  Recorder recorder = Expand(text, {{Encoding::kSplit, 5}});
  REQUIRE(recorder.children.size() == 1);
  const Child& child = recorder.children[0];
  CHECK(child.bytes == "t = \"abcdefghi\"; rest");
  CHECK(child.places[5] == 5);
  CHECK(child.places[8] == text.find("def"));
  CHECK(child.places[11] == text.find("ghi"));
  CHECK(Expand("t = \"abc\", \"def\"", {{Encoding::kSplit, 5}}).children.empty());
}

TEST_CASE("escapes: in packed content the child has no place, and is there all the same") {
  std::string text = "abcdefghijklmnop%2Fqrst";
  Origin packed;
  packed.inner_bytes = 0;
  Recorder recorder;
  Expander expander{ExpandLimits{}};
  BlobRef ref;
  EncodedHint hint{Encoding::kEscape, 16};
  expander.Expand(Blob{ref, AsBytes(text), packed}, {&hint, 1}, recorder, recorder);
  REQUIRE(recorder.children.size() == 1);
  CHECK(recorder.children[0].bytes == "abcdefghijklmnop/qrst\n");
  CHECK(recorder.children[0].places.empty());
}

TEST_CASE("tar: members keep their place, and a size that lies is said") {
  std::string archive = TarMember("a.txt", "hello") + TarMember("b/c.txt", std::string(600, 'x')) +
                        std::string(1024, '\0');
  Recorder recorder = Expand(archive);
  REQUIRE(recorder.children.size() == 2);
  CHECK(recorder.children[0].bytes == "hello");
  CHECK(recorder.children[0].member == "a.txt");
  CHECK(recorder.children[0].bytes_seen);
  CHECK(recorder.children[1].places[0] == 512 + 512 + 512);
  CHECK(recorder.gaps.empty());
  CHECK(Expand(archive.substr(0, 1700)).gaps.size() == 1);
  archive[0] = 'z';
  CHECK(Expand(archive).children.empty());
}

TEST_CASE("notebook: source and outputs of each cell are text with lines") {
  std::string text =
      "{\"cells\": [{\"cell_type\": \"markdown\", \"source\": \"title\"},\n"
      "{\"cell_type\": \"code\", \"outputs\": [{\"output_type\": \"stream\", \"name\": "
      "\"stdout\",\n"
      "\"text\": [\"one\\n\", \"two\"]}, {\"data\": {\"image/png\": \"iVBO\", \"text/plain\": "
      "\"3\"}}],\n"
      "\"source\": [\"a = \\\"\\u0041\\\"\\n\", \"b\"]}],\n"
      "\"metadata\": {}, \"nbformat\": 4}";
  Recorder recorder = Expand(text);
  REQUIRE(recorder.children.size() == 3);
  CHECK(recorder.children[0].member == "cell 1");
  CHECK(recorder.children[0].bytes == "title\n");
  CHECK(recorder.children[1].member == "cell 2");
  CHECK(recorder.children[1].bytes == "a = \"A\"\nb\n");
  CHECK(recorder.children[1].names_lines);
  CHECK(recorder.children[1].places[8] == text.find("\"b\"") + 1);
  CHECK(recorder.children[2].member == "cell 2 output");
  CHECK(recorder.children[2].bytes == "one\ntwo\n3\n");
  for (size_t size = 0; size < text.size(); ++size) {
    CHECK(Expand(text.substr(0, size)).gaps.empty());
  }
  CHECK(Expand("{\"cells\": 1}").children.empty());
  std::string deep = "{\"cells\": [{\"source\": ";
  deep += std::string(100'000, '[') + " \"nbformat\" ";
  CHECK(Expand(deep).children.empty());
}

TEST_CASE("child origin: steps map outward, and through a child of their own") {
  const OffsetStep kSteps[] = {{0, 100}, {10, 200}};
  Origin parent;
  parent.steps = kSteps;
  CHECK(MapOutward(parent, 3, false) == 103);
  CHECK(MapOutward(parent, 12, true) == 202);
  Origin child = ChildOrigin(parent, "base64@0xa", 10, 4, 3);
  CHECK(child.offset == 200);
  CHECK(MapOutward(child, 3, false) == 204);
}

}  // namespace picket
