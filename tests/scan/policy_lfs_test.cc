#include "scan/policy_lfs.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

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

// The complaint about a repository's policy on top of a system's; "" where it may stand.
std::string Tightened(const std::string& system, const std::string& repository) {
  try {
    Tighten(ParsePolicy(system, "system.json"), ParsePolicy(repository, "repo.json"), "repo.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("policy lfs: every key is read") {
  const Policy policy = ParsePolicy(
      R"({"lfs": {"stores": [{"path": "/a"}, {"path": "/b", "layout": "gitea"},
          {"path": "/c", "layout": "soft-serve"}, {"path": "/d", "layout": "git-lfs"}],
          "verify": "size", "missing": "warn", "unpointed": "block", "memory": "/m"}})",
      "test.json");
  REQUIRE(policy.lfs.stores.size() == 4);
  CHECK(policy.lfs.stores[0].path == "/a");
  CHECK(policy.lfs.stores[0].layout == LfsLayout::kAuto);
  CHECK(policy.lfs.stores[1].layout == LfsLayout::kSplit);
  CHECK(policy.lfs.stores[2].layout == LfsLayout::kSoftServe);
  CHECK(policy.lfs.stores[3].layout == LfsLayout::kGitLfs);
  CHECK(policy.lfs.verify == LfsVerify::kSize);
  CHECK(policy.lfs.missing == Action::kWarn);
  CHECK(policy.lfs.unpointed == Action::kBlock);
  CHECK(policy.lfs.memory == "/m");
}

TEST_CASE("policy lfs: what is wrong is named") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"lfs": {"store": []}})", "\"store\""},
      {R"({"lfs": {"stores": [{"path": "a"}]}})", "no absolute path at \"lfs.stores[0].path\""},
      {R"({"lfs": {"stores": [{"layout": "auto"}]}})", "no \"path\" at \"lfs.stores[0]\""},
      {R"({"lfs": {"stores": [{"path": "/a", "layout": "x"}]}})", "lfs.stores[0].layout"},
      {R"({"lfs": {"stores": {"path": "/a"}}})", "no array at \"lfs.stores\""},
      {R"({"lfs": {"stores": ["/a"]}})", "no object at \"lfs.stores[0]\""},
      {R"({"lfs": {"verify": "md5"}})", "lfs.verify"},
      {R"({"lfs": {"missing": "off"}})", "lfs.missing"},
      {R"({"lfs": {"memory": "m"}})", "no absolute path at \"lfs.memory\""},
      {R"({"refs": {"replace": true}})", "no string at \"refs.replace\""},
      {R"({"refs": {"lfs_hosts": ["https://a"]}})", "no host name at \"refs.lfs_hosts[0]\""},
      {R"({"server": {"trust_alternates": "yes"}})", "server.trust_alternates"},
      {R"({"server": {"repo_may": ["lfs.stores[].path"]}})", "unknown key"},
  };
  for (const auto& [text, complaint] : cases) {
    const std::string& shown = text;
    CAPTURE(shown);
    CHECK(ErrorOf(text).find(complaint) != std::string::npos);
  }
}

