// ExecuTorch programs: what a backend would load as code is refused, tables that lie are, and what
// honest exports hold is not.
#include <doctest/doctest.h>

#include "weights/flat_builder.h"

namespace picket {
namespace {

std::string Number(uint64_t value, int width) { return LittleEndian(value, width); }

FlatWriter Delegate(const std::string& id, const std::string& setting = "x", uint64_t index = 0,
                    bool segment = true) {
  return FlatTable(
      {{0, {}, FlatText(id)},
       {1, {}, FlatTable({{0, Number(segment ? 1 : 0, 1)}, {1, Number(index, 4)}})},
       {2, {}, FlatTables({FlatTable({{0, {}, FlatText("key")}, {1, {}, FlatText(setting)}})})}});
}

FlatWriter ExternalTensor(const std::string& name) {
  FlatWriter extra = FlatTable({{1, {}, FlatText(name)}, {2, Number(1, 1)}});
  return FlatTable({{0, Number(5, 1)}, {1, {}, FlatTable({{9, {}, extra}})}});
}

struct Program {
  std::vector<FlatWriter> delegates = {};
  std::vector<FlatWriter> values = {};
  std::string segment = "weights";
  std::string inlined = "data";
  uint64_t stated_segment = 7;
  uint64_t named_segment = 0;
};

std::string Write(const Program& program) {
  FlatWriter plan = FlatTable({{0, {}, FlatText("forward")},
                               {2, {}, FlatTables(program.values)},
                               {7, {}, FlatTables(program.delegates)}});
  FlatWriter segment = FlatTable({{0, Number(0, 8)}, {1, Number(program.stated_segment, 8)}});
  FlatWriter named = FlatTable({{0, {}, FlatText("key")}, {1, Number(program.named_segment, 4)}});
  FlatWriter inlined = FlatTable({{0, {}, FlatText(program.inlined)}});
  FlatWriter root = FlatTable({{0, Number(0, 4)},
                               {1, {}, FlatTables({plan})},
                               {3, {}, FlatTables({inlined})},
                               {4, {}, FlatTables({segment})},
                               {7, {}, FlatTables({named})}});
  const std::string header = "eh00" + Number(24, 4) + std::string(16, '\0');
  std::string file = FlatFile("ET12", root, header);
  const uint64_t size = file.size();
  file.replace(16, 16, Number(size, 8) + Number(size, 8));
  return file + program.segment;
}

const std::string kElf = "\x7f" + std::string("ELF\x02\x01\x01");

}  // namespace

TEST_CASE("executorch: machine code, unknown backends and libraries by path are refused") {
  struct Case {
    const char* what;
    Program program;
    const char* rule;
    WeightConcern concern;
  };
  const Case cases[] = {
      {"a backend that loads a library",
       {.delegates = {Delegate("XnnpackBackend"), Delegate("CudaBackend")}},
       "executorch.native-code",
       WeightConcern::kDangerous},
      {"a library in a segment",
       {.delegates = {Delegate("XnnpackBackend")}, .segment = kElf},
       "executorch.native-code",
       WeightConcern::kDangerous},
      {"a library in the buffer",
       {.delegates = {Delegate("XnnpackBackend", "x", 0, false)}, .inlined = kElf},
       "executorch.native-code",
       WeightConcern::kDangerous},
      {"an unknown backend",
       {.delegates = {Delegate("MineBackend")}},
       "executorch.unknown-delegate",
       WeightConcern::kUnknown},
      {"a library by its path",
       {.delegates = {Delegate("QnnBackend", std::string("\1\0\0", 3) + "/tmp/libx.so\0")}},
       "executorch.library-path",
       WeightConcern::kUnknown},
      {"a segment beyond the end",
       {.stated_segment = 8},
       "executorch.malformed",
       WeightConcern::kAmbiguous},
      {"a segment that overflows",
       {.stated_segment = UINT64_MAX},
       "executorch.malformed",
       WeightConcern::kAmbiguous},
      {"a delegate without its data",
       {.delegates = {Delegate("XnnpackBackend", "x", 1)}},
       "executorch.malformed",
       WeightConcern::kAmbiguous},
      {"named data without its segment",
       {.named_segment = 3},
       "executorch.malformed",
       WeightConcern::kAmbiguous},
      {"an external tensor without a name",
       {.values = {ExternalTensor("")}},
       "executorch.malformed",
       WeightConcern::kAmbiguous},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    const std::string file = Write(c.program);
    const std::string bundle =
        FlatFile("BP06", FlatTable({{0, Number(1, 4)}, {2, {}, FlatText(file)}}));
    for (const std::string& bytes : {file, bundle}) {
      const KeepingSink sink = ScanWeights(bytes, "any.name");
      const Finding* finding = sink.Find(c.rule);
      REQUIRE(finding != nullptr);
      CHECK(finding->concern == c.concern);
    }
  }
}

TEST_CASE("executorch: what honest exports hold passes") {
  const Program programs[] = {
      {},
      {.delegates = {Delegate("XnnpackBackend"), Delegate("VulkanBackend", "x", 0, false)}},
      {.delegates = {Delegate("QnnBackend", "libQnnHtp.so")}},
      {.values = {ExternalTensor("linear.weight")}},
  };
  for (const Program& program : programs) {
    const KeepingSink sink = ScanWeights(Write(program), "model.pte");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
  for (const std::string& text : {std::string("TARGET12 = all\n"), std::string("\0\0\0\0ET1", 7)}) {
    const KeepingSink sink = ScanWeights(text, "Makefile");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("executorch: every cut of a program ends, and most are told") {
  const std::string file = Write({.delegates = {Delegate("XnnpackBackend")}});
  size_t told = 0;
  for (size_t length = 0; length < file.size(); ++length) {
    if (ScanWeights(file.substr(0, length), "model.pte").Find("executorch.malformed")) ++told;
  }
  // Not those too short to say what they are.
  CHECK(told >= file.size() - 12);
}

TEST_CASE("executorch: tables that share what they point at are followed under a budget") {
  // Each of many plans is the same table, which leads to as many delegates.
  std::string file = Write({});
  const uint64_t plans = file.size();
  constexpr uint64_t kCount = 20'000;
  std::string out = std::string(4, '\0') + "ET12";
  const uint64_t vtable = out.size();
  out += Number(4 + 2 * 8, 2) + Number(12, 2) + std::string(2, '\0') + Number(4, 2) +
         std::string(10, '\0') + Number(8, 2);
  const uint64_t table = out.size();
  out += Number(table - vtable, 4) + std::string(8, '\0');
  const uint64_t vector = out.size();
  out += Number(kCount, 4);
  for (uint64_t i = 0; i < kCount; ++i) out += Number(0, 4);
  // Offsets lead forward only, so each element leads to a table of its own behind the vector, which
  // shares one vtable and one vector of delegates.
  const uint64_t tables = out.size();
  const uint64_t delegates = tables + kCount * 12;
  for (uint64_t i = 0; i < kCount; ++i) {
    const uint64_t at = tables + i * 12;
    out += Number(at - vtable, 4) + Number(0, 4) + Number(delegates - (at + 8), 4);
    PatchOffset(out, vector + 4 + 4 * i, at);
  }
  out += Number(kCount, 4);
  const uint64_t delegate = delegates + 4 + kCount * 4;
  for (uint64_t i = 0; i < kCount; ++i) out += Number(delegate - (delegates + 4 + 4 * i), 4);
  FlatWriter last = Delegate("XnnpackBackend", "x", 0, false);
  std::string tail;
  const uint64_t at = last(tail);
  out += tail;
  for (uint64_t i = 0; i < kCount; ++i) PatchOffset(out, delegates + 4 + 4 * i, delegate + at);
  PatchOffset(out, table + 4, vector);
  PatchOffset(out, 0, table);
  const KeepingSink sink = ScanWeights(out, "model.pte");
  CHECK(sink.gaps.size() == 1);
  CHECK(plans > 0);
}

}  // namespace picket
