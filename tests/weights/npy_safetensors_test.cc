#include <doctest/doctest.h>

#include "weights/weight_test.h"

namespace picket {
namespace {

std::string Npy(const std::string& header, const std::string& payload) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes.append(LittleEndian(header.size(), 2)).append(header).append(payload);
  return bytes;
}

std::string NpyOf(const std::string& descr, const std::string& payload) {
  std::string header("{'descr': ");
  header.append(descr).append(", 'fortran_order': False, 'shape': (1,), }\n");
  return Npy(header, payload);
}

std::string Safetensors(const std::string& header, const std::string& data) {
  std::string bytes = LittleEndian(header.size(), 8);
  return bytes.append(header).append(data);
}

}  // namespace

TEST_CASE("npy: an object array is a pickle, in any spelling of its type") {
  const std::string call = CallOf(std::string("o") + "s", std::string("sys") + "tem");
  const char* spellings[] = {
      "'|O'",
      "'O'",
      "'O8'",
      "'object'",
      "\"|O\"",
      "'i4,O'",
      "[('a', '<f4'), ('b', '|O')]",
      "[('a', [('b', 'O', (2, 2))])]",
      "('O', (2,))",
      "'\\x4f'",
      "'i4' ',O'",
      "b'O'",
      "[(('title', 'name'), 'O')]",
  };
  for (const char* spelling : spellings) {
    CAPTURE(std::string(spelling));
    KeepingSink sink = ScanWeights(NpyOf(spelling, call));
    const Finding* finding = sink.Find("pickle.dangerous-global", "os.system");
    REQUIRE(finding != nullptr);
    CHECK(finding->member.starts_with("@0x"));
  }
}

TEST_CASE("npy: plain arrays are data, even where field names or bytes look like objects") {
  const std::string call = CallOf(std::string("o") + "s", std::string("sys") + "tem");
  const char* spellings[] = {"'<f8'", "'|b1'", "[('Object', '<f8'), ('O', '|S3', (2,))]",
                             "('<i4', (3,))", "'<M8[ns]'"};
  for (const char* spelling : spellings) {
    CAPTURE(std::string(spelling));
    KeepingSink sink = ScanWeights(NpyOf(spelling, call), "a.npy");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("npy: hostile headers end quietly or as a gap") {
  CHECK(ScanWeights(NpyOf("'O'", "junk")).gaps.size() == 1);
  std::string deep(100000, '[');
  CHECK(ScanWeights(NpyOf(deep.substr(0, 30000), "x")).findings.empty());
  CHECK(ScanWeights("\x93NUMPY").findings.empty());
  CHECK(ScanWeights(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)).findings.empty());
}

TEST_CASE("safetensors: honest files say nothing") {
  const std::string cases[] = {
      Safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "12345678"),
      Safetensors(
          R"({"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[],"data_offsets":[2,3]},)"
          R"("a":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]}}   )",
          "123"),
      Safetensors(R"({"a":{"dtype":"F99_NEW","shape":[2],"data_offsets":[0,3]}})", "123"),
      Safetensors("{}", ""),
  };
  for (const std::string& bytes : cases) {
    KeepingSink sink = ScanWeights(bytes, "m.safetensors");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
  CHECK(ScanWeights("version https://git-lfs.github.com/spec/v1\n", "m.safetensors")
            .findings.empty());
}

TEST_CASE("safetensors: headers that mean two things, and bytes behind the tensors") {
  struct Case {
    const char* what;
    std::string bytes;
    const char* rule;
  };
  const char* malformed = "safetensors.malformed-header";
  const Case cases[] = {
      {"key twice",
       Safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                   R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                   "1"),
       malformed},
      {"hole", Safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "12"),
       malformed},
      {"overlap",
       Safetensors(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                   R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                   "123"),
       malformed},
      {"size", Safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234"),
       malformed},
      {"overflow",
       Safetensors(
           R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})",
           "1234"),
       malformed},
      {"beyond", Safetensors(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", "1"),
       malformed},
      {"extra", Safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "1PK"),
       "safetensors.extra-bytes"},
      {"unknown key",
       Safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":"y"}})", "1"),
       malformed},
      {"no JSON", Safetensors("{]", ""), malformed},
      {"no header", "plain text, long enough", malformed},
      {"deep", Safetensors(std::string("{\"a\":") + std::string(100000, '['), ""), malformed},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    KeepingSink sink = ScanWeights(c.bytes, "m.safetensors");
    REQUIRE(sink.findings.size() == 1);
    CHECK(sink.findings[0].rule == c.rule);
    CHECK(sink.findings[0].concern == WeightConcern::kAmbiguous);
  }
}

TEST_CASE("safetensors: by content, without its name") {
  std::string bytes =
      Safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "1trailing");
  CHECK(ScanWeights(bytes, "x.dat").findings.size() == 1);
  CHECK(ScanWeights(Safetensors("{ not json", "xx"), "x.dat").findings.empty());
}

}  // namespace picket