TEST_CASE("policy lfs and refs: a server's repository may tighten and not loosen") {
  const std::vector<std::pair<std::string, std::string>> may = {
      {"{}", R"({"lfs": {"verify": "sha256", "missing": "block", "unpointed": "block"}})"},
      {R"({"lfs": {"verify": "size"}})", R"({"lfs": {"verify": "size"}})"},
      {R"({"lfs": {"missing": "warn"}})", R"({"lfs": {"missing": "warn"}})"},
      {R"({"lfs": {"unpointed": "off"}})", R"({"lfs": {"unpointed": "off"}})"},
      {"{}", R"({"refs": {"replace": "block", "lfsconfig": "warn", "lfs_hosts": ["a"]}})"},
      {R"({"server": {"repo_may": ["lfs"]}})", R"({"lfs": {"stores": [{"path": "/a"}]}})"},
      {R"({"server": {"repo_may": ["refs.replace"]}, "refs": {"replace": "block"}})",
       R"({"refs": {"replace": "off"}})"},
  };
  for (const auto& [system, repository] : may) {
    const std::string& shown = repository;
    CAPTURE(shown);
    CHECK(Tightened(system, repository).empty());
  }
  const std::vector<std::tuple<std::string, std::string, std::string>> may_not = {
      {"{}", R"({"lfs": {"stores": [{"path": "/a"}]}})", "lfs.stores"},
      {"{}", R"({"lfs": {"verify": "size"}})", "lfs.verify"},
      {R"({"lfs": {"verify": "sha256"}})", R"({"lfs": {"verify": "size"}})", "lfs.verify"},
      {"{}", R"({"lfs": {"missing": "warn"}})", "lfs.missing"},
      {"{}", R"({"lfs": {"unpointed": "off"}})", "lfs.unpointed"},
      {R"({"lfs": {"unpointed": "block"}})", R"({"lfs": {"unpointed": "warn"}})", "lfs.unpointed"},
      {"{}", R"({"lfs": {"memory": "/m"}})", "lfs.memory"},
      {R"({"refs": {"replace": "block"}})", R"({"refs": {"replace": "warn"}})", "refs.replace"},
      {R"({"refs": {"lfsconfig": "block"}})", R"({"refs": {"lfs_hosts": ["a"]}})",
       "refs.lfs_hosts"},
      {"{}", R"({"server": {"trust_alternates": true}})", "server"},
  };
  for (const auto& [system, repository, key] : may_not) {
    const std::string& shown = repository;
    CAPTURE(shown);
    CHECK(Tightened(system, repository).find(key) != std::string::npos);
  }
}

TEST_CASE("policy lfs: what is judged names no folder of the machine") {
  for (const char* text :
       {R"({"lfs": {"stores": [{"path": "/a"}]}})", R"({"lfs": {"memory": "/m"}})"}) {
    CHECK_THROWS_AS(CheckTreePolicy(ParsePolicy(text, ".picket.json"), ".picket.json"), Error);
  }
  CHECK_NOTHROW(CheckTreePolicy(ParsePolicy(R"({"lfs": {"missing": "block"}})", "tree"), "tree"));
}

TEST_CASE("policy lfs: a missing object is a gap in pre-receive where there is a store") {
  LfsPolicy policy;
  CHECK(policy.MissingIsGap(Gate::kPreReceive, true));
  CHECK_FALSE(policy.MissingIsGap(Gate::kPreReceive, false));
  for (Gate gate : {Gate::kPreCommit, Gate::kPrePush, Gate::kAudit})
    CHECK_FALSE(policy.MissingIsGap(gate, true));
  policy.missing = Action::kBlock;
  CHECK(policy.MissingIsGap(Gate::kPreCommit, false));
  policy.missing = Action::kWarn;
  CHECK_FALSE(policy.MissingIsGap(Gate::kPreReceive, true));
}

TEST_CASE("policy lfs and refs: the nearer policy wins, and lists are joined") {
  const Policy base = ParsePolicy(
      R"({"lfs": {"stores": [{"path": "/a"}], "verify": "size", "memory": "/m"},
          "refs": {"replace": "warn", "lfs_hosts": ["a"]}})",
      "base");
  const Policy nearer = ParsePolicy(
      R"({"lfs": {"stores": [{"path": "/b"}], "verify": "sha256"},
          "refs": {"replace": "block", "lfs_hosts": ["B"]}})",
      "nearer");
  const Policy both = Layer(base, nearer);
  REQUIRE(both.lfs.stores.size() == 2);
  CHECK(both.lfs.stores[1].path == "/b");
  CHECK(both.lfs.verify == LfsVerify::kSha256);
  CHECK(both.lfs.memory == "/m");
  CHECK(both.refs.replace == Action::kBlock);
  CHECK(both.refs.lfs_hosts == std::vector<std::string>{"a", "b"});
}

}  // namespace picket
