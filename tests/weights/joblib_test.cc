// joblib keeps array bytes between the opcodes of a pickle: they are passed over, and what stands
// behind them is read.
#include <doctest/doctest.h>

#include "weights/tensors.h"
#include "weights/weight_test.h"

namespace picket {
namespace {

const std::string kProto4("\x80\x04", 2);

std::string StackGlobal(const std::string& module, const std::string& name) {
  return ShortText(module) + ShortText(name) + "\x93";
}

std::string Dtype(const std::string& spelled) {
  return StackGlobal("numpy", "dtype") + ShortText(spelled) + "\x89\x88\x87R";
}

// `alignment` is an opcode and its operand, empty for a state that has none.
std::string Wrapper(const std::string& shape, const std::string& dtype,
                    const std::string& alignment) {
  std::string state = "}(" + ShortText("subclass") + StackGlobal("numpy", "ndarray") +
                      ShortText("shape") + shape + ShortText("dtype") + dtype;
  if (!alignment.empty()) state += ShortText("numpy_array_alignment_bytes") + alignment;
  return StackGlobal("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81" + state + "ub";
}

std::string Wrapper(const std::string& shape, const std::string& dtype, bool aligned) {
  return Wrapper(shape, dtype, aligned ? std::string("K\x10") : std::string());
}

const std::string kArmed =
    StackGlobal(std::string("o") + "s", std::string("sys") + "tem") + ShortText("x") + "\x85R";

}  // namespace

TEST_CASE("joblib: array bytes are no opcodes, and nothing hides behind them") {
  const std::string bytes(16, '.');  // sixteen STOPs, were they opcodes
  struct Case {
    const char* what;
    std::string array;
  };
  const Case cases[] = {
      {"aligned", Wrapper("K\x04\x85", Dtype("f4"), true) + "\x03\xff\xff\xff" + bytes},
      {"of old", Wrapper("K\x02K\x02\x86", Dtype("f4"), false) + bytes},
      {"of no dimension", Wrapper(")", Dtype("c16"), false) + bytes},
      {"of text", Wrapper("K\x01\x85", Dtype("U4"), true) + std::string(1, '\0') + bytes},
      {"of six dimensions",
       Wrapper("(K\x01K\x02K\x01K\x02K\x01K\x04t", Dtype("b1"), false) + bytes},
      {"of no alignment, as stated", Wrapper("K\x04\x85", Dtype("f4"), std::string("N")) + bytes},
      {"of objects", Wrapper("K\x01\x85", Dtype("O8"), true) + kProto4 + "]."},
      {"two", Wrapper("K\x04\x85", Dtype("f4"), false) + bytes + "0" +
                  Wrapper("K\x10\x85", Dtype("b1"), false) + bytes},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    const KeepingSink honest = ScanWeights(kProto4 + c.array + ".", "m.joblib");
    CHECK(honest.gaps.empty());
    CHECK(honest.findings.size() == 1);  // pickle.present
    const KeepingSink armed = ScanWeights(kProto4 + c.array + kArmed + "0.", "m.joblib");
    CHECK(armed.Find("pickle.dangerous-global", "os.system") != nullptr);
    CHECK(armed.gaps.empty());
  }
}

TEST_CASE("joblib: a dtype's state says how large its elements are, and whether they are objects") {
  // The state as NumPy writes it, with the size and the flags given as opcodes.
  auto built = [](const std::string& spelled, const std::string& size, const std::string& flags) {
    return Dtype(spelled) + "(K\x03" + ShortText("|") + "NNN" + size + "K\x01" + flags + "tb";
  };
  const std::string kZero("K\x00", 2);
  const std::string array(16, '.');
  const std::string objects = Wrapper("K\x01\x85", Dtype("O8"), false) + kProto4 + "]." + "0";
  const std::string armed = kArmed + "0.";
  struct Case {
    const char* what;
    std::string dtype;
    std::string behind;  // the array, of one element, and on to the end
    bool follows;
  };
  const Case cases[] = {
      {"a record beside objects", built("V16", "K\x10", "K\x10"), array + armed, true},
      {"text", built("U4", "K\x10", "K\x08"), array + armed, true},
      {"a number", built("f8", "J\xff\xff\xff\xff", kZero), array.substr(8) + armed, true},
      {"smaller than it is spelled", built("S200", "K\x10", kZero), array + armed, true},
      {"larger than it is spelled", built("V1", "K\x10", kZero), array + armed, true},
      {"a record of objects", built("V8", "K\x08", "K\x1b"), kProto4 + kArmed + "..", true},
      {"a number that has objects", built("f8", "K\x08", "K\x01"), array + armed, false},
      {"objects that are none", built("O8", "K\x08", kZero), array + armed, false},
      {"a negative size", built("V16", "J\xff\xff\xff\xff", kZero), array + armed, false},
      {"flags that are no number", built("V16", "K\x10", "N"), array + armed, false},
      {"a state that is no tuple", Dtype("V16") + "]b", array + armed, false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    const std::string file = kProto4 + objects + Wrapper("K\x01\x85", c.dtype, false) + c.behind;
    const KeepingSink sink = ScanWeights(file, "m.joblib");
    if (c.follows) {
      CHECK(sink.Find("pickle.dangerous-global", "os.system") != nullptr);
      CHECK(sink.gaps.empty());
    } else {
      CHECK(sink.gaps.size() == 1);
    }
  }
}

TEST_CASE("joblib: what another reader makes of the array, and objects in it, are judged too") {
  const std::string as_opcodes = kArmed + ".";
  const std::string shape = "K" + LittleEndian(as_opcodes.size(), 1) + "\x85";
  const std::string hidden = kProto4 + Wrapper(shape, Dtype("b1"), false) + as_opcodes + ".";
  CHECK(ScanWeights(hidden, "m.joblib").Find("pickle.dangerous-global", "os.system") != nullptr);
  const std::string inner =
      kProto4 + Wrapper("K\x01\x85", Dtype("O8"), true) + kProto4 + kArmed + "." + ".";
  CHECK(ScanWeights(inner, "m.joblib").Find("pickle.dangerous-global", "os.system") != nullptr);
}

TEST_CASE("joblib: a wrapper that has another file loaded is no harmless name") {
  // joblib before 0.10 kept arrays beside the pickle; later ones still read them, wherever the
  // state says, with NumPy's allow_pickle.
  for (const char* name : {"NDArrayWrapper", "ZNDArrayWrapper"}) {
    const KeepingSink sink =
        ScanWeights(kProto4 + StackGlobal("joblib.numpy_pickle", name) + ")\x81}(" +
                        ShortText("filename") + ShortText("/tmp/elsewhere") + "ub.",
                    "model.joblib");
    CAPTURE(std::string(name));
    CHECK(sink.Find("pickle.dangerous-global", std::string("joblib.numpy_pickle.") + name) !=
          nullptr);
  }
}

TEST_CASE("joblib: an array whose place can't be told is a gap") {
  const std::string bytes(16, '.');
  const std::string state = "}(" + ShortText("shape") + "K\x04\x85" + ShortText("dtype");
  const std::string wrapper = StackGlobal("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81";
  const std::string cases[] = {
      Wrapper("K\x04\x85", Dtype("float32"), false),  // a spelling that isn't followed
      Wrapper("K\x04", Dtype("f4"), false),           // no tuple
      Wrapper("(K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01t", Dtype("b1"), false),  // nine
      Wrapper("K\x04\x85", Dtype("f4"), std::string("\x88")),       // True, which is a number
      Wrapper("\x8a\x04\xff\xff\xff\xff\x85", Dtype("f4"), false),  // a negative extent
      wrapper + state + Dtype("f4") + "uN0b",                       // something between
      // The alignment set by another way than the state's one SETITEMS.
      wrapper + "}\x94(h\x00" + ShortText("numpy_array_alignment_bytes") + "K\x10s0" +
          ShortText("shape") + "K\x04\x85" + ShortText("dtype") + Dtype("f4") + "ub",
  };
  for (const std::string& array : cases) {
    CHECK(ScanWeights(kProto4 + array + bytes + ".", "m.joblib").gaps.size() == 1);
  }
  const std::string cut = kProto4 + Wrapper("K\x40\x85", Dtype("f8"), false) + bytes;
  CHECK(ScanWeights(cut, "m.joblib").gaps.size() == 1);
}

TEST_CASE("joblib: arrays of a file without fault need not be read byte by byte") {
  const std::string array = Wrapper("K\x04\x85", Dtype("f4"), false) + std::string(16, 'x');
  const std::vector<Span> found = FindTensors(AsBytes(kProto4 + array + "."));
  REQUIRE(found.size() == 1);
  CHECK(found[0] == Span{kProto4.size() + array.size() - 16, 16});
  CHECK(FindTensors(AsBytes(kProto4 + array)).empty());  // no STOP
  CHECK(FindTensors(AsBytes(kProto4 + array + "." + kProto4 + kArmed + ".")).empty());
}

}  // namespace picket
