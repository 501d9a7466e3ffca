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

std::string Wrapper(const std::string& shape, const std::string& dtype, bool aligned) {
  std::string state = "}(" + ShortText("subclass") + StackGlobal("numpy", "ndarray") +
                      ShortText("shape") + shape + ShortText("dtype") + dtype;
  if (aligned) state += ShortText("numpy_array_alignment_bytes") + "K\x10";
  return StackGlobal("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81" + state + "ub";
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

TEST_CASE("joblib: what another reader makes of the array, and objects in it, are judged too") {
  const std::string as_opcodes = kArmed + ".";
  const std::string shape = "K" + LittleEndian(as_opcodes.size(), 1) + "\x85";
  const std::string hidden = kProto4 + Wrapper(shape, Dtype("b1"), false) + as_opcodes + ".";
  CHECK(ScanWeights(hidden, "m.joblib").Find("pickle.dangerous-global", "os.system") != nullptr);
  const std::string inner =
      kProto4 + Wrapper("K\x01\x85", Dtype("O8"), true) + kProto4 + kArmed + "." + ".";
  CHECK(ScanWeights(inner, "m.joblib").Find("pickle.dangerous-global", "os.system") != nullptr);
}

TEST_CASE("joblib: an array whose place can't be told is a gap") {
  const std::string bytes(16, '.');
  const std::string state = "}(" + ShortText("shape") + "K\x04\x85" + ShortText("dtype");
  const std::string wrapper = StackGlobal("joblib.numpy_pickle", "NumpyArrayWrapper") + ")\x81";
  const std::string cases[] = {
      Wrapper("K\x04\x85", Dtype("float32"), false),  // a spelling that isn't followed
      Wrapper("K\x04", Dtype("f4"), false),           // no tuple
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
