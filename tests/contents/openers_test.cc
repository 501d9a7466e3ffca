#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "contents/child_origin.h"
#include "contents/encoded_text.h"
#include "contents/escapes.h"
#include "contents/expander.h"
#include "contents/packed.h"
#include "contents/short_text.h"
#include "contents/split_text.h"
#include "secrets/template.h"

namespace picket {

#define PICKET_OPENER(Open, opens_short_text) \
  void Open(const Blob&, ExpandBudget&, FindingSink&, ChildVisitor&);
#include "contents/openers.def"
#undef PICKET_OPENER

namespace {

struct Child {
  std::string bytes;
  std::string member;
  bool bytes_seen = false;
  std::vector<std::pair<uint64_t, std::string>> sections;
  // Of each byte, in the outermost blob; empty where it can't be told.
  std::vector<uint64_t> places;
};

class Recorder : public FindingSink, public ChildVisitor {
 public:
  void Add(Finding) override {}
  void Add(Gap gap) override { gaps.push_back(gap.reason); }
  void Add(EncodedHint) override {}
  void OnChild(const Blob& child) override {
    Child seen{
        std::string(AsText(child.bytes)), child.origin.member, child.origin.bytes_seen, {}, {}};
    for (const TextSection& section : child.origin.sections) {
      seen.sections.emplace_back(section.begin, section.name);
    }
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

// Nothing where the bytes have to be read themselves.
std::optional<Recorder> ExpandInstead(const std::string& text, const ExpandLimits& limits = {}) {
  Recorder recorder;
  Expander expander(limits);
  BlobRef ref;
  if (!expander.ExpandInstead(Blob{ref, AsBytes(text), {}}, recorder, recorder)) {
    CHECK(recorder.children.empty());
    return std::nullopt;
  }
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
  REQUIRE(recorder.children.size() == 1);
  const Child& child = recorder.children[0];
  CHECK(child.member.empty());
  CHECK(child.bytes ==
        "title\n\x1e"
        "one\ntwo\n3\n\x1e"
        "a = \"A\"\nb\n\x1e");
  using Sections = std::vector<std::pair<uint64_t, std::string>>;
  CHECK(child.sections == Sections{{0, "cell 1"}, {7, "cell 2 output"}, {18, "cell 2"}});
  CHECK(child.places[0] == text.find("title"));
  CHECK(child.places[7 + 4] == text.find("two"));
  CHECK(child.places[18 + 8] == text.find("\"b\"") + 1);
  for (size_t size = 0; size < text.size(); ++size) {
    CHECK(Expand(text.substr(0, size)).gaps.empty());
  }
  CHECK(Expand("{\"cells\": 1}").children.empty());
  std::string deep = "{\"cells\": [{\"source\": ";
  deep += std::string(100'000, '[') + " \"nbformat\" ";
  CHECK(Expand(deep).children.empty());
}

TEST_CASE("notebook: lines that are parted oddly, keys that are escaped, and a cell that is cut") {
  const std::string text =
      "{\"nbformat\": 4, \"cells\": [{\"so\\u0075rce\":[\"a\\n\",\n  \"b\\\\\",\n  \"c\\\"\",\"d\","
      "\n  \"e\", 1 ,\n  \"f\", \"g\"\r\n\t]}, {\"source\": [\"kept\\n\", \"cut";
  Recorder recorder = Expand(text);
  REQUIRE(recorder.children.size() == 1);
  const Child& child = recorder.children[0];
  CHECK(child.bytes == "a\nb\\c\"defg\n\x1ekept\ncut\x1e");
  using Sections = std::vector<std::pair<uint64_t, std::string>>;
  CHECK(child.sections == Sections{{0, "cell 1"}, {12, "cell 2"}});
  CHECK(child.places[2] == text.find("b\\\\"));
  CHECK(child.places[9] == text.find("\"g\"") + 1);
  CHECK(child.places[17] == text.find("cut"));
}

TEST_CASE(
    "notebook: cells come in pieces, none of them cut, and what stands before an error comes") {
  std::string text = "{\"cells\": [";
  for (int i = 0; i < 300; ++i) {
    text += "{\"source\": \"" + std::string(10'000, 'x') + "\"}, ";
  }
  Recorder recorder = Expand(text + " \"nbformat\" broken");
  REQUIRE(recorder.children.size() == 3);
  size_t cells = 0;
  for (const Child& child : recorder.children) {
    cells += child.sections.size();
    CHECK(child.bytes.size() == child.sections.size() * 10'002);
  }
  CHECK(cells == 300);
  CHECK(recorder.children[1].sections[0].second == "cell 106");
  CHECK(recorder.gaps.empty());
}

TEST_CASE("notebook: in place of a sound one stand its texts and what is beside them") {
  const std::string text =
      "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n \"a = 1\\n\",\n \"b\"],\n"
      "\"outputs\": [{\"data\": {\"image/png\": \"iVBO\", \"text/plain\": \"3\"}}]}],\n"
      "\"metadata\": {\"key\": \"value\"}, \"nbformat\": 4}\n";
  const std::optional<Recorder> recorder = ExpandInstead(text);
  REQUIRE(recorder);
  REQUIRE(recorder->children.size() == 2);
  CHECK(recorder->children[0].bytes ==
        "a = 1\nb\n\x1e"
        "3\n\x1e");
  const Child& beside = recorder->children[1];
  CHECK(beside.bytes ==
        "\x1e{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n \"\x1e"
        "\"],\n\"outputs\": [{\"data\": {\"image/png\": \"iVBO\", \"text/plain\": \"\x1e"
        "\"}}]}],\n\"metadata\": {\"key\": \"value\"}, \"nbformat\": 4}\n\x1e");
  for (size_t i = 0; i < beside.bytes.size(); ++i) {
    if (beside.bytes[i] != '\x1e') CHECK(text[beside.places[i]] == beside.bytes[i]);
  }
  // A key that may name a secret stays beside its value, which is a text of the cell too.
  const std::optional<Recorder> named = ExpandInstead(
      "{\"cells\": [{\"outputs\": [{\"data\": {\"application/json\": {\"api_key\": "
      "[\"value\"]}}}]}],"
      "\"nbformat\": 4}");
  REQUIRE(named);
  REQUIRE(named->children.size() == 2);
  CHECK(named->children[0].bytes == "value\n\x1e");
  CHECK(named->children[1].bytes.find("{\"api_key\": [\"value\"]}") != std::string::npos);
  CHECK_FALSE(ExpandInstead(text + "."));
  CHECK_FALSE(ExpandInstead(text + text));
  CHECK_FALSE(ExpandInstead("\x01" + text));
  for (size_t size = 0; size + 1 < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(ExpandInstead(text.substr(0, size)));
  }
  // A line that goes on in the next string has other neighbours than it has in the file.
  CHECK_FALSE(ExpandInstead("{\"cells\": [{\"source\": [\"a\", \"b\\n\"]}], \"nbformat\": 4}"));
  CHECK(ExpandInstead("{\"cells\": [{\"source\": [\"a\\n\", \"b\"]}], \"nbformat\": 4}"));
  // What doesn't fit into a text, or into the budget.
  const std::string long_text = std::string(5 << 20, 'x');
  CHECK_FALSE(ExpandInstead("{\"cells\": [{\"source\": \"" + long_text + "\"}], \"nbformat\": 4}"));
  CHECK(ExpandInstead("{\"cells\": [{\"x\": \"" + long_text + "\"}], \"nbformat\": 4}"));
  ExpandLimits limits;
  limits.bytes = 50;
  CHECK_FALSE(ExpandInstead(text, limits));
  limits = {};
  limits.children = 1;
  CHECK_FALSE(ExpandInstead(text, limits));
  limits = {};
  limits.depth = 0;
  CHECK_FALSE(ExpandInstead(text, limits));
}

TEST_CASE("notebook: pictures of one that is opened in place of its bytes are decoded") {
  std::mt19937 random(11);
  std::string picture = "\x89PNG\r\n\x1a\n";
  while (picture.size() < 799) picture += static_cast<char>(random());
  const auto notebook = [](const std::string& values) {
    return "{\"cells\": [{\"source\": \"a\\n\"}, {\"outputs\": [{\"data\": {\"text/plain\": "
           "\"3\", " +
           values + "}}]}], \"nbformat\": 4}";
  };
  // With each padding, and the line end that some kernels leave.
  for (const std::string tail : {"", "\\n"}) {
    for (size_t size : {797u, 798u, 799u}) {
      const std::string bytes = picture.substr(0, size);
      const std::string text =
          notebook("\"image/png\": \"" + EncodeBase64(bytes, false, true) + tail + "\"");
      CAPTURE(text);
      const std::optional<Recorder> recorder = ExpandInstead(text);
      REQUIRE(recorder);
      REQUIRE(recorder->children.size() == 3);
      const Child& beside = recorder->children[1];
      CHECK(beside.bytes.find("\"image/png\": \"\x1e") != std::string::npos);
      CHECK(beside.bytes.find("iVBO") == std::string::npos);
      const Child& decoded = recorder->children[2];
      CHECK(decoded.bytes == bytes);
      CHECK(decoded.member == "cell 2 picture");
      CHECK(decoded.places[0] == text.find("iVBO"));
      CHECK(decoded.places[600] == text.find("iVBO") + 800);
    }
  }
  const std::string whole = EncodeBase64(picture.substr(0, 798), false, true);
  const auto count = [&notebook](const std::string& values, const ExpandLimits& limits = {}) {
    const std::optional<Recorder> recorder = ExpandInstead(notebook(values), limits);
    return recorder ? recorder->children.size() : 0;
  };
  CHECK(count("\"image/jpeg\": [\"" + whole + "\", \"" + whole + "\"]") == 4);
  CHECK(count("\"attachments\": {\"a.png\": {\"image/png\": \"" + whole + "\"}}") == 3);
  // What is short, or no picture, or no base64, or would lose bits, stays beside the text.
  CHECK(count("\"image/png\": \"" + whole.substr(0, 1020) + "\"") == 2);
  CHECK(count("\"other/png\": \"" + whole + "\"") == 2);
  for (const std::string odd : {"_", "-", ".", "=", "\\n", "\\\""}) {
    CHECK(count("\"image/png\": \"" + whole.substr(0, 512) + odd + whole.substr(512) + "\"") == 2);
  }
  CHECK(count("\"image/png\": \"" + whole + "A\"") == 2);
  CHECK(count("\"image/png\": \"" + whole + "AB\"") == 2);
  CHECK(count("\"image/png\": \"" + whole + "AAB\"") == 2);
  CHECK(count("\"image/png\": \"" + whole + "AQ==\"") == 3);
  CHECK(count("\"image/png\": \"" + whole.substr(4) + "\"") == 2);
  // All or nothing of the budget.
  ExpandLimits limits;
  limits.children = 2;
  CHECK(count("\"image/png\": \"" + whole + "\"", limits) == 0);
  limits.children = 3;
  CHECK(count("\"image/png\": \"" + whole + "\"", limits) == 3);
  limits.bytes = 900;
  CHECK(count("\"image/png\": \"" + whole + "\"", limits) == 0);
  std::string many;
  for (int i = 0; i < 1'100; ++i) many += (i == 0 ? "\"" : "\", \"") + whole;
  CHECK(count("\"image/png\": [" + many + "\"]") == 1'002);
}

TEST_CASE("notebook: every word of one that is opened in place of its bytes stands in a child") {
  std::mt19937 random(5);
  const std::vector<std::string> parts = {"\"source\": ",
                                          "\"outputs\": ",
                                          "\"text\": ",
                                          "\"data\": {",
                                          "\"image/png\": ",
                                          "\"metadata\": {",
                                          "[",
                                          "]",
                                          "{",
                                          "}",
                                          "}, {",
                                          ", ",
                                          "\"@\\n\"",
                                          "\"@\"",
                                          "\"@ \\\"@\\\" \\u0041@\"",
                                          "\"@\": ",
                                          "@",
                                          "\n"};
  size_t opened = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "{\"cells\": [{";
    std::vector<std::string> words;
    const auto put = [&](std::string part) {
      for (size_t at = 0; (at = part.find('@', at)) != std::string::npos;) {
        words.push_back("word" + std::to_string(words.size()) + "w");
        part.replace(at, 1, words.back());
      }
      text += part;
    };
    const bool sound = random() % 2 == 0;
    for (size_t i = random() % 12; i > 0; --i) {
      if (!sound) {
        put(parts[random() % parts.size()]);
        continue;
      }
      put(parts[random() % 2] + "[\"@\\n\", {\"@\": [\"@\\n\", {\"text\": \"@\\\\@\"}]}, \"@\"]");
      put(", \"metadata\": {\"@\": \"@\"}, ");
    }
    put(sound ? "\"@\": 1}], \"nbformat\": 4}" : "\"nbformat\": 4}]}");
    const std::optional<Recorder> recorder = ExpandInstead(text);
    if (!recorder) continue;
    ++opened;
    CAPTURE(text);
    for (const std::string& word : words) {
      CAPTURE(word);
      REQUIRE(std::any_of(
          recorder->children.begin(), recorder->children.end(),
          [&](const Child& child) { return child.bytes.find(word) != child.bytes.npos; }));
    }
  }
  CHECK(opened > 5'000);
}

TEST_CASE("base64: only what stands in text is decoded, and of long text what is near a hint") {
  std::mt19937 random(3);
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string picture;
  for (int i = 0; i < 40'000; ++i) picture += kDigits[random() % 64];
  for (uint64_t offset : {400u, 20'000u, 39'000u}) {
    CHECK(Expand(picture, {{Encoding::kBase64, offset}}).children.empty());
  }
  // "NAME=value of some kind\n" twice over: 48 bytes are 64 characters.
  std::string text;
  for (int i = 0; i < 4'000; ++i) {
    text += "TkFNRT12YWx1ZSBvZiBzb21lIGtpbmQKTkFNRT12YWx1ZSBvZiBzb21lIGtpbmQK";
  }
  const Recorder recorder = Expand(text, {{Encoding::kBase64, 640},
                                          {Encoding::kBase64, 1'280},
                                          {Encoding::kBase64, 65'280},
                                          {Encoding::kBase64, 200'000},
                                          {Encoding::kBase64, 254'720}});
  REQUIRE(recorder.children.size() == 3);
  CHECK(recorder.children[0].places.front() == 0);
  CHECK(recorder.children[0].bytes.size() == (640 + kBase64Behind) / 4 * 3);
  CHECK(recorder.children[1].places.front() == 65'280 - kBase64Before);
  CHECK(recorder.children[2].bytes.ends_with("NAME=value of some kind\n"));
  CHECK(recorder.children[2].places.back() == text.size() - 2);
  // The cut within a line break is one all the same.
  for (size_t indent : {1u, 9u}) {
    const std::string wrapped = text.substr(0, kBase64Behind - 1) + "\n" +
                                std::string(indent, ' ') + text.substr(kBase64Behind - 1);
    HintFilter filter;
    CHECK(filter.Keep(AsBytes(wrapped), {Encoding::kBase64, 0}));
    CHECK(filter.Keep(AsBytes(wrapped), {Encoding::kBase64, kBase64Behind - 256}));
  }
  // A secret in what is no text is long enough to be told.
  const std::string noise = "\x01\xd0\xff\x02\x93\x84\x11\xe5\x06";
  CHECK(Expand(EncodeBase64(noise + "ABCDEFGHIJKLMNOPQRST" + noise + noise, false, true),
               {{Encoding::kBase64, 12}})
            .children.size() == 1);
  CHECK(Expand(EncodeBase64(noise + noise + "ABCDEFGHIJKLMNOPQRST" + noise + noise, false, true),
               {{Encoding::kBase64, 48}})
            .children.size() == 1);
}

TEST_CASE("child origin: what stands in a section is called after it") {
  const TextSection kSections[] = {{0, "cell 1"}, {10, "cell 2"}};
  Origin parent;
  parent.member = "a.ipynb";
  parent.sections = kSections;
  CHECK(SectionAt(parent, 9) == &kSections[0]);
  CHECK(SectionAt(parent, 10) == &kSections[1]);
  CHECK(SectionAt(Origin(), 10) == nullptr);
  CHECK(ChildOrigin(parent, "base64@0xc", 12, 4, 3).member == "a.ipynb:cell 2:base64@0xc");
  CHECK(ChildOrigin(parent, "", 3, 1, 1).member == "a.ipynb:cell 1");
  CHECK(ChildOrigin(Origin(), "", 3, 1, 1).member.empty());
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

namespace {

// Text that begins, and goes on, like much that is opened.
std::string RandomText(std::mt19937& random, size_t size) {
  static const char* const kParts[] = {
      "PK",   "7z", "Rar!",          "MZ",  "BZh91AY&SY", "ZF0x20    ", "x^",   "\x28", "PK\n",
      "7zXZ", "]",  "{\"cells\": [", "P*M", "ustar",      "\t",         "\r\n", "~",    "000"};
  std::string text;
  while (text.size() < size) {
    if (random() % 3 == 0) {
      text += kParts[random() % std::size(kParts)];
    } else {
      text.push_back(static_cast<char>(' ' + random() % 95));
    }
  }
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("openers: what short text is, is told to the byte") {
  CHECK(IsShortText({}));
  for (int byte = 0; byte < 256; ++byte) {
    const bool is_text =
        (byte >= ' ' && byte <= '~') || byte == '\t' || byte == '\n' || byte == '\r';
    CAPTURE(byte);
    for (const size_t at : {0U, 17U, 40U}) {
      std::string text(41, 'a');
      text[at] = static_cast<char>(byte);
      CHECK(IsShortText(AsBytes(text)) == is_text);
    }
  }
  CHECK(IsShortText(AsBytes(std::string(256, 'a'))));
  CHECK(!IsShortText(AsBytes(std::string(257, 'a'))));
}

TEST_CASE("openers: those that short text passes by open none of it") {
  std::mt19937 random(4);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = RandomText(random, random() % (kMostShortText + 1));
    REQUIRE(IsShortText(AsBytes(text)));
    BlobRef ref;
    const Blob blob{ref, AsBytes(text), {}};
    ExpandBudget budget{.bytes = 1 << 20, .children = 100};
    Recorder recorder;
#define PICKET_OPENER(Open, opens_short_text) \
  if (!opens_short_text) Open(blob, budget, recorder, recorder);
#include "contents/openers.def"
#undef PICKET_OPENER
    CAPTURE(text);
    CHECK(recorder.children.empty());
    CHECK(recorder.gaps.empty());
  }
}

TEST_CASE("openers: streams that begin with text are of a packing that says so") {
  std::mt19937 random(5);
  const Packing* const packings[] = {
#define PICKET_PACKING(name) &name,
#include "contents/packings.def"
#undef PICKET_PACKING
  };
  std::string found;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = RandomText(random, 1 + random() % 30);
    if (random() % 4 == 0) text = "ZF" + std::string(19, '0') + "x^" + text;
    std::string whole = text;
    // Behind its head there may be anything.
    if (text.size() >= kPackedHead) whole += std::string(random() % 20, '\0');
    for (const Packing* packing : packings) {
      if (!packing->Find(AsBytes(whole), 0)) continue;
      CAPTURE(text);
      CHECK(packing->text_begin == text.front());
      if (found.find(text.front()) == std::string::npos) found.push_back(text.front());
    }
  }
  CHECK(found.size() == 3);
}

}  // namespace picket
