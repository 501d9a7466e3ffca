#include "scan/policy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "scan/glob.h"

namespace picket {
namespace {

using Json = nlohmann::json;

const std::string kPrint = "fp1:" + std::string(40, 'a');

std::string ErrorOf(const std::string& text) {
  try {
    ParsePolicy(text, "test.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Json ReadSchema() {
  std::ifstream file(std::string(PICKET_SOURCE_DIR) + "/schemas/policy.schema.json");
  REQUIRE(file);
  return Json::parse(file);
}

void CollectKeys(const Json& schema, const std::string& prefix, std::vector<std::string>* keys) {
  if (!schema.contains("properties")) return;
  for (const auto& [name, sub] : schema["properties"].items()) {
    keys->push_back(prefix + name);
    CollectKeys(sub, prefix + name + ".", keys);
    if (sub.contains("items")) CollectKeys(sub["items"], prefix + name + "[].", keys);
  }
}

// Some value that fits `schema`; objects hold all of their keys.
Json Sample(const Json& schema) {
  if (schema.contains("enum")) return schema["enum"][0];
  if (schema.contains("examples")) return schema["examples"][0];
  std::string type = schema.at("type");
  if (type == "integer") return schema.value("maximum", 0ULL);
  if (type == "array") return Json::array({Sample(schema.at("items"))});
  REQUIRE(type == "object");
  Json object = Json::object();
  for (const auto& [name, sub] : schema["properties"].items()) object[name] = Sample(sub);
  return object;
}

}  // namespace

TEST_CASE("policy: the schema and the parser know the same keys") {
  std::vector<std::string> keys;
  CollectKeys(ReadSchema(), "", &keys);
  std::sort(keys.begin(), keys.end());
  CHECK(keys == PolicyKeys());
}

TEST_CASE("policy: a file with every key of the schema is accepted, and each key is read") {
  Json all = Sample(ReadSchema());
  Policy policy = ParsePolicy(all.dump(), "test.json");
  CHECK(policy.precise == Action::kBlock);
  CHECK(policy.contextual == Action::kBlock);
  CHECK(policy.weights == WeightPolicy::kAllowlist);
  CHECK(policy.AllowsClass("package.module.Class"));
  REQUIRE(policy.allow.size() == 1);
  CHECK(policy.allow[0].owner == "platform team");
  CHECK(policy.Excludes("tests/data/x/y.txt"));
  CHECK(policy.gaps == Action::kBlock);
  CHECK(policy.limits.threads == 1024);
  CHECK(policy.effective_limits().expand_depth == 64);
  CHECK(policy.repo_may == std::vector<std::string>{"allow"});
  CHECK(policy.Honours(".picket.json"));
  CHECK(policy.has_server);
  CHECK(policy.inline_words == kPicketAllow);
  CHECK(policy.baseline == ".picket-baseline");
  CHECK(policy.rules == std::vector<std::string>{"acme-rules.json"});
  CHECK(policy.fingerprint_key_file == "/etc/picket/fingerprint.key");
}

TEST_CASE("policy: the schema's default limits are the program's") {
  Json limits = ReadSchema()["properties"]["limits"]["properties"];
  EffectiveLimits defaults = ParsePolicy("{}", "test.json").effective_limits();
  CHECK(limits["blob_memory_bytes"]["default"] == defaults.blob_memory_bytes);
  CHECK(limits["temp_bytes"]["default"] == defaults.temp_bytes);
  CHECK(limits["expand_bytes"]["default"] == defaults.expand_bytes);
  CHECK(limits["expand_children"]["default"] == defaults.expand_children);
  CHECK(limits["expand_depth"]["default"] == defaults.expand_depth);
  CHECK(limits["findings_per_blob"]["default"] == defaults.findings_per_blob);
  CHECK(limits["threads"]["default"] == defaults.threads);
}

TEST_CASE("policy: the sandbox is the system's matter, and stays what the system says") {
  CHECK_FALSE(ParsePolicy("{}", "p").sandbox);
  struct Row {
    const char* word;
    SandboxUse use;
  };
  for (const Row& row : {Row{"auto", SandboxUse::kAuto}, Row{"require", SandboxUse::kRequire},
                         Row{"off", SandboxUse::kOff}}) {
    const Policy system =
        ParsePolicy(R"({"server": {"sandbox": ")" + std::string(row.word) + R"("}})", "p");
    CHECK(system.sandbox == row.use);
    const Policy other = ParsePolicy(R"({"gaps": "block"})", "q");
    CHECK(Tighten(system, other, "q").sandbox == row.use);
    CHECK(Layer(system, other).sandbox == row.use);
  }
}

TEST_CASE("policy: what is wrong is told with the file, the key and the way out") {
  struct Row {
    std::string text;
    std::string said;
  };
  for (
      const Row& row : {
          Row{R"({"tier": {}})", R"(unknown key "tier"; the nearest valid key is "tiers")"},
          Row{R"({"excludes": []})", R"("exclude")"},
          Row{R"({"tiers": {"contextal": "off"}})",
              R"(unknown key "contextal" in "tiers"; the nearest valid key is "contextual")"},
          Row{R"({"limits": {"thread": 1}})", R"(the nearest valid key is "threads")"},
          Row{R"({"allow": [{"finger_print": ""}]})",
              R"(unknown key "finger_print" in "allow[0]"; the nearest valid key is "fingerprint")"},
          Row{R"({"blacklist": []})", R"(unknown key "blacklist"; valid keys are "tiers", )"},
          Row{R"({"limits": {"q": 1}})", R"(valid keys are "blob_memory_bytes", )"},
          Row{R"({"inline": ["nosec"]})",
              R"("picket", "gitleaks", "detect-secrets", "trufflehog" at "inline[0]")"},
          Row{R"({"tiers": []})", R"(no object at "tiers")"},
          Row{R"({"tiers": {"precise": true}})", R"(no string at "tiers.precise")"},
          Row{R"({"tiers": {"precise": "Block"}})", R"("block", "warn", "off" at "tiers.precise")"},
          Row{R"({"gaps": "off"})", R"("block", "warn" at "gaps")"},
          Row{R"({"exclude": "x"})", R"(no array at "exclude")"},
          Row{R"({"exclude": ["a", ""]})", R"("exclude[1]")"},
          Row{R"({"exclude": ["[ab]"]})", R"(use '?')"},
          Row{R"({"exclude": ["!a"]})", R"(leading '!')"},
          Row{R"({"limits": {"threads": -1}})", R"(from 0 to 1024 at "limits.threads")"},
          Row{R"({"limits": {"threads": 1e999}})", "out of every range"},
          Row{R"({"limits": {"threads": 1.5}})", R"("limits.threads")"},
          Row{R"({"limits": {"threads": 18446744073709551616}})", R"("limits.threads")"},
          Row{R"({"limits": {"expand_depth": 65}})", R"("limits.expand_depth")"},
          Row{R"({"allow": [{"reason": "x"}]})", R"(no "fingerprint" at "allow[0]")"},
          Row{R"({"allow": [{"fingerprint": ")" + kPrint + R"("}]})", R"(no "reason")"},
          Row{R"({"allow": [{"fingerprint": ")" + kPrint + R"(", "reason": " "}]})", "empty"},
          Row{R"({"allow": [{"fingerprint": "fp1:xyz", "reason": "x"}]})", "40 hexadecimal"},
          Row{R"({"allow": [{"fingerprint": ")" + kPrint +
                  R"(", "reason": "x", "expires": "2026-02-29"}]})",
              R"(no date (YYYY-MM-DD) at "allow[0].expires")"},
          Row{R"({"weights": {"allow": ["torch"]}})", "dotted name"},
          Row{R"({"weights": {"allow": ["a..b"]}})", "dotted name"},
          Row{R"({"server": {"sandbox": true}})", R"(no string at "server.sandbox")"},
          Row{R"({"server": {"sandbox": "no"}})",
              R"("auto", "require", "off" at "server.sandbox")"},
          Row{R"({"server": {"repo_may": ["allows"]}})", R"(nearest valid key is "allow")"},
          Row{R"({"server": {"repo_may": ["server"]}})", R"("server.repo_may[0]")"},
          Row{R"({"server": {"honour": ["anything"]}})", R"("server.honour[0]")"},
          Row{R"({"fingerprint_key_file": "key"})", "no absolute path"},
          Row{R"({"gaps": "warn", "gaps": "block"})", R"("gaps" twice)"},
          Row{"{\n\"gaps\": wrong}", "line 2, column 9"},
          Row{"", "not valid JSON at line 1"},
          Row{"[]", "JSON object"},
          Row{"{} {}", "not valid JSON"},
          Row{"{\"\\u001b[31m\": 1}", R"("\u001b[31m")"},
          Row{"{\"\xff\": 1}", "not valid JSON"},
          Row{"{\"allow\": " + std::string(100, '[') + std::string(100, ']') + "}",
              "nested too deeply"},
      }) {
    CAPTURE(row.text);
    std::string said = ErrorOf(row.text);
    CAPTURE(said);
    CHECK(said.find(row.said) != std::string::npos);
    CHECK(said.find("test.json") != std::string::npos);
    CHECK(said.ends_with('.'));
  }
}

