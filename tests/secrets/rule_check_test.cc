#include "secrets/rule_check.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

nlohmann::json GoodRule() {
  return {{"id", "a.b"},
          {"family", "a.b"},
          {"tier", "precise"},
          {"severity", "high"},
          {"description", "A thing."},
          {"remediation", "Remove it."},
          {"pattern", "zz[0-9]{4}"},
          {"max_width", 6},
          {"not_after", "[0-9]"},
          {"examples", nlohmann::json::array({"x=zz{digit:4}"})}};
}

RuleReport Check(const nlohmann::json& rules) {
  std::string dir = (std::filesystem::temp_directory_path() / "picket-check-XXXXXX").string();
  REQUIRE(mkdtemp(dir.data()) != nullptr);
  std::ofstream(dir + "/a.json") << nlohmann::json{{"rules", rules}};
  RuleReport report = CheckRules(dir);
  std::filesystem::remove_all(dir);
  return report;
}

}  // namespace

TEST_CASE("rule check: a rule that breaks a promise is complained about") {
  CHECK(Check(nlohmann::json::array({GoodRule()})).complaints.empty());
  struct Case {
    const char* key;
    nlohmann::json value;
    const char* complaint;
  };
  const Case kCases[] = {
      {"examples", nlohmann::json::array({"x=zz{digit:3}"}), "does not find its example"},
      {"examples", nlohmann::json::array({"x=zz{digits:4}"}), "is not known"},
      {"examples", nlohmann::json::array({"x=zz{digit:0}"}), "is not known"},
      {"near_misses", nlohmann::json::array({"zz{digit:4}"}), "finds the near miss"},
      {"not_after", "", "a longer form of its example"},
      {"max_width", 7, "but the pattern's is 6"},
      {"pattern", "zz[0-9]+", "without an upper bound"},
      {"validators", nlohmann::json::array({"magic"}), "\"magic\" is not known"},
      {"validators", nlohmann::json::array({{{"is", "entropy"}, {"number", 1}}}),
       "its validators (entropy) refuse"},
      {"context", {{"words", nlohmann::json::array({"Upper"})}, {"before", 9}}, "not lower case"},
      {"measure", {{"kind", "guess"}}, "none of run, jwt, pem"},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.complaint);
    nlohmann::json rule = GoodRule();
    rule[test.key] = test.value;
    std::string all;
    for (const std::string& complaint : Check(nlohmann::json::array({rule})).complaints)
      all += complaint + "\n";
    CAPTURE(all);
    CHECK(all.find(test.complaint) != std::string::npos);
  }
}

TEST_CASE("rule check: two precise rules that find the same thing are told") {
  nlohmann::json second = GoodRule();
  second["id"] = "a.c";
  second["family"] = "a.c";
  std::string all;
  for (const std::string& complaint : Check(nlohmann::json::array({GoodRule(), second})).complaints)
    all += complaint;
  CHECK(all.find("also finds the example") != std::string::npos);
}

TEST_CASE("rule check: a folder without rules is an error") {
  CHECK_THROWS_AS(CheckRules(std::string(PICKET_SOURCE_DIR) + "/cmake"), Error);
}

}  // namespace picket
