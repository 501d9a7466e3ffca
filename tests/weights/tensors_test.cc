// Which bytes of a large file need not be read one by one: only those that its own, faultless
// directory says are tensors.
#include "weights/tensors.h"

#include <doctest/doctest.h>

#include "weights/weight_test.h"

namespace picket {
namespace {

std::string Safetensors(uint64_t elements, const std::string& data) {
  std::string header = R"({"w":{"dtype":"U8","shape":[)" + std::to_string(elements) +
                       R"(],"data_offsets":[0,)" + std::to_string(elements) + "]}}";
  return LittleEndian(header.size(), 8) + header + data;
}

std::string Gguf(uint64_t offset) {
  std::string file = "GGUF" + LittleEndian(3, 4) + LittleEndian(1, 8) + LittleEndian(0, 8);
  file += LittleEndian(1, 8) + "w" + LittleEndian(1, 4) + LittleEndian(8, 8) + LittleEndian(0, 4) +
          LittleEndian(offset, 8);
  file.resize((file.size() + 31) / 32 * 32);
  return file + std::string(40, 'x');
}

struct Member {
  std::string name;
  std::string data;
  uint16_t flags = 0;
  std::string local_name = {};
};

std::string Zip(const std::vector<Member>& members, const std::string& prefix = {}) {
  std::string file = prefix;
  std::string directory;
  for (const Member& member : members) {
    const std::string& local = member.local_name.empty() ? member.name : member.local_name;
    const uint64_t at = file.size();
    const std::string sizes =
        LittleEndian(member.data.size(), 4) + LittleEndian(member.data.size(), 4);
    file += std::string("PK\x03\x04") + LittleEndian(20, 2) + LittleEndian(member.flags, 2) +
            std::string(10, '\0') + sizes + LittleEndian(local.size(), 2) + LittleEndian(0, 2) +
            local + member.data;
    directory += std::string("PK\x01\x02") + LittleEndian(20, 4) + LittleEndian(member.flags, 2) +
                 std::string(10, '\0') + sizes + LittleEndian(member.name.size(), 2) +
                 std::string(12, '\0') + LittleEndian(at, 4) + member.name;
  }
  const uint64_t start = file.size();
  file += directory;
  return file + std::string("PK\x05\x06") + std::string(4, '\0') + LittleEndian(members.size(), 2) +
         LittleEndian(members.size(), 2) + LittleEndian(directory.size(), 4) +
         LittleEndian(start, 4) + std::string(2, '\0');
}

// What the ranges hold, joined by "|".
std::string Left(const std::string& file) {
  std::string text;
  for (const Span& span : FindTensors(AsBytes(file))) {
    if (!text.empty()) text += "|";
    REQUIRE(span.end() <= file.size());
    text += file.substr(span.offset, span.length);
  }
  return text;
}

}  // namespace

TEST_CASE("tensors are left out where the directory is right, and only they") {
  const std::string pickle = "N.";
  struct Case {
    const char* what;
    std::string file;
    std::string left;
  };
  const Case cases[] = {
      {"safetensors", Safetensors(4, "abcd"), "abcd"},
      {"safetensors with bytes behind", Safetensors(4, "abcdX"), ""},
      {"safetensors cut short", Safetensors(4, "abc"), ""},
      {"safetensors without a tensor", LittleEndian(2, 8) + "{}" + "secret", ""},
      {"GGUF", Gguf(0), std::string(32, 'x')},
      {"GGUF with a tensor outside", Gguf(64), ""},
      {"torch zip", Zip({{"a/data.pkl", pickle}, {"a/data/0", "one"}, {"a/data/1", "two"}}),
       "one|two"},
      {"torch zip, another file", Zip({{"a/data.pkl", pickle}, {"a/data/x", "one"}}), ""},
      {"zip without data.pkl", Zip({{"a/data/0", "one"}}), ""},
      {"data.pkl under another name", Zip({{"b/data.pkl", pickle}, {"a/data/0", "one"}}), ""},
      {"two models in one", Zip({{"a/data.pkl", pickle}, {"a/data/0", "one"}, {"b/data/0", "x"}}),
       ""},
      {"a name twice", Zip({{"a/data.pkl", pickle}, {"a/data/0", "one"}, {"a/data/0", "two"}}), ""},
      {"another name at the data",
       Zip({{"a/data.pkl", pickle}, {"a/data/0", "one", 0, "a/data/9"}}), ""},
      {"encrypted", Zip({{"a/data.pkl", pickle}, {"a/data/0", "one", 1}}), ""},
      {"a text", "plain text", ""},
      {"nothing", "", ""},
  };
  for (const Case& one : cases) {
    const std::string what = one.what;
    CAPTURE(what);
    CHECK(Left(one.file) == one.left);
  }
}

TEST_CASE("members that share bytes leave nothing out") {
  std::string file = Zip({{"a/data.pkl", "N."}, {"a/data/0", "one"}, {"a/data/1", "two"}});
  // The second storage's entry points at the first one's header.
  size_t entry = file.rfind("a/data/1");
  size_t first = file.find("a/data/0") - 30;
  REQUIRE(Left(file) == "one|two");
  file.replace(entry - 4, 4, LittleEndian(first, 4));
  CHECK(Left(file).empty());
}

}  // namespace picket
