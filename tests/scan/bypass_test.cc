#include "scan/bypass.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "scan/policy.h"

namespace picket {
namespace {

using Variables = std::map<std::string, std::string>;

const std::string kPrint = "fp1:" + std::string(40, 'a');
const std::string kOther = "fp1:" + std::string(40, 'b');

Environment From(const Variables& variables) {
  return [&variables](const char* name) -> const char* {
    const auto known = variables.find(name);
    return known == variables.end() ? nullptr : known->second.c_str();
  };
}

Variables Options(const std::vector<std::string>& options, Variables more = {}) {
  more["GIT_PUSH_OPTION_COUNT"] = std::to_string(options.size());
  for (size_t i = 0; i < options.size(); ++i)
    more["GIT_PUSH_OPTION_" + std::to_string(i)] = options[i];
  return more;
}

ServerPolicy PolicyOf(const std::string& grants) {
  return ParsePolicy(R"({"server": {"log": "/l", "bypass": [)" + grants + "]}}", "test.json")
      .server;
}

size_t Granted(const ServerPolicy& policy, const Variables& variables,
               const std::vector<std::string>& refs = {"refs/heads/main"}) {
  return Bypass(policy, refs, From(variables)).allowances().size();
}

}  // namespace

TEST_CASE("bypass: what was asked for is read strictly") {
  const std::string allow = "picket.allow=" + kPrint;
  struct Row {
    std::vector<std::string> options;
    size_t prints;
    std::string reason;
    size_t complaints;
  };
  for (const Row& row :
       {Row{{allow, "picket.reason=a test"}, 1, "a test", 0},
        Row{{"ci.skip", allow, "other=1"}, 1, "", 0},
        Row{{allow, allow, "picket.allow=" + kOther}, 2, "", 0}, Row{{"picket.allow=*"}, 0, "", 1},
        Row{{"picket.allow=" + kPrint + " "}, 0, "", 1},
        Row{{"picket.allow=FP1:" + std::string(40, 'a')}, 0, "", 1}, Row{{"picket.skip"}, 0, "", 1},
        Row{{allow, "picket.reason="}, 1, "", 1}, Row{{allow, "picket.reason=   "}, 1, "", 1},
        Row{{allow, "picket.reason=two\nlines"}, 1, "", 1},
        Row{{allow, "picket.reason=\x1b[2J"}, 1, "", 1},
        Row{{allow, "picket.reason=" + std::string(501, 'x')}, 1, "", 1},
        Row{{allow, "picket.reason=" + std::string(500, 'x')}, 1, std::string(500, 'x'), 0}}) {
    INFO(row.options.back());
    const Variables variables = Options(row.options);
    const BypassRequest request = ReadBypassRequest(From(variables));
    CHECK(request.fingerprints.size() == row.prints);
    CHECK(request.reason == row.reason);
    CHECK(request.complaints.size() == row.complaints);
  }
  for (const char* count : {"", "x", "-1", "1x", "99999999999999999999999"}) {
    Variables variables = Options({allow});
    variables["GIT_PUSH_OPTION_COUNT"] = count;
    CHECK(ReadBypassRequest(From(variables)).empty());
  }
  // A lie about the number costs nothing.
  Variables variables = Options({allow});
  variables["GIT_PUSH_OPTION_COUNT"] = "4000000000";
  const BypassRequest request = ReadBypassRequest(From(variables));
  CHECK(request.fingerprints.size() == 1);
  CHECK(request.complaints.size() == 1);
}

TEST_CASE("bypass: granted only to whom the policy names, by the variable that it names") {
  const ServerPolicy policy = PolicyOf(R"({"identities": ["gitlab:alice", "http:bob"]})");
  const std::vector<std::string> options = {"picket.allow=" + kPrint, "picket.reason=a test"};
  struct Row {
    Variables who;
    size_t granted;
  };
  for (const Row& row : {Row{{{"GL_USERNAME", "alice"}}, 1}, Row{{{"REMOTE_USER", "bob"}}, 1},
                         Row{{{"GL_USERNAME", "mallory"}, {"REMOTE_USER", "bob"}}, 1}, Row{{}, 0},
                         Row{{{"GL_USERNAME", "bob"}}, 0}, Row{{{"REMOTE_USER", "alice"}}, 0},
                         Row{{{"GL_USERNAME", "Alice"}}, 0}, Row{{{"GL_USERNAME", "alice "}}, 0},
                         Row{{{"GL_USERNAME", ""}}, 0}, Row{{{"GL_USER", "alice"}}, 0},
                         Row{{{"GITEA_PUSHER_NAME", "alice"}}, 0}, Row{{{"USER", "alice"}}, 0}}) {
    CHECK(Granted(policy, Options(options, row.who)) == row.granted);
  }
  CHECK(Granted(ServerPolicy(), Options(options, {{"GL_USERNAME", "alice"}})) == 0);
}

TEST_CASE("bypass: a certificate counts only where Git found it and its nonce good") {
  const ServerPolicy policy = PolicyOf(R"({"identities": ["cert:AB12"]})");
  const std::vector<std::string> options = {"picket.allow=" + kPrint, "picket.reason=a test"};
  for (const char* status : {"G", "B", "U", "N", "X", "E", ""}) {
    for (const char* nonce : {"OK", "SLOP", "BAD", "MISSING", "UNSOLICITED", ""}) {
      for (const char* key : {"AB12", "AB13"}) {
        const size_t granted =
            Granted(policy, Options(options, {{"GIT_PUSH_CERT_KEY", key},
                                              {"GIT_PUSH_CERT_STATUS", status},
                                              {"GIT_PUSH_CERT_NONCE_STATUS", nonce}}));
        const bool good =
            std::string(status) == "G" && std::string(nonce) == "OK" && std::string(key) == "AB12";
        CHECK(granted == (good ? 1 : 0));
      }
    }
  }
}

TEST_CASE("bypass: covers the fingerprints and refs of its grant, and needs a reason") {
  const ServerPolicy policy =
      PolicyOf(R"({"identities": ["http:a"], "fingerprints": [")" + kPrint +
               R"("]}, {"identities": ["http:a"], "refs": ["refs/heads/wip/**"]})");
  const auto asked = [](const std::string& print) {
    return Options({"picket.allow=" + print, "picket.reason=a test"}, {{"REMOTE_USER", "a"}});
  };
  CHECK(Granted(policy, asked(kPrint)) == 1);
  CHECK(Granted(policy, asked(kOther)) == 0);
  CHECK(Granted(policy, asked(kOther), {"refs/heads/wip/x"}) == 1);
  // One ref that the grant does not cover is enough.
  CHECK(Granted(policy, asked(kOther), {"refs/heads/wip/x", "refs/heads/main"}) == 0);
  CHECK(Granted(policy, Options({"picket.allow=" + kPrint}, {{"REMOTE_USER", "a"}})) == 0);

  const Variables variables = asked(kOther);
  const Bypass bypass(policy, {"refs/heads/main"}, From(variables));
  CHECK(bypass.who() == "http:a");
  CHECK(bypass.refused() == std::vector<std::string>{kOther});
  CHECK(bypass.MayAllow(kPrint));
  CHECK_FALSE(bypass.MayAllow(kOther));
  CHECK_FALSE(bypass.MayAllow(""));
  REQUIRE(bypass.Notes().size() == 1);
  CHECK(bypass.Notes()[0].find(kOther) != std::string::npos);
}

}  // namespace picket
