// Names that are harmless or not by what they are given, and calls that no call opcode makes.
#include <doctest/doctest.h>

#include "weights/weight_test.h"

namespace picket {
namespace {

const std::string kProto4("\x80\x04", 2);
const std::string kSystem = std::string("sys") + "tem";

std::string Name(const std::string& module, const std::string& name) {
  return ShortText(module) + ShortText(name) + "\x93";
}

std::string Call(const std::string& callee, const std::string& arguments) {
  return callee + "(" + arguments + "tR";
}

std::string ShortBytes(const std::string& bytes) {
  return "B" + LittleEndian(bytes.size(), 4) + bytes;
}

bool Refused(const std::string& opcodes) {
  const KeepingSink sink = ScanWeights(kProto4 + opcodes + ".", "model.pkl");
  return std::any_of(sink.findings.begin(), sink.findings.end(), [](const Finding& finding) {
    return finding.concern != WeightConcern::kPickle;
  });
}

std::string LegacyTorch(const std::string& object) {
  const std::string proto2("\x80\x02", 2);
  return std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15) + proto2 +
         "M\xe9\x03." + proto2 + "}." + object + proto2 + "].";
}

}  // namespace

TEST_CASE("conditions: a name is judged by what it is given") {
  const std::string safe = Name("collections", "OrderedDict");
  const std::string unknown = Name("mine", "Model");
  const std::string instance = Name("xgboost.sklearn", "XGBRegressor");
  const std::string getattr = Name("builtins", "getattr");
  const std::string python2_getattr = Global("__builtin__", "getattr");
  const std::string partial = Name("functools", "partial");
  const std::string caller = Name("operator", "methodcaller");
  const std::string encode = Name("_codecs", "encode");
  const std::string rebuild = Name("numpy.core.multiarray", "_reconstruct");
  const std::string load = Name("torch.storage", "_load_from_bytes");
  struct Case {
    const char* what;
    std::string opcodes;
    bool refused;
  };
  const Case cases[] = {
      {"getattr of an allowed class", Call(getattr, safe + ShortText("fromkeys")), false},
      {"getattr of a dunder", Call(getattr, safe + ShortText("__reduce__")), true},
      {"getattr of an unknown class", Call(getattr, unknown + ShortText("x")), true},
      {"getattr of a module's name", Call(getattr, Name("os", "path") + ShortText("join")), true},
      {"getattr by a made name", Call(getattr, safe + Call(Name("builtins", "str"), "")), true},
      {"getattr, then called", Call(Call(getattr, safe + ShortText("fromkeys")), "]"), true},
      {"getattr handed on", Call(Name("builtins", "map"), getattr + "]"), true},
      {"Python 2's getattr, then called",
       std::string("\x80\x02", 2) + Call(Call(python2_getattr, safe + ShortText("fromkeys")), "]"),
       true},
      {"getattr of a method that reaches out", Call(getattr, safe + ShortText("to_pickle")), true},
      {"getattr of a frame", Call(getattr, safe + ShortText("f_globals")), true},
      {"getattr of a module", Call(getattr, safe + ShortText("os")), true},
      {"a method of what an allowed class made", Call(getattr, Call(safe, "") + ShortText("keys")),
       false},
      // dict() of a ChainMap asks each of its parts, and a defaultdict calls its factory.
      {"a method of a path, called by a container",
       Call(Name("builtins", "dict"),
            Call(Name("collections", "ChainMap"),
                 Call(Name("collections", "defaultdict"),
                      Call(getattr, Call(Name("pathlib", "PosixPath"), ShortText("x")) +
                                        ShortText("touch"))) +
                     "}" + ShortText("a") + "Ns")),
       true},
      {"any method of a path",
       Call(getattr, Call(Name("pathlib", "PosixPath"), ShortText("x")) + ShortText("exists")),
       true},
      {"any method of the class of paths",
       Call(getattr, Name("pathlib", "Path") + ShortText("exists")), true},
      {"a class that type() gives, changed",
       Call(Name("builtins", "type"), Call(Name("collections", "UserDict"), "")) + "N}" +
           ShortText("x") + "Ns\x86" + "b",
       true},
      {"the class of what it made, handed on",
       "](" + Call(Name("builtins", "type"), instance + ")\x81") + "e", true},
      {"the type of None", Call(Name("builtins", "type"), "N"), false},
      {"a function of NumPy's, referred to", Name("numpy", "log1p"), false},
      {"the same as NumPy 1 writes it", Name("numpy.core._multiarray_umath", "log1p"), false},
      // It reads where __array_interface__ says that memory is.
      {"a function of NumPy's, called",
       Call(Name("numpy", "array"), Name("types", "SimpleNamespace") + ")\x81"), true},
      {"a loader of data, made by its arguments", Call(Name("torch.utils.data", "DataLoader"), "]"),
       true},
      {"a loader of data, restored", Name("torch.utils.data", "DataLoader") + ")\x81", false},
      {"a method of what a harmless class made",
       Call(getattr, Name("nltk.stem.snowball", "EnglishStemmer") + ")\x81" + ShortText("stem")),
       false},
      {"a method of what another class made", Call(getattr, instance + ")\x81" + ShortText("fit")),
       true},
      {"partial of an allowed class", Call(partial, safe), false},
      {"partial of an unknown one", Call(partial, unknown), true},
      {"partial of a class whose instances are known", Call(partial, instance), true},
      {"an instance", instance + ")\x81", false},
      {"an instance as protocol 0 makes it",
       Call(Name("copyreg", "_reconstructor"), instance + Name("builtins", "object") + "N"), false},
      {"an instance as __newobj__ makes it", Call(Name("copyreg", "__newobj__"), instance), false},
      {"an instance made of arguments", Call(instance, ShortText("x")), true},
      // What is safe may call what it is given, with arguments.
      {"its class in a container", "](" + instance + "e", true},
      {"its class as an attribute",
       Name("types", "SimpleNamespace") + ")\x81}" + ShortText("from_arrays") + instance + "sb",
       true},
      {"its class as an argument",
       Call(Name("numpy.random._pickle", "__generator_ctor"), ShortText("x") + instance), true},
      {"its class by way of arguments that are used twice",
       Name("copyreg", "_reconstructor") + "(" + instance + Name("builtins", "object") +
           "Nt\x94R0" + "h" + LittleEndian(0, 1) + Name("builtins", "list") + "0" + "\x85",
       true},
      {"the same with DUP",
       Name("copyreg", "_reconstructor") + "(" + instance + Name("builtins", "object") + "Nt2\x94" +
           "0R" + "h" + LittleEndian(0, 1) + "\x86",
       true},
      {"its class as a slot of the state",
       Name("collections", "OrderedDict") + ")R" + "N" + "}" + ShortText("x") + instance + "s\x86" +
           "b",
       true},
      {"a class that may be handed on", "](" + Name("fastai.vision.core", "PILImage") + "e", false},
      {"partial of a dangerous one", Call(partial, Name("os", kSystem)), true},
      {"partial, then called", Call(Call(partial, safe), ""), true},
      {"methodcaller of a plain name", Call(caller, ShortText("lower")), false},
      {"methodcaller of a method that reaches out",
       Call(caller, ShortText("to_csv") + ShortText("x")), true},
      {"attrgetter of a method that reaches out",
       Call(Name("operator", "attrgetter"), ShortText("a") + ShortText("unlink")), true},
      {"itemgetter takes any key", Call(Name("operator", "itemgetter"), ShortText("open")), false},
      {"methodcaller of a dunder", Call(caller, ShortText("__subclasses__")), true},
      {"methodcaller, then called", Call(Call(caller, ShortText("lower")), "]"), true},
      {"its C twin, then called",
       Call(Call(Name("_operator", "methodcaller"), ShortText("lower")), "]"), true},
      {"attrgetter through dots", Call(Name("_operator", "attrgetter"), ShortText("a.__globals__")),
       true},
      {"encode to Latin-1", Call(encode, ShortText("x") + ShortText("latin1")), false},
      {"encode by another codec", Call(encode, ShortText("x") + ShortText("rot13")), true},
      {"encode by a made codec", Call(encode, ShortText("x") + Call(Name("builtins", "str"), "")),
       true},
      {"an array", Call(rebuild, Name("numpy", "ndarray") + "(K\x01t" + ShortBytes("b")), false},
      {"an array of an unknown class", Call(rebuild, unknown + "(K\x01t" + ShortBytes("b")), true},
      {"an array of a callable", Call(rebuild, Name("os", kSystem) + "(K\x01t" + ShortBytes("b")),
       true},
      {"a storage", Call(load, ShortBytes(LegacyTorch("N."))), false},
      {"an armed storage", Call(load, ShortBytes(LegacyTorch(CallOf("os", kSystem)))), true},
      {"a storage in a storage, armed",
       Call(load, ShortBytes(LegacyTorch(
                      kProto4 + Call(load, ShortBytes(LegacyTorch(CallOf("os", kSystem)))) + "."))),
       true},
      {"a storage that is no torch file", Call(load, ShortBytes("junk")), true},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    CHECK(Refused(c.opcodes) == c.refused);
  }
}

