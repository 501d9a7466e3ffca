#include "scan/server_policy.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"
#include "scan/policy.h"

namespace picket {
namespace {

std::string ErrorOf(const std::string& text) {
  try {
    ParsePolicy(text, "test.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("server policy: a time is a number and a unit, up to a day") {
  struct Row {
    const char* text;
    uint64_t milliseconds;  // 0: refused
  };
  for (const Row& row :
       {Row{"1ms", 1}, Row{"500ms", 500}, Row{"4s", 4000}, Row{"2m", 120'000},
        Row{"1440m", 86'400'000}, Row{"1441m", 0}, Row{"0s", 0}, Row{"", 0}, Row{"s", 0},
        Row{"4", 0}, Row{"4 s", 0}, Row{" 4s", 0}, Row{"+4s", 0}, Row{"-4s", 0}, Row{"4S", 0},
        Row{"4h", 0}, Row{"4s ", 0}, Row{"99999999999999999999s", 0}}) {
    INFO(row.text);
    CHECK(TryParseDuration(row.text).value_or(0) == row.milliseconds);
  }
}

TEST_CASE("server policy: an identity is a known word and a name") {
  struct Row {
    const char* text;
    const char* variable;  // "": refused
    const char* name;
  };
  for (const Row& row :
       {Row{"gitlab:alice", "GL_USERNAME", "alice"}, Row{"gitea:a", "GITEA_PUSHER_NAME", "a"},
        Row{"forgejo:a", "GITEA_PUSHER_NAME", "a"}, Row{"gitolite:a", "GL_USER", "a"},
        Row{"http:a:b", "REMOTE_USER", "a:b"}, Row{"github:a", "GITHUB_USER_LOGIN", "a"},
        Row{"bitbucket:a", "BB_USER_NAME", "a"}, Row{"soft-serve:a", "SOFT_SERVE_USERNAME", "a"},
        Row{"cert:0123ABCD", "GIT_PUSH_CERT_KEY", "0123ABCD"}, Row{"gitlab:", "", ""},
        Row{"gitlab", "", ""}, Row{"GL_USERNAME:alice", "", ""}, Row{":alice", "", ""},
        Row{"Gitlab:alice", "", ""}, Row{"", "", ""}}) {
    INFO(row.text);
    const std::optional<Identity> identity = TryParseIdentity(row.text);
    REQUIRE(identity.has_value() == (*row.variable != '\0'));
    if (!identity) continue;
    CHECK(identity->kind->variable == row.variable);
    CHECK(identity->name == row.name);
  }
}

TEST_CASE("server policy: each key is read") {
  const Policy policy =
      ParsePolicy(R"({"server": {"deadline": "4s", "on_deadline": "debt",
    "debts": "/var/lib/d", "log": "/var/log/l", "log_accepted": false, "bypass": [
    {"identities": ["gitlab:alice", "http:bob"]},
    {"identities": ["cert:AB"], "fingerprints": ["fp1:)" +
                      std::string(40, 'a') + R"("], "refs": ["refs/heads/*"]}]}})",
                  "test.json");
  const ServerPolicy& server = policy.server;
  CHECK(server.deadline == 4000u);
  CHECK(server.on_deadline == OnDeadline::kDebt);
  CHECK(server.debts == "/var/lib/d");
  CHECK(server.log == "/var/log/l");
  CHECK_FALSE(server.log_accepted);
  REQUIRE(server.bypass.size() == 2);
  CHECK(server.bypass[0].identities.size() == 2);
  CHECK(server.bypass[0].refs.empty());
  CHECK(server.bypass[1].fingerprints.size() == 1);
  CHECK(server.bypass[1].refs.size() == 1);
  const Policy plain = ParsePolicy("{}", "test.json");
  CHECK_FALSE(plain.server.deadline);
  CHECK(plain.server.on_deadline == OnDeadline::kBlock);
  CHECK(plain.server.log_accepted);
  CHECK(ParsePolicy(R"({"server": {"deadline": 250}})", "t").server.deadline == 250u);
}

TEST_CASE("server policy: what a repository says of it never counts") {
  const Policy system = ParsePolicy(
      R"({"server": {"repo_may": ["allow"], "deadline": "4s", "log": "/l"}})", "system.json");
  const Policy both = Tighten(system, ParsePolicy("{}", "own.json"), "own.json");
  CHECK(both.server.deadline == 4000u);
  CHECK(both.server.log == "/l");
  for (const char* own :
       {R"({"server": {"deadline": "1s"}})", R"({"server": {"log": "/m"}})",
        R"({"server": {"on_deadline": "block"}})",
        R"({"server": {"log": "/l", "bypass": [{"identities": ["http:eve"]}]}})"}) {
    INFO(own);
    CHECK_THROWS_AS(Tighten(system, ParsePolicy(own, "own.json"), "own.json"), Error);
    CHECK_THROWS_AS(CheckTreePolicy(ParsePolicy(own, "t"), "t"), Error);
    // Nor where allowances of the pushed tree are honoured.
    const Policy tree = WithAllowancesOf(system, ParsePolicy(own, "t"));
    CHECK(tree.server.deadline == 4000u);
    CHECK(tree.server.bypass.empty());
  }
}

TEST_CASE("server policy: a wrong value is named by its key") {
  struct Row {
    const char* text;
    const char* key;
  };
  for (const Row& row :
       {Row{R"({"server": {"deadline": "soon"}})", "server.deadline"},
        Row{R"({"server": {"deadline": 0}})", "server.deadline"},
        Row{R"({"server": {"deadline": 86400001}})", "server.deadline"},
        Row{R"({"server": {"deadline": -1}})", "server.deadline"},
        Row{R"({"server": {"on_deadline": "pass"}})", "server.on_deadline"},
        Row{R"({"server": {"log": "relative"}})", "server.log"},
        Row{R"({"server": {"log": ""}})", "server.log"},
        Row{R"({"server": {"debts": "relative"}})", "server.debts"},
        Row{R"({"server": {"log_accepted": "yes"}})", "server.log_accepted"},
        Row{R"({"server": {"bypass": {}}})", "server.bypass"},
        Row{R"({"server": {"bypass": [{"identities": ["http:a"]}]}})", "server.bypass"},
        Row{R"({"server": {"bypass": [{}]}})", "server.bypass[0]"},
        Row{R"({"server": {"bypass": [{"identities": []}]}})", "server.bypass[0]"},
        Row{R"({"server": {"bypass": [{"identities": ["alice"]}]}})",
            "server.bypass[0].identities[0]"},
        Row{R"({"server": {"bypass": [{"identities": ["http:a"], "fingerprints": ["*"]}]}})",
            "server.bypass[0].fingerprints[0]"},
        Row{R"({"server": {"bypass": [{"identities": ["http:a"], "fingerprints": []}]}})",
            "server.bypass[0].fingerprints"},
        Row{R"({"server": {"bypass": [{"identities": ["http:a"], "refs": ["main"]}]}})",
            "server.bypass[0].refs[0]"},
        Row{R"({"server": {"bypass": [{"identities": ["http:a"], "refs": []}]}})",
            "server.bypass[0].refs"},
        Row{R"({"server": {"bypass": [{"identity": "http:a"}]}})", "identities"}}) {
    INFO(row.text);
    CHECK(ErrorOf(row.text).find(row.key) != std::string::npos);
  }
}

}  // namespace picket
