#include "weights/imports.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "weights/weight_test.h"

namespace picket {
namespace {

std::string Minimal(const std::string& safe, const std::string& conditional = "") {
  std::string json = R"({"version": 1, "safe": [)";
  json.append(safe).append(R"(], "conditional": [)").append(conditional);
  json.append(
      R"(], "dangerous": [{"module": "d", "names": ["*"], "source": "s"},
          {"module": "e", "names": ["run"], "source": "s"}],
          "dangerous_names": {"names": ["__globals__"], "source": "s"},
          "reachable_modules": {"names": ["os"], "source": "s"},
          "reaching_methods": {"names": ["unlink"], "source": "s"}})");
  return json;
}

}  // namespace

TEST_CASE("imports: attributes that reach out of their object") {
  const Imports& imports = ShippedImports().Get();
  for (const char* name : {"unlink", "to_pickle", "save", "__globals__", "f_globals", "os"}) {
    CAPTURE(std::string(name));
    CHECK(imports.ReachesOut(name));
  }
  for (const char* name : {"", "lower", "keys", "forward", "unlinked", "load_state_dict", "*"}) {
    CAPTURE(std::string(name));
    CHECK_FALSE(imports.ReachesOut(name));
  }
  CHECK_FALSE(Imports().ReachesOut("unlink"));
}

TEST_CASE("imports: the shipped table judges names at every dot") {
  using V = ImportVerdict;
  struct Case {
    const char* module;
    const char* name;
    int protocol;
    V verdict;
  };
  const Case cases[] = {
      {"collections", "OrderedDict", 2, V::kSafe},
      {"torch._utils", "_rebuild_tensor_v2", 2, V::kSafe},
      {"torch", "FloatStorage", 2, V::kSafe},
      {"torch.jit._pickle", "build_intlist", 2, V::kSafe},
      {"torch.jit._pickle", "anything", 2, V::kDangerous},
      {"__torch__.torch.nn.modules.linear", "Linear", 2, V::kSafe},
      {"__torch__.x", "Linear.forward", 4, V::kUnknown},
      {"__torch__.os", "Linear", 2, V::kDangerous},
      {"numpy.core.multiarray", "_reconstruct", 2, V::kSafe},
      {"numpy._core.multiarray", "scalar", 4, V::kSafe},
      {"__builtin__", "dict", 2, V::kSafe},
      {"__builtin__", "xrange", 2, V::kSafe},
      {"copy_reg", "_reconstructor", 2, V::kUnknown},  // conditional
      {"builtins", "getattr", 4, V::kUnknown},         // conditional
      {"os", "getcwd", 4, V::kDangerous},
      {"posix", "getcwd", 4, V::kDangerous},
      {"posixpath", "join", 4, V::kDangerous},
      {"subprocess.sub.sub", "x", 4, V::kDangerous},
      {"osx", "getcwd", 4, V::kUnknown},
      {"collections", "OrderedDict.__init__", 4, V::kUnknown},
      {"collections", "OrderedDict.__reduce__", 4, V::kDangerous},
      {"collections", "abc.sys.modules", 4, V::kDangerous},
      {"logging", "os", 4, V::kDangerous},
      {"any.module", "os.getcwd", 4, V::kDangerous},
      {"any.module", "f.__globals__", 4, V::kDangerous},
      {"torch", "serialization.load", 4, V::kDangerous},
      {"torch", "hub.anything", 4, V::kDangerous},
      {"__main__", "Model", 2, V::kUnknown},
      {"utils", "helper", 2, V::kUnknown},
      {"torch", "load", 2, V::kDangerous},
      {"dill", "anything", 2, V::kDangerous},
      {"numpy", "memmap", 2, V::kDangerous},
      {"statsmodels.base.data", "PandasData", 2, V::kDangerous},
      {"", "", 2, V::kUnknown},
      {"...", "..", 4, V::kUnknown},
  };
  const Imports& imports = ShippedImports().Get();
  CHECK(imports.size() > 1000);
  for (const Case& c : cases) {
    CAPTURE(std::string(c.module));
    CAPTURE(std::string(c.name));
    CHECK(imports.Judge(c.module, c.name, c.protocol).verdict == c.verdict);
  }
}

TEST_CASE("imports: no shipped safe name is dotted into another module, and none is weak") {
  const Imports& imports = ShippedImports().Get();
  for (const char* name :
       {"eval", "exec", "open", "map", "filter", "__import__", "compile", "vars"}) {
    CAPTURE(std::string(name));
    CHECK(imports.Judge("builtins", name, 4).verdict == ImportVerdict::kDangerous);
  }
}

TEST_CASE("imports: a table that contradicts itself or says nothing is refused") {
  const std::string entry = R"({"module": "m", "names": ["a"], "source": "s"})";
  Imports imports(CompileImports(Minimal(entry)));
  CHECK(imports.Judge("m", "a", 4).verdict == ImportVerdict::kSafe);
  CHECK(imports.Judge("m", "b", 4).verdict == ImportVerdict::kUnknown);
  CHECK(imports.Judge("e.run", "x", 4).verdict == ImportVerdict::kDangerous);

  CHECK_THROWS_AS(CompileImports("{"), Error);
  CHECK_THROWS_AS(CompileImports("{}"), Error);
  CHECK_THROWS_AS(CompileImports(Minimal(R"({"module": "m", "names": ["a"]})")), Error);
  CHECK_THROWS_AS(CompileImports(Minimal(R"({"module": "m", "names": ["a"], "source": ""})")),
                  Error);
  CHECK_THROWS_AS(CompileImports(Minimal(R"({"module": "m", "names": ["*"], "source": "s"})")),
                  Error);
  CHECK_THROWS_AS(CompileImports(Minimal(R"({"module": "e", "names": ["run"], "source": "s"})")),
                  Error);
}

TEST_CASE("imports: a table of another version is refused, however that is spelled") {
  const std::string table = Minimal(R"({"module": "m", "names": ["a"], "source": "s"})");
  const std::string good = R"("version": 1)";
  REQUIRE(table.find(good) != std::string::npos);
  CHECK_NOTHROW(CompileImports(table));
  for (const char* version : {"2", "1e30", "-1e300", "18446744073709551617", "\"1\"", "null"}) {
    CAPTURE(std::string(version));
    std::string other = table;
    other.replace(other.find(good), good.size(), R"("version": )" + std::string(version));
    CHECK_THROWS_AS(CompileImports(other), Error);
  }
}

TEST_CASE("imports: a condition that this version doesn't know leaves its name unknown") {
  Imports imports(CompileImports(
      Minimal("", R"({"module": "m", "names": ["a"], "condition": "full-moon", "source": "s"})")));
  ImportJudgement judgement = imports.Judge("m", "a", 4);
  CHECK(judgement.verdict == ImportVerdict::kUnknown);
  CHECK(judgement.condition == ImportCondition::kNone);
}

TEST_CASE("imports: every damaged byte of a compiled table is noticed") {
  std::string compiled =
      CompileImports(Minimal(R"({"module": "m", "names": ["a"], "source": "s"})"));
  CHECK_NOTHROW(Imports{compiled});
  for (size_t i = 0; i < compiled.size(); ++i) {
    std::string damaged = compiled;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK_THROWS_AS(Imports{damaged}, Error);
    CHECK_THROWS_AS(Imports{compiled.substr(0, i)}, Error);
  }
}

}  // namespace picket
