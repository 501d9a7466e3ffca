// The trail to each call: which opcodes put the callable and its arguments where they were used.
#include "weights/pickle_trail.h"

#include <doctest/doctest.h>

#include "weights/explain.h"
#include "weights/pickle_operand.h"
#include "weights/weight_test.h"

namespace picket {
namespace {

const std::string kProto4("\x80\x04", 2);
const std::string kOs = std::string("o") + std::string("s");
const std::string kSystem = std::string("sys") + std::string("tem");

CallTrails Trace(const std::string& bytes, size_t most_values = kMostTrailValues) {
  return TraceCalls(
      AsBytes(bytes), 0,
      [](const std::string& module, const std::string&) {
        return module == "collections" ? ImportVerdict::kSafe : ImportVerdict::kUnknown;
      },
      most_values);
}

// "0 REDUCE(1 GLOBAL(..), 5 TUPLE)" without offsets.
std::string Shape(const CallTrail& call) {
  std::string text;
  int depth = 0;
  for (const TrailStep& step : call.steps) {
    for (; depth < step.depth; ++depth) text += "(";
    for (; depth > step.depth; --depth) text += ")";
    if (!text.empty() && text.back() != '(') text += " ";
    text += step.opcode;
    if (!step.operand.empty()) text += ":" + step.operand;
    if (step.repeated) text += "=";
    if (step.left_out > 0) text += "+" + std::to_string(step.left_out);
  }
  for (; depth > 0; --depth) text += ")";
  return text;
}

std::string Times(const std::string& text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("a trail leads from the call to every opcode that had a part in it") {
  const std::string f = Global("m", "f");
  struct Case {
    const char* what;
    std::string bytes;
    std::vector<std::string> shapes;
  };
  const std::string memo("q\x05", 2);
  const std::string get("h\x05", 2);
  const Case cases[] = {
      {"REDUCE with a tuple from a mark",
       f + "(S'x'\nI5\ntR.",
       {"REDUCE(GLOBAL:m f TUPLE(STRING:'x' INT:5))"}},
      {"STACK_GLOBAL",
       kProto4 + ShortText("m") + ShortText("f") + "\x93" + ")R.",
       {"REDUCE(STACK_GLOBAL(SHORT_BINUNICODE:'m' SHORT_BINUNICODE:'f') EMPTY_TUPLE)"}},
      {"INST", std::string("(K\x07im\nf\n.", 9), {"INST:m f(BININT1:7)"}},
      {"OBJ", "(" + f + "No.", {"OBJ(GLOBAL:m f NONE)"}},
      {"NEWOBJ_EX", f + ")}\x92.", {"NEWOBJ_EX(GLOBAL:m f EMPTY_TUPLE EMPTY_DICT)"}},
      {"through the memo",
       f + memo + "0" + get + ")R.",
       {"REDUCE(BINGET:5(GLOBAL:m f) EMPTY_TUPLE)"}},
      {"through DUP", f + "2)R.", {"REDUCE(DUP(GLOBAL:m f) EMPTY_TUPLE)"}},
      {"a value that POP took away has no part", f + "N0)R.", {"REDUCE(GLOBAL:m f EMPTY_TUPLE)"}},
      {"a call inside the arguments stands inside the trail",
       f + Global("m", "g") + ")R\x85R.",
       {"REDUCE(GLOBAL:m f TUPLE1(REDUCE(GLOBAL:m g EMPTY_TUPLE)))"}},
      {"what goes into a list is part of it",
       f + "](NI1\ne\x85R.",
       {"REDUCE(GLOBAL:m f TUPLE1(EMPTY_LIST(NONE INT:1)))"}},
      {"a persistent id", "S'x'\nQ)R.", {"REDUCE(BINPERSID(STRING:'x') EMPTY_TUPLE)"}},
      {"BUILD on what a call gave",
       f + ")R}b.",
       {"BUILD(REDUCE(GLOBAL:m f EMPTY_TUPLE) EMPTY_DICT)"}},
      {"BUILD changes a global",
       Global("collections", "x") + "}b.",
       {"BUILD(GLOBAL:collections x EMPTY_DICT)"}},
      {"a shared tuple is told once",
       f + "(NN\x86" + "2tR.",
       {"REDUCE(GLOBAL:m f TUPLE(TUPLE2(NONE NONE) DUP(TUPLE2=)))"}},
      {"filling what a safe call made is no call of its own",
       Global("collections", "OrderedDict") + ")R(NNu.",
       {"REDUCE(GLOBAL:collections OrderedDict EMPTY_TUPLE)"}},
      {"an opcode that can't call calls nothing", f + "N)R.", {}},
  };
  for (const Case& one : cases) {
    const std::string what = one.what;
    CAPTURE(what);
    CallTrails trails = Trace(one.bytes);
    std::vector<std::string> shapes;
    for (const CallTrail& call : trails.calls) shapes.push_back(Shape(call));
    CHECK(shapes == one.shapes);
    CHECK(trails.left_out == 0);
    CHECK(trails.reason.empty());
  }
}

TEST_CASE("a trail names what is called, what calls gave, and what is changed") {
  const std::string f = Global("m", "f");
  auto note = [](const std::string& bytes) { return Trace(bytes).calls.at(0).steps.at(0).note; };
  CHECK(note(f + ")R.") == "calls m.f");
  CHECK(note(f + ")R)R.") == "calls what m.f gave");
  CHECK(note(f + "}b.") == "changes m.f");
  CHECK(note("S'x'\nQ)R.") == "calls something that the pickle makes");
  CallTrails changed = Trace(Global("collections", "x") + "}b.");
  CHECK(changed.calls.at(0).verdict == ImportVerdict::kDangerous);
  CHECK_FALSE(changed.calls.at(0).of_result);
}

TEST_CASE("trails are bounded, and what is left out is counted") {
  const std::string f = Global("m", "f");
  SUBCASE("calls of one global") {
    CallTrails trails = Trace(Times(f + ")R0", 20) + "N.");
    CHECK(trails.calls.size() == 8);
    CHECK(trails.left_out == 12);
  }
  SUBCASE("a safe global once") {
    CallTrails trails = Trace(Times(Global("collections", "OrderedDict") + ")R0", 20) + "N.");
    CHECK(trails.calls.size() == 1);
    CHECK(trails.left_out == 19);
  }
  SUBCASE("safe calls give way to others") {
    std::string bytes;
    for (size_t i = 0; i < 2 * kMaxTrails; ++i) {
      bytes += Global("collections", "c" + std::to_string(i)) + ")R0";
    }
    CallTrails trails = Trace(bytes + f + ")R.");
    CHECK(trails.calls.size() == kMaxTrails);
    CHECK(trails.calls.back().module == "m");
    CHECK(trails.left_out == kMaxTrails + 1);
  }
  SUBCASE("depth") {
    CallTrails trails = Trace(f + "N" + Times("\x85", 100) + "R.");
    REQUIRE(trails.calls.size() == 1);
    CHECK(trails.calls[0].steps.back().depth == kMaxTrailDepth);
    CHECK(trails.calls[0].steps.back().left_out == 1);
  }
  SUBCASE("width") {
    CallTrails trails = Trace(f + "(" + Times("N", 1000) + "tR.");
    REQUIRE(trails.calls.size() == 1);
    CHECK(trails.calls[0].steps.size() == 11);
    CHECK(trails.calls[0].steps[2].left_out == 992);
  }
  SUBCASE("nodes") {
    std::string wide = "N";
    for (int i = 0; i < 4; ++i) wide = "(" + Times(wide, 8) + "t";
    CallTrails trails = Trace(f + wide + "R.");
    REQUIRE(trails.calls.size() == 1);
    CHECK(trails.calls[0].steps.size() == kMaxTrailSteps);
    uint64_t left_out = 0;
    for (const TrailStep& step : trails.calls[0].steps) left_out += step.left_out;
    CHECK(left_out > 0);
  }
}

TEST_CASE("a list that holds itself has an end") {
  CallTrails trails = Trace("]q" + std::string("\x01", 1) + "h" + std::string("\x01", 1) + "a0" +
                            Global("m", "f") + "h" + std::string("\x01", 1) + "\x85R.");
  REQUIRE(trails.calls.size() == 1);
  CHECK(Shape(trails.calls[0]) ==
        "REDUCE(GLOBAL:m f TUPLE1(BINGET:1(EMPTY_LIST(BINGET:1(EMPTY_LIST=)))))");
}

TEST_CASE("junk before a call does not hide its trail") {
  // More values than are kept at a time, each dropped again.
  CallTrails trails = Trace(Times("N\x85"
                                  "0",
                                  1'200'000) +
                            Global("m", "f") + ")R.");
  REQUIRE(trails.calls.size() == 1);
  CHECK(Shape(trails.calls[0]) == "REDUCE(GLOBAL:m f EMPTY_TUPLE)");
  CHECK(trails.reason.empty());
}

TEST_CASE("what is in use keeps its trail while the room for values is made free") {
  const std::string junk = Times(
      "N\x85"
      "0",
      100);
  const std::string f = Global("m", "f");
  const std::string giant = "12345678901234567890";
  const std::string cases[] = {
      f + "N\x85" + junk + "R.",  // on the stack
      f + "N\x85q" + std::string("\x05", 1) + "0" + junk + "h" + std::string("\x05", 1) + "R.",
      f + "N\x85p90000\n0" + junk + "g90000\nR.",  // far out in the memo
      f + "N\x85p" + giant + "\n0" + junk + "g" + giant + "\nR.",
      f + "](N" + junk + "N\x86" + junk + "e\x85" + junk + "R.",  // in a container
  };
  for (const std::string& bytes : cases) {
    CAPTURE(bytes.substr(0, 40));
    const CallTrails ample = Trace(bytes);
    const CallTrails cramped = Trace(bytes, 16);
    REQUIRE(ample.calls.size() == 1);
    REQUIRE(cramped.calls.size() == 1);
    CHECK(Shape(cramped.calls[0]) == Shape(ample.calls[0]));
    CHECK(cramped.reason.empty());
    // With no room at all the trail is lost, and that is said.
    CHECK_FALSE(Trace(bytes, 1).reason.empty());
  }
}

TEST_CASE("values that no trail is deep enough to show hide none") {
  CallTrails trails = Trace("N" + Times("\x85", 1'200'000) + "0" + Global("m", "f") + ")R.");
  REQUIRE(trails.calls.size() == 1);
  CHECK(trails.reason.empty());
  // The same values as the argument.
  trails = Trace(Global("m", "f") + "N" + Times("\x85", 1'200'000) + "R.");
  REQUIRE(trails.calls.size() == 1);
  CHECK(trails.calls[0].steps.size() == kMaxTrailDepth + 2);
  CHECK(trails.calls[0].steps.back().left_out == 1);
}

TEST_CASE("too many values at a time end the trails, and say so") {
  const std::string values = Times("N\x85", 1'100'000);
  CallTrails trails = Trace(values + Global("m", "f") + ")R.");
  CHECK(trails.calls.empty());
  CHECK(trails.left_out == 1);
  CHECK_FALSE(trails.reason.empty());
  CHECK(Trace(values + ".").reason.empty());  // nothing to tell of
}

TEST_CASE("operands read as what they say") {
  struct Case {
    std::string opcode;
    std::string text;
  };
  const Case cases[] = {
      {std::string("J\xff\xff\xff\xff", 5), "-1"},
      {std::string("K\x07", 2), "7"},
      {std::string("M\x01\x02", 3), "513"},
      {std::string("\x8a\x02\xfe\xff", 4), "-2"},
      {std::string("\x8a\x00", 2), "0"},
      {std::string("\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01", 11), "a number of 9 bytes"},
      {std::string("G\x3f\xf8\0\0\0\0\0\0", 9), "1.5"},
      {"S'x'\n", "'x'"},
      {"S\"x\n", "\"x"},
      {"Vx\n", "'x'"},
      {"I5\n", "5"},
      {"cmodule\nname\n", "module name"},
      {std::string("X\x02\0\0\0\n'", 7), "'\\x0a\\x27'"},
      {std::string("C\x02\x00\xff", 4), "b'\\x00\\xff'"},
      {std::string("\x80\x04", 2), "4"},
      {"N", ""},
      {"\x01", ""},
      // Cut short.
      {std::string("X\x09\0\0\0ab", 7), "'ab'"},
      {std::string("X\x09", 2), ""},
      {"cmodule", "module"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    Bytes bytes = AsBytes(one.opcode);
    Bytes operand = PickleOperand(bytes, 0);
    CHECK(operand.size() + 1 <= bytes.size());
    CHECK(PickleOperandText(bytes[0], operand) == one.text);
  }
  std::string text = "X" + LittleEndian(2000, 4) + std::string(2000, 'a');
  CHECK(PickleOperandText('X', PickleOperand(AsBytes(text), 0)).size() == kPickleTextKept + 5);
}

TEST_CASE("opcodes are listed one by one, with the stack behind each") {
  const std::string bytes = Global("m", "f") + "(S'x'\nK" + std::string("\x05", 1) + "tR.";
  std::vector<std::string> lines;
  auto list = [&](uint64_t most) {
    lines.clear();
    return DisassemblePickle(AsBytes(bytes), 0, most, [&](const DisassembledOpcode& opcode) {
      std::string line = std::to_string(opcode.offset) + " " + std::string(opcode.opcode);
      for (const std::string& value : opcode.stack) line += "|" + value;
      lines.push_back(line);
    });
  };
  std::string end = list(100);
  CHECK(lines == std::vector<std::string>{"0 GLOBAL|global m.f", "5 MARK", "6 STRING|'x'",
                                          "11 BININT1|'x'|number 5",
                                          "13 TUPLE|global m.f|tuple of 2",
                                          "14 REDUCE|result of m.f", "15 STOP|result of m.f"});
  CHECK(end == "ends behind offset 15");
  CHECK(list(3).starts_with("not every opcode is listed; "));
  CHECK(lines.size() == 3);
}

TEST_CASE("explain: readers that part ways count as dangerous, a made callable as unknown") {
  auto worst = [](const std::string& bytes) {
    BlobRef ref;
    ref.names.push_back("m.pkl");
    return WorstOf(ExplainPickles(Blob{ref, AsBytes(bytes)}, ShippedImports()));
  };
  const std::string dict = Global("collections", "OrderedDict");
  CHECK(worst(dict + ")R.") == ImportVerdict::kSafe);
  CHECK(worst("I010\n0" + dict + ")R.") == ImportVerdict::kDangerous);
  CHECK(worst(dict + ")R)R.") == ImportVerdict::kUnknown);
  CHECK(worst(CallOf(kOs, kSystem)) == ImportVerdict::kDangerous);
}

TEST_CASE("a weight file is told by its first bytes, else by its name") {
  struct Case {
    std::string name;
    std::string bytes;
    std::string_view format;
  };
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
  const Case cases[] = {
      {"x", LittleEndian(2, 8) + "{}", "safetensors"},
      {"x", LittleEndian(3, 8) + "{}", ""},
      {"x", "GGUF", "GGUF"},
      {"x", std::string(512, '\0') + "\x89HDF\r\n\x1a\n", "HDF5"},
      {"x", std::string(513, '\0') + "\x89HDF\r\n\x1a\n", ""},
      {"x", std::string("\x93") + "NUMPY", "NumPy array"},
      {"x.txt", "PK\x03\x04", ""},
      {"x.PT", "PK\x03\x04", "zip"},
      {"a/model.onnx", "", "ONNX"},
      {"x.bin", "text", "named like weights"},
      {"README.md", "text", ""},
      {"", "", ""},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    CAPTURE(one.format);
    BlobRef ref;
    ref.names.push_back(one.name);
    CHECK(WeightFormatOf(Blob{ref, AsBytes(one.bytes)}) == one.format);
  }
  CHECK(IsLfsPointer(AsBytes(pointer)));
  CHECK_FALSE(IsLfsPointer(AsBytes(pointer + std::string(1024, 'x'))));
  CHECK_FALSE(IsLfsPointer({}));
}

}  // namespace picket
