#include "secrets/own_rules.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "secrets/secret_mask.h"
#include "secrets/template.h"

namespace picket {
namespace {

std::string Entry(const std::string& id, const std::string& family, const std::string& tier,
                  const std::string& pattern, int width, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "family": ")" + family + R"(", "tier": ")" + tier +
         R"(", "severity": "high", "description": "A thing.", "remediation": "Revoke it.",
         "pattern": ")" +
         pattern + R"(", "max_width": )" + std::to_string(width) + R"(, "examples": ["x"])" + more +
         "}";
}

RuleFile File(const std::string& name, const std::string& entries) {
  return {name, "{\"rules\": [" + entries + "]}"};
}

// A set in the place of the installed one.
std::shared_ptr<const RuleSet> Installed() {
  static const auto set = [] {
    const RuleFile file = File(
        "shipped.json",
        Entry("shipped.token", "token", "precise", "tok_[a-z]{8}", 12,
              R"(, "encoded_literals": ["tok_"])") +
            "," + Entry("shipped.value", "value", "contextual", "value=([a-z_]{5,20})", 26) + "," +
            Entry("generic.secret", "secret", "contextual", "secret=([a-z_]{5,20})", 27));
    Rule other;
    other.id = other.family = "none.path";
    other.path_suffixes = {"none"};
    std::vector<std::string> complaints;
    return CompileOwnRules({&file, 1}, *RuleSet::Compile({other}, "", &complaints));
  }();
  return set;
}

std::shared_ptr<const RuleSet> Own(const std::string& entries) {
  const RuleFile file = File("own.json", entries);
  return CompileOwnRules({&file, 1}, *Installed());
}

std::vector<std::string> Found(const SecretDetector& detector, const std::string& text,
                               ObjectKind kind = ObjectKind::kBlob) {
  auto session = detector.NewSession();
  Expander expander{ExpandLimits{}};
  std::vector<std::string> rules;
  for (const Finding& finding : DeepScan(text, kind, *session, expander)) {
    rules.push_back(finding.rule);
  }
  return rules;
}

}  // namespace

TEST_CASE("own rules: findings of both sets are judged as within one") {
  struct Case {
    std::string what;
    std::string own;
    std::string text;
    std::string found;  // a blank after each
  };
  const Case kCases[] = {
      {"another thing", Entry("own.badge", "badge", "precise", "bdg_[a-z]{8}", 12),
       "bdg_abcdefgh tok_abcdefgh", "own.badge shipped.token "},
      {"an own precise finding drops an installed contextual one",
       Entry("own.badge", "badge", "precise", "bdg_[a-z]{8}", 12), "value=bdg_abcdefgh",
       "own.badge "},
      {"an installed precise finding drops an own contextual one",
       Entry("own.hint", "hint", "contextual", "_[a-z]{8}", 9), "tok_abcdefgh", "shipped.token "},
      {"of one family at one place the installed one speaks, whatever its name",
       Entry("own.token", "token", "precise", "tok_[a-z]{8}", 12), "tok_abcdefgh",
       "shipped.token "},
      {"two families at one place are two",
       Entry("own.other", "other", "precise", "tok_[a-z]{8}", 12), "tok_abcdefgh",
       "own.other shipped.token "},
      {"a part of what an installed rule finds silences nothing",
       Entry("own.part", "part", "precise", "=(bd)g_", 5), "value=bdg_abcdefgh",
       "own.part shipped.value "},
      {"not even in its own family", Entry("own.part", "value", "precise", "=(bd)g_", 5),
       "value=bdg_abcdefgh", "own.part shipped.value "},
      {"nor does a match of its family that begins earlier",
       Entry("own.token", "token", "precise", "x=(to)k_", 6), "x=tok_abcdefgh", "shipped.token "},
      {"nor a contextual one of one value's beginning, where a general rule reads all of it",
       Entry("own.hint", "hint", "contextual", "secret=(bd)g_", 11), "secret=bdg_abcdefgh",
       "own.hint generic.secret "},
      {"own contextual rules warn", Entry("own.hint", "hint", "contextual", "hnt_[a-z]{8}", 12),
       "hnt_abcdefgh", "own.hint "},
      {"encoded spellings of own literals are decoded",
       Entry("own.badge", "badge", "precise", "bdg_[a-z]{8}", 12,
             R"(, "encoded_literals": ["bdg_"])"),
       "data: " + EncodeBase64("the badge is bdg_abcdefgh; the rest follows", false, true),
       "own.badge "},
  };
  for (const Case& one : kCases) {
    CAPTURE(one.what);
    const SecretDetector detector(Installed(), FingerprintKey(), Own(one.own));
    std::string found;
    for (const std::string& rule : Found(detector, one.text)) found += rule + " ";
    CHECK(found == one.found);
  }
}

TEST_CASE("own rules: paths, and the mask") {
  const std::string path = R"({"id": "own.file", "family": "f", "tier": "precise",
      "severity": "high", "description": "A file.", "remediation": "Remove it.",
      "paths": ["acme.key"], "examples": ["x/acme.key"]})";
  const SecretDetector detector(
      Installed(), FingerprintKey(),
      Own(path + "," + Entry("own.badge", "badge", "precise", "bdg_[a-z]{8}", 12)));
  CHECK(Found(detector, "a/acme.key", ObjectKind::kPathName) ==
        std::vector<std::string>{"own.file"});
  SecretMask mask(detector);
  const std::string masked = mask.Apply("it is bdg_abcdefgh and tok_abcdefgh");
  CHECK(masked.find("abcdef") == std::string::npos);
  CHECK(masked.starts_with("it is bdg_"));
}

TEST_CASE("own rules: every complaint is heard at once, with file and id") {
  const std::vector<RuleFile> files = {
      File("a.json", Entry("shipped.token", "t", "precise", "zz[0-9]{4}", 6) + "," +
                         Entry("own.open", "t", "precise", "zz[0-9]+", 6)),
      File("b.json", Entry("own.twice", "t", "precise", "zy[0-9]{4}", 6)),
      File("c.json", Entry("own.twice", "t", "precise", "zx[0-9]{4}", 6)),
      {"d.json", "nothing"}};
  try {
    CompileOwnRules(files, *Installed());
    FAIL("accepted");
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* piece :
         {"a.json: the id shipped.token is that of an installed rule", "a.json, own.open",
          "c.json: the id own.twice", "d.json: is no JSON"}) {
      CAPTURE(piece);
      CHECK(text.find(piece) != std::string::npos);
    }
  }
}

TEST_CASE("own rules: a hash tells what they say, not where they lie, and a file counts once") {
  const RuleFile a = File("a.json", Entry("own.a", "a", "precise", "za[0-9]{4}", 6));
  const RuleFile b = File("b.json", Entry("own.b", "b", "precise", "zb[0-9]{4}", 6));
  const RuleFile moved = {"x/a.json", a.bytes};
  const std::string both = HashOwnRules(std::vector<RuleFile>{a, b});
  CHECK(both == HashOwnRules(std::vector<RuleFile>{b, moved}));
  CHECK(both == HashOwnRules(std::vector<RuleFile>{b, moved, a}));
  CHECK(both != HashOwnRules(std::vector<RuleFile>{a}));
  const auto set = CompileOwnRules(std::vector<RuleFile>{a, moved, b}, *Installed());
  CHECK(set->rules().size() == 2);
  CHECK(set->source_hash() == both);
}

}  // namespace picket
