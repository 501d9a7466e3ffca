// R's serialization: promises that wait to be run, and code that reaches out, in each form of it.
#include <doctest/doctest.h>

#include "weights/weight_test.h"

namespace picket {
namespace {

constexpr uint32_t kTagged = 1u << 10;
constexpr uint32_t kAttributes = 1u << 9;

std::string Int(uint32_t value) {
  std::string bytes = LittleEndian(value, 4);
  return {bytes.rbegin(), bytes.rend()};
}

std::string Chars(const std::string& text) {
  return Int(9) + Int(static_cast<uint32_t>(text.size())) + text;
}
std::string Symbol(const std::string& name) { return Int(1) + Chars(name); }
std::string Strings(const std::string& text) { return Int(16) + Int(1) + Chars(text); }
std::string Vector(const std::string& items, uint32_t count) {
  return Int(19) + Int(count) + items;
}
const std::string kNull = Int(254);
const std::string kNoValue = Int(252);

// A pairlist of one element.
std::string Pair(const std::string& name, const std::string& value) {
  return Int(2 | kTagged) + Symbol(name) + value + kNull;
}
std::string Call(const std::string& function, const std::string& argument) {
  return Int(6) + function + Int(2) + argument + kNull;
}
std::string Promise(const std::string& value, const std::string& code) {
  return Int(5 | kTagged) + Int(253) + value + code;
}
std::string Environment(const std::string& frame, const std::string& table = kNull) {
  return Int(4) + Int(0) + Int(253) + frame + table + kNull;
}
std::string Function(const std::string& body) { return Int(3 | kTagged) + Int(253) + kNull + body; }
std::string Rds(const std::string& object, uint32_t version = 2) {
  std::string head = "X\n" + Int(version) + Int(0x40202) + Int(version == 2 ? 0x20300 : 0x30500);
  if (version == 3) head += Int(5) + "UTF-8";
  return head + object;
}

const std::string kRun = Call(Symbol("sys" + std::string("tem")), Strings("true"));
const std::string kHarmless = Call(Symbol("mean"), Strings("1"));

}  // namespace

TEST_CASE("r: promises and code that reaches out are refused wherever they stand") {
  struct Case {
    const char* what;
    std::string object;
    const char* rule;
    WeightConcern concern;
  };
  using enum WeightConcern;
  const std::string loose = Promise(kNoValue, kHarmless);
  const std::string base = Call(Int(6) + Symbol("::") + Int(2) + Symbol("base") + Int(2) +
                                    Symbol("sys" + std::string("tem2")) + kNull,
                                Strings("true"));
  const std::string code = Int(21) + Int(1) + Int(13) + Int(1) + Int(8);
  const Case cases[] = {
      {"at the top", loose, "r.promise", kDangerous},
      {"in a list", Vector(loose, 1), "r.promise", kDangerous},
      {"a variable of load()", Pair("x", loose), "r.promise", kDangerous},
      {"as an attribute", Int(13 | kAttributes) + Int(1) + Int(7) + Pair("names", loose),
       "r.promise", kDangerous},
      {"in a call", Call(Symbol("f"), loose), "r.promise", kDangerous},
      {"bound, and runs a program", Environment(Pair("x", Promise(kNoValue, kRun))), "r.promise",
       kDangerous},
      {"bound in a table", Environment(kNull, Vector(Pair("x", Promise(kNoValue, kRun)), 1)),
       "r.promise", kDangerous},
      {"bound, and makes code",
       Environment(
           Pair("x", Promise(kNoValue, Call(Symbol("eval"), Call(Symbol("parse"), kNull))))),
       "r.promise", kUnknown},
      {"a function", Function(kRun), "r.call", kUnknown},
      {"a function, by its package", Function(base), "r.call", kUnknown},
      {"a function, by a text",
       Function(Call(Symbol("do.call"), Strings("sys" + std::string("tem")))), "r.call", kUnknown},
      {"a built-in by its name", Int(8) + Int(6) + "sys" + "tem", "r.call", kUnknown},
      {"a constant of byte code", code + Int(1) + Int(1) + Symbol("dyn.load"), "r.call", kUnknown},
      {"a call in byte code",
       code + Int(1) + Int(6) + kNull + Int(0) + Symbol("unlink") + Int(0) + kNull, "r.call",
       kUnknown},
      {"a mapped vector",
       Int(238) + Int(2) + Symbol("mmap_real") + Int(2) + Symbol("base") + kNull + kNull + kNull,
       "r.mapped-file", kDangerous},
      {"a symbol met before, in a promise",
       Vector(Symbol("parse") +
                  Environment(Pair("x", Promise(kNoValue, Call(Int(1u << 8 | 255), kNull)))),
              2),
       "r.promise", kUnknown},
      {"a symbol met before", Vector(Symbol("pipe") + Function(Call(Int(1u << 8 | 255), kNull)), 2),
       "r.call", kUnknown},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.what));
    for (const std::string& bytes :
         {Rds(c.object), Rds(c.object, 3), "RDX2\n" + Rds(c.object), "RDX3\n" + Rds(c.object, 3)}) {
      const KeepingSink sink = ScanWeights(bytes, "any.name");
      const Finding* finding = sink.Find(c.rule);
      REQUIRE(finding != nullptr);
      CHECK(finding->concern == c.concern);
      CHECK(sink.gaps.empty());
    }
  }
}