TEST_CASE("persistent ids: the class in torch's old module id is the class that is called") {
  auto made = [](const std::string& global) {
    return "(" + ShortText("module") + global + ShortText("file") + ShortText("source") + "tQ)\x81";
  };
  CHECK(!Refused(made(Name("torch.nn.modules.linear", "Linear"))));
  CHECK(Refused(made(Name("mine", "Layer"))));
  CHECK(Refused("(" + ShortText("storage") + Name("collections", "OrderedDict") + "tQ)R"));
}

TEST_CASE("hidden calls: what BUILD and the filling opcodes do to any object counts") {
  const std::string safe = Name("collections", "OrderedDict");
  const std::string unknown = Name("mine", "Thing");
  struct Case {
    const char* what;
    std::string opcodes;
  };
  const Case cases[] = {
      {"BUILD on a class", safe + "}" + ShortText("x") + "Nsb"},
      {"BUILD with slots on a class", safe + "N}" + ShortText("x") + "Ns\x86" + "b"},
      {"BUILD on an unknown object", Call(unknown, "") + "}b"},
      {"SETITEM on a class", safe + ShortText("x") + "Ns"},
      {"SETITEMS on an unknown object", Call(unknown, "") + "(" + ShortText("x") + "Nu"},
      {"SETITEM on a module's dict", Name("sys", "modules") + ShortText("x") + "Ns"},
      {"APPEND on a class", safe + "Na"},
      {"APPENDS on an unknown object", Call(unknown, "") + "(Ne"},
      {"ADDITEMS on an unknown object", Call(unknown, "") + "(N\x90"},
      {"OBJ", "(" + Name("os", kSystem) + ShortText("x") + "o"},
      {"NEWOBJ_EX", Name("os", kSystem) + ")}\x92"},
      {"an extension code that the stream registers",
       Call(Name("copyreg", "add_extension"), ShortText("os") + ShortText(kSystem) + "K\x01") +
           "0\x82\x01" + ShortText("x") + "\x85R"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    CHECK(Refused(c.opcodes));
  }
}

TEST_CASE("readers that part ways: each trick is a finding or shows what it hides") {
  const std::string armed = Call(Name("os", kSystem), ShortText("x"));
  struct Case {
    const char* what;
    std::string opcodes;
  };
  const Case cases[] = {
      {"an integer in hexadecimal", "I0x1\n0" + armed},
      {"a number behind NUL", std::string("I1\0x\n0", 6) + armed},
      {"a float behind NUL", std::string("F1.5\0x\n0", 8) + armed},
      {"an index behind NUL", std::string("Np1\0x\n0", 7) + armed},
      {"a signed zero", "I+0\n0" + armed},
      {"an 8-bit string", "S'\xe9'\n0" + armed},
      {"a giant memo index", "Np99999999999999999999\n0" + armed},
      {"arguments in a list", Name("os", kSystem) + "](" + ShortText("x") + "eR"},
      {"a frame that is too long", "\x95" + LittleEndian(1 << 20, 8) + armed},
      {"leftovers", "NNN(N" + armed},
      {"a protocol switch in mid-stream",
       std::string("N0\x80\x00", 4) + Global("__builtin__", "apply") + "(NtR"},
      {"spaces in a name", Global("os", kSystem + " ") + ")R" + armed},
      {"exceptions", armed + "0\x8c\x01x\x8c\x01y\x93)R"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    CHECK(Refused(c.opcodes));
  }
}

}  // namespace picket