TEST_CASE("policy: an error repeats no value of the file") {
  for (std::string text : {R"({"gaps": "hush"})", R"({"exclude": ["[hush"]})",
                           R"({"allow": [{"fingerprint": "hush"}]})", R"({"x" "hush"})",
                           R"({"weights": {"allow": ["hush"]}})"}) {
    CHECK(ErrorOf(text) != "");
    CHECK(ErrorOf(text).find("hush") == std::string::npos);
  }
}

TEST_CASE("policy: defaults by tier and gate") {
  Policy policy;
  CHECK(policy.ActionFor(Tier::kPrecise) == Action::kBlock);
  CHECK(policy.ActionFor(Tier::kContextual) == Action::kWarn);
  CHECK(policy.weight_policy() == WeightPolicy::kAllowlist);
  for (Gate gate : {Gate::kPreReceive, Gate::kAudit, Gate::kScan}) CHECK(policy.GapsBlock(gate));
  for (Gate gate : {Gate::kPreCommit, Gate::kPreMergeCommit, Gate::kCommitMsg, Gate::kPrePush})
    CHECK_FALSE(policy.GapsBlock(gate));
  policy.gaps = Action::kBlock;
  CHECK(policy.GapsBlock(Gate::kPreCommit));
  policy.gaps = Action::kWarn;
  CHECK_FALSE(policy.GapsBlock(Gate::kPreReceive));
}

TEST_CASE("policy: an allowance holds through its last day") {
  Allowance allowance{kPrint, "test", "2026-03-31", "", AllowedBy::kPolicy};
  CHECK_FALSE(allowance.ExpiredOn("2026-03-30"));
  CHECK_FALSE(allowance.ExpiredOn("2026-03-31"));
  CHECK(allowance.ExpiredOn("2026-04-01"));
  allowance.expires = "";
  CHECK_FALSE(allowance.ExpiredOn("9999-12-31"));
}

TEST_CASE("policy: of several allowances the one that holds longest counts") {
  std::vector<Allowance> allow = {{kPrint, "a", "2026-01-01", "", AllowedBy::kPolicy},
                                  {kPrint, "b", "2027-01-01", "", AllowedBy::kPolicy}};
  CHECK(AllowanceIndex(allow).Use(kPrint)->reason == "b");
  allow.push_back({kPrint, "c", "", "", AllowedBy::kBaseline});
  CHECK(AllowanceIndex(allow).Use(kPrint)->reason == "c");
  allow.push_back({kPrint, "d", "", "", AllowedBy::kPolicy});
  CHECK(AllowanceIndex(allow).Use(kPrint)->reason == "d");
  AllowanceIndex index(allow);
  CHECK(index.Use("fp1:other") == nullptr);
  CHECK(index.Use("") == nullptr);
  CHECK(index.Unused("2026-01-01").size() == 1);
  index.Use(kPrint);
  CHECK(index.Unused("2026-01-01").empty());
}

TEST_CASE("policy: on a server a repository may tighten, and loosen only what the system lists") {
  struct Row {
    std::string system;
    std::string repository;
    std::string refused;  // the key that the error names; "" when it is accepted
  };
  for (const Row& row : {
           Row{"{}", R"({"tiers": {"contextual": "block"}})", ""},
           Row{"{}", R"({"tiers": {"contextual": "warn"}})", ""},
           Row{"{}", R"({"tiers": {"contextual": "off"}})", "tiers.contextual"},
           Row{"{}", R"({"tiers": {"precise": "warn"}})", "tiers.precise"},
           Row{R"({"tiers": {"contextual": "block"}})", R"({"tiers": {"contextual": "warn"}})",
               "tiers.contextual"},
           Row{"{}", R"({"weights": {"policy": "safetensors-only"}})", ""},
           Row{"{}", R"({"weights": {"policy": "denylist"}})", "weights.policy"},
           Row{"{}", R"({"weights": {"allow": ["a.b"]}})", "weights.allow"},
           Row{"{}", R"({"allow": [{"fingerprint": ")" + kPrint + R"(", "reason": "x"}]})",
               "allow"},
           Row{"{}", R"({"exclude": ["x"]})", "exclude"},
           Row{"{}", R"({"exclude": []})", ""},
           Row{"{}", R"({"gaps": "block"})", ""},
           Row{"{}", R"({"gaps": "warn"})", "gaps"},
           Row{R"({"gaps": "warn"})", R"({"gaps": "warn"})", ""},
           Row{"{}", R"({"limits": {"expand_bytes": 1000}})", ""},
           Row{"{}", R"({"limits": {"expand_bytes": 2147483648}})", "limits.expand_bytes"},
           Row{R"({"gaps": "warn"})", R"({"limits": {"expand_bytes": 1000}})",
               "limits.expand_bytes"},
           Row{R"({"limits": {"threads": 2}})", R"({"limits": {"threads": 4}})", "limits.threads"},
           Row{R"({"limits": {"threads": 2}})", R"({"limits": {"threads": 0}})", "limits.threads"},
           Row{"{}", R"({"limits": {"threads": 1}})", ""},
           Row{"{}", R"({"fingerprint_key_file": "/x"})", "fingerprint_key_file"},
           Row{"{}", R"({"server": {"repo_may": ["allow"]}})", "server"},
           Row{"{}", R"({"server": {"sandbox": "off"}})", "server"},
           Row{"{}", R"({"server": {"sandbox": "require"}})", "server"},
           Row{"{}", R"({"server": {}})", "server"},
           Row{"{}", R"({"baseline": "b"})", "baseline"},
           Row{R"({"server": {"repo_may": ["baseline"]}})", R"({"baseline": "b"})", ""},
           Row{"{}", R"({"rules": ["more.json"]})", ""},
           Row{"{}", R"({"inline": ["gitleaks"]})", "inline"},
           Row{"{}", R"({"inline": []})", ""},
           Row{R"({"inline": ["gitleaks"]})", R"({"inline": ["gitleaks"]})", ""},
           Row{R"({"inline": []})", R"({"inline": ["picket"]})", "inline"},
           Row{R"({"server": {"repo_may": ["exclude"]}})", R"({"exclude": ["x"]})", ""},
           Row{R"({"server": {"repo_may": ["exclude"]}})", R"({"gaps": "warn"})", "gaps"},
           Row{R"({"server": {"repo_may": ["tiers"]}})", R"({"tiers": {"precise": "off"}})", ""},
           Row{R"({"server": {"repo_may": ["tiers.contextual"]}})",
               R"({"tiers": {"precise": "off"}})", "tiers.precise"},
       }) {
    CAPTURE(row.system);
    CAPTURE(row.repository);
    Policy system = ParsePolicy(row.system, "system.json");
    Policy repository = ParsePolicy(row.repository, "repo.json");
    std::string said;
    try {
      Tighten(system, repository, "repo.json");
    } catch (const Error& error) {
      said = error.what();
    }
    CAPTURE(said);
    if (row.refused.empty()) {
      CHECK(said.empty());
    } else {
      CHECK(said.find('"' + row.refused + '"') != std::string::npos);
      CHECK(said.find("repo.json") != std::string::npos);
    }
  }
}

TEST_CASE("policy: comments count on a server only where its policy honours them") {
  struct Row {
    std::string policy;
    Gate gate;
    uint8_t words;
  };
  for (const Row& row : {
           Row{"{}", Gate::kPreCommit, kPicketAllow},
           Row{"{}", Gate::kAudit, kPicketAllow},
           Row{"{}", Gate::kPreReceive, 0},
           Row{R"({"inline": ["picket", "gitleaks"]})", Gate::kPreReceive, 0},
           Row{R"({"server": {"honour": [".picket.json"]}})", Gate::kPreReceive, 0},
           Row{R"({"server": {"honour": ["inline"]}})", Gate::kPreReceive, kPicketAllow},
           Row{R"({"inline": ["trufflehog", "detect-secrets"], "server": {"honour": ["inline"]}})",
               Gate::kPreReceive, kTrufflehogIgnore | kAllowlistSecret},
           Row{R"({"inline": []})", Gate::kPreCommit, 0},
       }) {
    CAPTURE(row.policy);
    CHECK(ParsePolicy(row.policy, "p").InlineWordsAt(row.gate) == row.words);
  }
  Policy tree = ParsePolicy(R"({"server": {"honour": ["inline"]}, "inline": ["gitleaks"]})", "t");
  CHECK(WithAllowancesOf(Policy(), tree).InlineWordsAt(Gate::kPreReceive) == 0);
  CHECK_THROWS_WITH_AS(CheckTreePolicy(tree, "t.json"), doctest::Contains("t.json"), Error);
  CHECK_THROWS_AS(CheckTreePolicy(ParsePolicy(R"({"server": {}})", "t"), "t"), Error);
  CHECK_NOTHROW(CheckTreePolicy(Policy(), "t"));
}

TEST_CASE("policy: what a repository tightens counts") {
  Policy system = ParsePolicy(R"({"gaps": "warn", "exclude": ["a"]})", "s");
  Policy repository = ParsePolicy(R"({"gaps": "block", "limits": {"threads": 1}})", "r");
  Policy result = Tighten(system, repository, "r");
  CHECK(result.gaps == Action::kBlock);
  CHECK(result.effective_limits().threads == 1);
  CHECK(result.Excludes("a"));
}

TEST_CASE("policy: layers replace values and join lists; an honoured tree gives allowances only") {
  Policy base = ParsePolicy(R"({"gaps": "warn", "exclude": ["a"]})", "s");
  Policy nearer = ParsePolicy(R"({"gaps": "block", "exclude": ["b"], "allow": [{"fingerprint": ")" +
                                  kPrint + R"(", "reason": "x"}]})",
                              "r");
  Policy both = Layer(base, nearer);
  CHECK(both.gaps == Action::kBlock);
  CHECK(both.Excludes("a"));
  CHECK(both.Excludes("b"));
  Policy honoured = WithAllowancesOf(base, nearer);
  CHECK(honoured.gaps == Action::kWarn);
  CHECK_FALSE(honoured.Excludes("b"));
  REQUIRE(honoured.allow.size() == 1);
  CHECK(honoured.allow[0].fingerprint == kPrint);
}

