#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "report/reporter.h"
#include "report/samples.h"

namespace picket {
namespace {

using Json = nlohmann::json;

Json ReadSchema() {
  std::ifstream file(std::string(PICKET_SOURCE_DIR) + "/schemas/report.schema.json");
  REQUIRE(file);
  return Json::parse(file);
}

bool HasType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_unsigned();
  if (type == "boolean") return value.is_boolean();
  return false;
}

// The part of JSON Schema that our schemas use. Returns the first complaint, "" for none.
std::string Complaint(const Json& schema, const Json& value, const std::string& at) {
  if (schema.contains("type") && !HasType(value, schema["type"])) return at + ": type";
  if (schema.contains("enum")) {
    const Json& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) return at + ": enum";
  }
  if (schema.contains("minLength") && value.get<std::string>().size() < schema["minLength"])
    return at + ": minLength";
  if (schema.contains("pattern") &&
      !std::regex_search(value.get<std::string>(),
                         std::regex(schema["pattern"].get<std::string>())))
    return at + ": pattern";
  for (const Json& key : schema.value("required", Json::array())) {
    if (!value.contains(key.get<std::string>())) return at + ": no " + key.get<std::string>();
  }
  if (schema.contains("properties")) {
    for (const auto& [key, sub] : value.items()) {
      if (!schema["properties"].contains(key)) return at + ": unknown " + key;
      std::string said = Complaint(schema["properties"][key], sub, at + "." + key);
      if (!said.empty()) return said;
    }
  }
  if (schema.contains("items")) {
    for (const Json& item : value) {
      std::string said = Complaint(schema["items"], item, at + "[]");
      if (!said.empty()) return said;
    }
  }
  return "";
}

}  // namespace

TEST_CASE("json: what is written fits the schema") {
  Json schema = ReadSchema();
  Verdict unused = SampleBlocked();
  unused.unused = {
      {"fp1:" + std::string(40, '2'), "a test", "us", "2020-01-01", true, AllowedBy::kBaseline}};
  CHECK(Json::parse(Write(unused, "json"))["unused_allowances"][0]["source"] == "baseline");
  CHECK_FALSE(Json::parse(Write(SamplePass(), "json")).contains("unused_allowances"));
  for (const Verdict& verdict : {SamplePass(), SampleBlocked(), Verdict(), unused})
    CHECK(Complaint(schema, Json::parse(Write(verdict, "json")), "report") == "");
}

TEST_CASE("json: the check of the schema can fail") {
  Json schema = ReadSchema();
  Json good = Json::parse(Write(SampleBlocked(), "json"));
  for (auto spoil : std::initializer_list<void (*)(Json&)>{
           [](Json& j) { j.erase("verdict"); }, [](Json& j) { j["verdict"] = "fine"; },
           [](Json& j) { j["findings"][0]["line"] = "12"; },
           [](Json& j) { j["findings"][0].erase("preexisting"); },
           [](Json& j) { j["gaps"][0]["more"] = 1; },
           [](Json& j) { j["findings"][0]["fingerprint"] = "fp1:x"; },
           [](Json& j) { j["scanned"]["bytes"] = -1; }}) {
    Json bad = good;
    spoil(bad);
    CHECK(Complaint(schema, bad, "report") != "");
  }
}

TEST_CASE("json: every key of the contract is there, with its value") {
  Json json = Json::parse(Write(SampleBlocked(), "json"));
  CHECK(json["verdict"] == "blocked");
  CHECK(json["complete"] == false);
  CHECK(json["engine"] == "picket 0.1.0, rules 1f2e3d4c5b6a (42)");
  REQUIRE(json["findings"].size() == 9);
  const Json& first = json["findings"][0];
  Json expected = {{"rule", "test.user-token"},
                   {"kind", "secret"},
                   {"tier", "precise"},
                   {"severity", "high"},
                   {"disposition", "blocks"},
                   {"allowed_by", ""},
                   {"reason", ""},
                   {"path", "src/config.py"},
                   {"member", ""},
                   {"line", 12},
                   {"column", 9},
                   {"offset", 100},
                   {"commit", "1a2b3c4d5e6f" + std::string(28, '0')},
                   {"ref", "refs/heads/main"},
                   {"preexisting", false},
                   {"fingerprint", "fp1:" + std::string(40, '1')},
                   {"masked", "abcd****yz"},
                   {"message", SampleFinding().finding.message},
                   {"remediation", SampleFinding().finding.remediation},
                   {"subject", ""},
                   {"object", std::string(40, 'b')},
                   {"object_kind", "blob"},
                   {"author", ""},
                   {"date", ""},
                   {"reachable", true},
                   {"other_places", 2}};
  CHECK(first == expected);
  CHECK(json["findings"][7]["preexisting"] == true);
  CHECK(json["findings"][7]["disposition"] == "preexisting");
  CHECK(json["findings"][8]["disposition"] == "allowed");
  CHECK(json["findings"][8]["reason"] == "allowed until 2027-01-01 by us: a test");
  CHECK(json["gaps"][0] == Json{{"object", std::string(40, 'c')},
                                {"path", "data/a.zip"},
                                {"member", "inner.bin"},
                                {"reason", "it is encrypted"}});
  CHECK(json["scanned"]["refs"] == 3);
  CHECK(json["scanned"]["commits"] == 5);
  CHECK(json["scanned"]["blobs"] == 12);
  CHECK(json["scanned"]["bytes"] == 3500);
  CHECK(json["scanned"]["skipped"][0] ==
        Json{{"what", "vendor/lib"}, {"reason", "gitlink"}, {"count", 1}, {"bytes", 0}});
  CHECK(json["notes"].size() == 1);
}

TEST_CASE("json: hostile strings neither throw nor steer a terminal") {
  Verdict verdict = SampleBlocked();
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(static_cast<uint8_t>(i)));
  verdict.findings[0].path = verdict.findings[0].ref = verdict.findings[0].finding.message = all;
  verdict.gaps[0].reason = all;
  verdict.notes = {all};
  verdict.engine = all;
  std::string text = Write(verdict, "json");
  for (char c : text) REQUIRE((c == '\n' || (c >= 0x20 && c < 0x7f)));
  Json json = Json::parse(text);
  CHECK(json["findings"][0]["path"].get<std::string>().substr(0, 128) == all.substr(0, 128));
  CHECK(json["findings"][6]["path"] == "na\x1b[2Jme\\xe9.txt");
}

TEST_CASE("json: the layout is fixed, byte for byte") {
  std::string path = std::string(PICKET_SOURCE_DIR) + "/tests/golden/report_blocked.json";
  std::string text = Write(SampleBlocked(), "json");
  if (std::getenv("PICKET_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::string golden((std::istreambuf_iterator<char>(file)), {});
  CHECK(text == golden);
  CHECK(Write(SampleBlocked(), "json") == text);
}

}  // namespace picket