TEST_CASE("r: the text form is read like the others") {
  const std::string text = "A\n2\n262656\n131840\n5\n252\n6\n1\n262153\n6\nsys" +
                           std::string("tem") + "\n2\n16\n1\n262153\n4\ntr\\165e\n254\n";
  for (const std::string& bytes : {text, "\n" + text, "RDA2\n" + text}) {
    const KeepingSink sink = ScanWeights(bytes, "x.rds");
    CHECK(sink.Find("r.promise", "(promise)") != nullptr);
    CHECK(sink.Find("r.promise", "sys" + std::string("tem")) != nullptr);
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("r: honest objects pass, and lists of numbers are no claim") {
  const std::string honest[] = {
      Rds(kNull),
      Rds(Vector(Strings("a") + Int(14) + Int(1) + std::string(8, '\1'), 2), 3),
      Rds(Environment(Pair("x", Promise(kNoValue, kHarmless)))),
      Rds(Environment(Pair("...", Int(17) + Promise(kNoValue, kHarmless) + kNull))),
      Rds(Vector(Promise(Strings("had"), kHarmless), 1)),
      Rds(Function(Call(Symbol("eval"), Symbol("expr")))),
      Rds(Int(6) + Symbol("~") + Int(2) + Symbol("source") + kNull),
      "A\n2\n3\n4\n5\n",
      "X\nMarks the spot\n",
      "B\n",
  };
  for (const std::string& bytes : honest) {
    const KeepingSink sink = ScanWeights(bytes, "any.name");
    CHECK(sink.findings.empty());
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("r: what stands behind an object of any type is found") {
  const std::string mark = Function(Call(Symbol("unlink"), kNull));
  const std::string numbers = Int(13) + Int(2) + Int(1) + Int(2);
  const std::string code = Int(21) + Int(1) + numbers;
  const std::string objects[] = {
      Int(0),
      Int(10) + Int(1) + Int(1),
      numbers,
      Int(14) + Int(1) + std::string(8, '\0'),
      Int(15) + Int(1) + std::string(16, '\0'),
      Int(24) + Int(3) + "abc",
      Int(20) + Int(1) + kHarmless,
      Int(9) + Int(0xffffffff),
      Int(25 | kAttributes) + Pair("class", Strings("A")),
      Int(22) + kNull + kNull,
      Int(23 | kAttributes) + Pair("a", kNull),
      Int(247) + Int(0) + Int(1) + Chars("x"),
      Int(248) + Int(0) + Int(2) + Chars("x") + Chars("y"),
      Int(249) + Int(0) + Int(1) + Chars("stats"),
      Int(7) + Int(2) + "if",
      Int(8) + Int(3) + "sum",
      Int(13) + Int(0xffffffff) + Int(0) + Int(1) + Int(7),
      Int(238) + Pair("a", kNull) + numbers + kNull,
      code + Int(0),
      code + Int(1) + Int(21) + numbers + Int(0),
      code + Int(2) + Int(244) + Int(0) + Int(6) + kNull + Int(0) + Symbol("f") + Int(0) + kNull +
          Int(243) + Int(0),
      code + Int(1) + Int(240) + kNull + kNull + Int(0) + Symbol("f") + Int(2) + kNull + Int(0) +
          kNull + Int(0) + kNull,
      code + Int(1) + Int(239) + kNull + kNull + Int(0) + kNull + Int(0) + kNull,
      Symbol("parse") + Int(1u << 8 | 255),
  };
  for (size_t i = 0; i < std::size(objects); ++i) {
    CAPTURE(i);
    // The last object is a symbol and what refers to it.
    const uint32_t count = i + 1 == std::size(objects) ? 3 : 2;
    const KeepingSink sink = ScanWeights(Rds(Vector(objects[i] + mark, count)), "any.name");
    CHECK(sink.Find("r.call", "unlink") != nullptr);
    CHECK(sink.findings.size() == 1);
    CHECK(sink.gaps.empty());
  }
}

TEST_CASE("r: what can't be followed is a gap, and ends") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += Int(19) + Int(1);
  const std::string broken[] = {
      Rds(deep + kNull),
      Rds(Vector(kNull, 2)),
      Rds(Int(13) + Int(0xffffffff) + Int(0x7fffffff) + Int(0xffffffff)),
      Rds(Int(9) + Int(0xfffffffe)),
      Rds(Int(1000 << 8 | 255)),
      Rds(Int(77)),
      Rds("").substr(0, 20),
  };
  for (const std::string& bytes : broken) CHECK(ScanWeights(bytes, "x.rds").gaps.size() == 1);
  std::string chain = Rds("");
  for (int i = 0; i < 300'000; ++i) chain += Int(2) + kNull;
  CHECK(ScanWeights(chain + kNull, "x.rds").gaps.empty());
}

}  // namespace picket