TEST_CASE("policy: a file that can't be opened is an error with the reason") {
  CHECK_THROWS_WITH_AS(ReadPolicy("/nonexistent/policy.json"),
                       doctest::Contains("No such file or directory"), Error);
  CHECK_THROWS_AS(ReadPolicy("/"), Error);
}

TEST_CASE("policy: today is a date") {
  std::string today = TodayUtc();
  CHECK(ParsePolicy(R"({"allow": [{"fingerprint": ")" + kPrint +
                        R"(", "reason": "x", "expires": ")" + today + R"("}]})",
                    "t")
            .allow[0]
            .expires == today);
}

TEST_CASE("glob: patterns match as .gitignore's do") {
  struct Row {
    std::string pattern;
    std::string path;
    bool matches;
  };
  for (const Row& row : {
           Row{"a.txt", "a.txt", true},
           Row{"a.txt", "x/y/a.txt", true},
           Row{"a.txt", "a.txt.bak", false},
           Row{"a.txt", "xa.txt", false},
           Row{"a.txt", "a.txt/below", true},
           Row{"/a.txt", "a.txt", true},
           Row{"/a.txt", "x/a.txt", false},
           Row{"x/a.txt", "x/a.txt", true},
           Row{"x/a.txt", "y/x/a.txt", false},
           Row{"*.txt", "x/a.txt", true},
           Row{"*.txt", "a.txt/b", true},
           Row{"x/*.txt", "x/y/a.txt", false},
           Row{"x/*", "x/y/a.txt", true},
           Row{"?.txt", "a.txt", true},
           Row{"?.txt", "ab.txt", false},
           Row{"x?y", "x/y", false},
           Row{"docs/", "docs/a", true},
           Row{"docs/", "docs", false},
           Row{"docs/", "x/docs/a", true},
           Row{"/docs/", "x/docs/a", false},
           Row{"docs/**", "docs/a/b", true},
           Row{"docs/**", "docs", false},
           Row{"docs/**", "docsx/a", false},
           Row{"**/x", "x", true},
           Row{"**/x", "a/b/x", true},
           Row{"**/x", "a/bx", false},
           Row{"a/**/b", "a/b", true},
           Row{"a/**/b", "a/x/y/b", true},
           Row{"a/**/b", "a/xb", false},
           Row{"a/**/b", "ab", false},
           Row{"**", "anything/at/all", true},
           Row{"a**b", "axyb", true},
           Row{"a**b", "ax/yb", false},
           Row{"*", "x", true},
           Row{"A", "a", false},
           Row{"\xff*", "\xff\xfe", true},
       }) {
    CAPTURE(row.pattern);
    CAPTURE(row.path);
    CHECK(Glob(row.pattern).Matches(row.path) == row.matches);
  }
}

TEST_CASE("glob: a hostile pattern takes linear work") {
  std::string pattern;
  while (pattern.size() < 1000) pattern += "**/*a";
  CHECK_FALSE(Glob(pattern).Matches(std::string(4000, 'a') + "b"));
  CHECK_THROWS_AS(Glob(std::string(1025, 'a')), Error);
}

}  // namespace picket
