#include "weights/weight_detector.h"

#include <doctest/doctest.h>

#include "weights/explain.h"
#include "weights/weight_test.h"

namespace picket {
namespace {

const std::string kProto2("\x80\x02", 2);
const std::string kProto4("\x80\x04", 2);
const std::string kOs = std::string("o") + std::string("s");
const std::string kSystem = std::string("sys") + std::string("tem");

std::string StackGlobal(const std::string& module, const std::string& name) {
  return ShortText(module) + ShortText(name) + "\x93";
}

// BINUNICODE.
std::string BinText(std::string_view text) {
  return std::string("X") + LittleEndian(text.size(), 4) + std::string(text);
}

std::string LegacyTorch(const std::string& object) {
  std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15);
  return magic + kProto2 + "M\xe9\x03." + kProto2 + "}." + object + kProto2 + "]." +
         std::string(64, '\x80');
}

}  // namespace

TEST_CASE("weight detector: a dangerous call is found whatever spells it") {
  struct Case {
    const char* what;
    std::string bytes;
    const char* subject;
  };
  const std::string arguments = "(S'x'\ntR.";
  const Case cases[] = {
      {"protocol 0", CallOf(kOs, kSystem), "os.system"},
      {"C twin", CallOf(std::string("po") + std::string("six"), kSystem), "os.system"},
      {"protocol 4", kProto4 + StackGlobal(kOs, kSystem) + ShortText("x") + "\x85R.", "os.system"},
      {"Python 2 name", CallOf("commands", "getoutput"), "subprocess.getoutput"},
      {"renamed builtin", CallOf("__builtin__", "reduce"), "functools.reduce"},
      {"INST", std::string("(S'x'\ni") + kOs + "\n" + kSystem + "\n.", "os.system"},
      {"OBJ", std::string("(") + Global(kOs, kSystem) + "S'x'\no.", "os.system"},
      {"behind a stream of one opcode", "N." + CallOf(kOs, kSystem), "os.system"},
      {"behind three short streams", "N.N.N." + CallOf(kOs, kSystem), "os.system"},
      {"NEWOBJ", kProto2 + Global("ctypes", "CDLL") + "(S'x'\nt\x81.", "ctypes.CDLL"},
      {"escaped text",
       kProto4 + "V\\u006f" + kOs.substr(1) + "\n" + ShortText(kSystem) + "\x93" + ShortText("x") +
           "\x85R.",
       "os.system"},
      {"quoted text", kProto4 + "S'\\x6f" + kOs.substr(1) + "'\n" + ShortText(kSystem) + "\x93)R.",
       "os.system"},
      {"memo", kProto4 + ShortText(kOs) + "q\x05" + "0" + "h\x05" + ShortText(kSystem) + "\x93)R.",
       "os.system"},
      {"memo index by count",
       kProto4 + "Nr" + LittleEndian(70000, 4) + "0" + ShortText(kOs) + "\x94" + "0h\x01" +
           ShortText(kSystem) + "\x93)R.",
       "os.system"},
      {"dotted name", kProto4 + StackGlobal("pathlib", kOs + ".mkdir") + ")R.", "pathlib.os.mkdir"},
      {"submodule of a dangerous one", CallOf("pip._internal.cli.main", "main"),
       "pip._internal.cli.main.main"},
      {"popped afterwards", Global(kOs, kSystem) + "(S'x'\ntR0N.", "os.system"},
      {"broken afterwards", Global(kOs, kSystem) + "(S'x'\ntR\xff", "os.system"},
      {"foreign magic", std::string("GIF89a\x01\x01\x01") + CallOf(kOs, kSystem), "os.system"},
      {"merely looked up", Global(kOs, kSystem) + ".", "os.system"},
      {"second stream", kProto2 + "N." + CallOf(kOs, kSystem), "os.system"},
      {"after junk",
       kProto2 + "N." + std::string(3, '\0') + "junk" + kProto2 + CallOf(kOs, kSystem),
       "os.system"},
      {"fourth pickle of a legacy torch file", LegacyTorch(CallOf(kOs, kSystem)), "os.system"},
      {"a safe class that is changed",
       kProto2 + Global("collections", "OrderedDict") + "}S'x'\nNsb.", "collections.OrderedDict"},
      {"computed name", kProto4 + "cbuiltins\nstr\n)R" + ShortText("x") + "\x93)R.",
       "(computed module).(computed name)"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    KeepingSink sink = ScanWeights(c.bytes);
    const Finding* finding = sink.Find("pickle.dangerous-global", c.subject);
    REQUIRE(finding != nullptr);
    CHECK(finding->concern == WeightConcern::kDangerous);
    CHECK(finding->severity == Severity::kCritical);
    CHECK(finding->fingerprint.starts_with("fp1:"));
    CHECK(sink.Find("pickle.present") != nullptr);
  }
}

TEST_CASE("weight detector: the message says what the loader would do, in the file's own words") {
  KeepingSink sink = ScanWeights(CallOf(std::string("po") + std::string("six"), kSystem));
  const Finding* finding = sink.Find("pickle.dangerous-global");
  REQUIRE(finding != nullptr);
  CHECK(finding->message ==
        "Loading this file calls posix.system (os.system), which can run code.");
}

TEST_CASE("weight detector: text that reads as opcodes is no pickle") {
  const std::string texts[] = {
      "import os\nimport sys\n",
      "from collections import OrderedDict\n",
      "cmake_minimum_required(VERSION 3.25)\nproject(x)\n",
      "(import os\nsystem\n",
      "cat\ndog\nbird\n",
      "code\nmain\n",
      "Version 1.0\nPackage: x\n",
      "Package: x\nVersion: y\n",
      "I\n",
      "F1.5\n",
      "V\n.",
      "N.",
      "(.",
      "...",
      "]",
      "",
      "\n",
      "0",
      "S'x'\n.",
      "I am here\nand there\n",
      "version https://git-lfs.github.com/spec/v1\n",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    KeepingSink sink = ScanWeights(text, "notes.txt");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("weight detector: binaries that are merely named .bin are neither pickles nor gaps") {
  std::string noise;
  uint32_t state = 12345;
  for (int round = 0; round < 2000; ++round) {
    noise.clear();
    for (int i = 0; i < 64; ++i) {
      state = state * 1664525 + 1013904223;
      noise.push_back(static_cast<char>(state >> 24));
    }
    KeepingSink sink = ScanWeights(noise, "firmware.BIN");
    CHECK(sink.gaps.empty());
    CHECK(sink.Find("pickle.dangerous-global") == nullptr);
    CHECK(sink.Find("pickle.unknown-global") == nullptr);
  }
}

TEST_CASE("weight detector: what claims to be a pickle and ends early is a gap") {
  const std::string cut = kProto2 + Global("collections", "OrderedDict") + "q";
  CHECK(ScanWeights(cut).gaps.size() == 1);
  CHECK(ScanWeights("no pickle at all", {}, "torch.record").gaps.size() == 1);
  CHECK(ScanWeights("", {}, "torch.record").gaps.size() == 1);
  // Nothing was looked up and no reader goes on: nothing could have happened.
  CHECK(ScanWeights(kProto2 + "]q").gaps.empty());
}

TEST_CASE("weight detector: honest state is present and nothing more") {
  const std::string ordered = kProto2 + Global("collections", "OrderedDict") + ")R";
  for (const std::string& bytes :
       {kProto2 + "}" + BinText("w") + Global("torch._utils", "_rebuild_parameter") + ")Rs" + ".",
        LegacyTorch(ordered + ".")}) {
    KeepingSink sink = ScanWeights(bytes, "pytorch_model.bin");
    CHECK(sink.gaps.empty());
    REQUIRE(sink.findings.size() == 1);
    CHECK(sink.findings[0].rule == "pickle.present");
    CHECK(sink.findings[0].concern == WeightConcern::kPickle);
    CHECK(sink.findings[0].severity == Severity::kInfo);
  }
}

TEST_CASE("weight detector: conditional globals are judged by their arguments") {
  struct Case {
    const char* what;
    std::string bytes;
    bool safe;
  };
  const std::string getattr = Global("__builtin__", "getattr");
  const std::string encode = Global("_codecs", "encode");
  const std::string load = Global("torch.storage", "_load_from_bytes");
  auto bytes_of = [](const std::string& inner) {
    return std::string("B") + LittleEndian(inner.size(), 4) + inner;
  };
  const Case cases[] = {
      {"getattr of an allowed class",
       kProto2 + getattr + Global("torch", "Tensor") + BinText("dim") + "\x86R.", true},
      {"getattr of a dunder",
       kProto2 + getattr + Global("torch", "Tensor") + BinText("__class__") + "\x86R.", false},
      {"getattr whose result is called",
       kProto2 + getattr + Global("torch", "Tensor") + BinText("dim") + "\x86R)R.", false},
      {"getattr of a computed name",
       kProto2 + getattr + Global("torch", "Tensor") + Global("builtins", "str") + ")R\x86R.",
       false},
      {"getattr handed on", kProto2 + "]" + getattr + "a.", false},
      {"encode to latin1", kProto2 + encode + BinText("a") + BinText("latin1") + "\x86R.", true},
      {"encode with another codec", kProto2 + encode + BinText("a") + BinText("zlib") + "\x86R.",
       false},
      {"nested legacy torch", kProto2 + load + bytes_of(LegacyTorch(kProto2 + "].")) + "\x85R.",
       true},
      {"nested damage", kProto2 + load + bytes_of("nothing") + "\x85R.", false},
      {"a trainer's class without arguments",
       kProto2 + Global("sentence_transformers.SentenceTransformer", "SentenceTransformer") +
           ")\x81.",
       true},
      {"and with arguments",
       kProto2 + Global("sentence_transformers.SentenceTransformer", "SentenceTransformer") +
           BinText("a") + "\x85R.",
       false},
      {"partial of an allowed function",
       kProto2 + Global("functools", "partial") + Global("torch.nn.functional", "relu") + "\x85R.",
       true},
      {"partial of an unknown one",
       kProto2 + Global("functools", "partial") + Global("my.module", "f") + "\x85R.", false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    KeepingSink sink = ScanWeights(c.bytes);
    bool safe = sink.Find("pickle.unknown-global") == nullptr &&
                sink.Find("pickle.dangerous-global") == nullptr && sink.gaps.empty();
    CHECK(safe == c.safe);
  }
}

TEST_CASE("weight detector: a nested torch file's own globals are found") {
  std::string inner = LegacyTorch(CallOf(kOs, kSystem));
  std::string bytes = kProto2;
  bytes += Global("torch.storage", "_load_from_bytes");
  bytes.append("B").append(LittleEndian(inner.size(), 4)).append(inner).append("\x85R.");
  KeepingSink sink = ScanWeights(bytes);
  CHECK(sink.Find("pickle.dangerous-global", "os.system") != nullptr);
}

TEST_CASE("weight detector: readers that part ways are a finding, honest streams are not") {
  struct Case {
    const char* what;
    std::string bytes;
    bool disagree;
  };
  const std::string call = Global("collections", "OrderedDict") + ")R.";
  const Case cases[] = {
      {"NUL in a number", std::string("I1") + std::string(1, '\0') + "x\n0" + call, true},
      {"octal", std::string("I010\n0") + call, true},
      {"no tuple", Global("collections", "OrderedDict") + "]R.", true},
      {"non-ASCII name", kProto4 + "U\x02\xc3\xbc" + ShortText("x") + "\x93.", true},
      {"a divergence that nothing follows", call.substr(0, call.size() - 1) + "0I010\n.", false},
      {"frame", kProto4 + "\x95" + LittleEndian(call.size(), 8) + call, false},
      {"frame that ends inside an opcode",
       kProto4 + "\x95" + LittleEndian(4, 8) + "X" + LittleEndian(9, 3) + LittleEndian(0, 4) +
           Global("a", "b") + "0N.",
       true},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    KeepingSink sink = ScanWeights(c.bytes, "x.pkl");
    CHECK((sink.Find("pickle.reader-disagreement") != nullptr) == c.disagree);
  }
}

TEST_CASE("weight detector: a stream of ten thousand names lists a bounded number") {
  std::string bytes = kProto2;
  for (int i = 0; i < 10000; ++i) bytes.append("cm").append(std::to_string(i)).append("\nf\n0");
  KeepingSink sink = ScanWeights(bytes + CallOf(kOs, kSystem));
  CHECK(sink.findings.size() < 300);
  CHECK(sink.findings.front().subject == "os.system");
  CHECK(sink.Find("pickle.unknown-global", "(more globals)") != nullptr);
}

TEST_CASE("weight detector: a compressed pickle goes by the name of what holds it") {
  struct Case {
    const char* name;
    const char* member;
    uint64_t wrapping;
    bool claimed;
  };
  const Case cases[] = {
      {"m.pkl.gz", "gzip", 4, true},        {"m.pkl", "gzip", 4, true},
      {"m.txt.gz", "gzip", 4, false},       {"m.txt", "m.joblib.z:zlib", 5, true},
      {"m.pkl", "m.txt.gz:gzip", 5, false}, {"m.pkl.xz", "xz:gzip", 7, true},
      {"m.pkl", "base64@0x10", 0, false},   {"m.pkl.gz", "", 0, false},
  };
  // Nothing is called, and no PROTO stands before it.
  const std::string lookup = Global("my.module", "f") + ".";
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name) + " " + c.member);
    FingerprintKey key;
    WeightDetector detector(ShippedImports(), key);
    KeepingSink sink;
    BlobRef ref;
    ref.names.push_back(c.name);
    Origin origin;
    origin.member = c.member;
    origin.wrapping = c.wrapping;
    detector.NewSession()->Scan(Blob{ref, AsBytes(lookup), origin}, nullptr, sink);
    CHECK(sink.findings.empty() != c.claimed);
  }
}

TEST_CASE("weight detector: a pickle by its name that the end of the file cuts off is a gap") {
  struct Case {
    const char* what;
    const char* name;
    std::string bytes;
    bool gap;
  };
  const Case cases[] = {
      {"between opcodes", "m.pkl", kProto2 + "}q" + std::string(1, '\1'), true},
      {"inside an opcode", "m.pt", kProto2 + "}q", true},
      {"behind PROTO", "m.pkl", kProto2, true},
      {"no name", "m.txt", kProto2 + "}q" + std::string(1, '\1'), false},
      {"no PROTO", "m.pkl", "}q" + std::string(1, '\1'), false},
      {"no opcodes", "m.bin", kProto2 + "}\xff\xff\xff\xff\xff", false},
      {"whole", "m.pkl", kProto2 + "}.", false},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    FingerprintKey key;
    WeightDetector detector(ShippedImports(), key);
    KeepingSink sink;
    BlobRef ref;
    ref.names.push_back(c.name);
    detector.NewSession()->Scan(Blob{ref, AsBytes(c.bytes)}, nullptr, sink);
    CHECK(sink.gaps.size() == (c.gap ? 1 : 0));
  }
}

TEST_CASE("explain: every global with its verdict and use, in order") {
  std::string bytes = kProto2 + Global("collections", "OrderedDict") + ")R0" +
                      CallOf(kOs, kSystem) + kProto2 + Global("my.module", "f") + ".";
  BlobRef ref;
  auto pickles = ExplainPickles(Blob{ref, AsBytes(bytes)}, ShippedImports());
  REQUIRE(pickles.size() == 2);
  REQUIRE(pickles[0].globals.size() == 2);
  CHECK(pickles[0].globals[0].canonical == "collections.OrderedDict");
  CHECK(pickles[0].globals[0].verdict == ImportVerdict::kSafe);
  CHECK(pickles[0].globals[0].offset == 2);
  CHECK(pickles[0].globals[1].verdict == ImportVerdict::kDangerous);
  CHECK(pickles[0].globals[1].use == "called with REDUCE");
  CHECK(pickles[1].globals[0].verdict == ImportVerdict::kUnknown);
  CHECK(pickles[1].globals[0].use == "looked up");
  CHECK(pickles[1].member.starts_with("@0x"));
}

TEST_CASE("weights: that a file is a pickle is told where it matters, and only there") {
  const std::string bytes = kProto2 + Global("collections", "OrderedDict") + ")R.";
  FingerprintKey key;
  BlobRef ref;
  for (bool told : {true, false}) {
    WeightDetector detector(ShippedImports(), key, told);
    KeepingSink sink;
    detector.NewSession()->Scan(Blob{ref, AsBytes(bytes)}, nullptr, sink);
    CHECK((sink.Find("pickle.present") != nullptr) == told);
    KeepingSink armed;
    const std::string call = CallOf(kOs, kSystem);
    detector.NewSession()->Scan(Blob{ref, AsBytes(call)}, nullptr, armed);
    CHECK(armed.Find("pickle.dangerous-global", "os.system") != nullptr);
  }
}

TEST_CASE(
    "pickle: what stands behind a frame is read where the opcode that crosses its end fails") {
  // "0_1" is no number; a reader that drops the frame's tail meets "1" instead, and then the call.
  const std::string bytes =
      kProto4 + "\x95" + LittleEndian(3, 8) + "L0_" + "1\n" + CallOf(kOs, kSystem);
  CHECK(ScanWeights(bytes, "m.pkl").Find("pickle.dangerous-global", "os.system") != nullptr);
}

}  // namespace picket
