#include "secrets/gitleaks_import.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "secrets/rule_check.h"

namespace picket {
namespace {

// Keys of one [[rules]] table, and nothing secret: bodies are classes.
std::string RuleToml(const std::string& id, const std::string& more) {
  return "[[rules]]\nid = \"" + id + "\"\n" + more + "\n";
}

GitleaksImport Import(const std::string& toml) {
  return ImportGitleaks(ParseGitleaksConfig(toml, "their.toml"));
}

bool Tells(const std::vector<std::string>& lines, const std::string& piece) {
  return std::any_of(lines.begin(), lines.end(), [&piece](const std::string& line) {
    return line.ends_with('.') && line.find(piece) != std::string::npos;
  });
}

nlohmann::json RuleOf(const GitleaksImport& import, const std::string& id) {
  const nlohmann::json file = nlohmann::json::parse(import.json);
  for (const nlohmann::json& rule : file["rules"]) {
    if (rule["id"] == id) return rule;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("gitleaks import: what comes out passes the check, and nothing is lost in silence") {
  const GitleaksImport import =
      Import(RuleToml("acme-token",
                      "description = 'Acme'\nregex = '''\\b(acme_[0-9a-zA-Z]{36})\\b'''\n"
                      "entropy = 3\nkeywords = ['acme_']\ntags = ['a', 'b']") +
             RuleToml("Acme Key",
                      "regex = '''(?i)acme.{0,20}?['\"]([a-z0-9]{32})['\"]'''\n"
                      "secretGroup = 1\nkeywords = ['ACME']") +
             RuleToml("near", "regex = '''\\b[a-f0-9]{40}\\b'''\nkeywords = ['Globex']") +
             RuleToml("path", "path = '''(?:^|/)id_acme$'''") +
             RuleToml("ending", "path = '''\\.(?:pfy|p12y)$'''"));
  CHECK(import.rules == 5);
  CHECK(import.lost.empty());
  const std::vector<RuleFile> files = {{"imported.json", import.json}};
  const RuleReport report = CheckRuleFiles(files);
  CHECK(report.rules == 5);
  CHECK(report.complaints == std::vector<std::string>{});

  const nlohmann::json token = RuleOf(import, "imported.acme-token");
  CHECK(token["tier"] == "precise");
  CHECK(token["encoded_literals"] == nlohmann::json({"acme_"}));
  CHECK(token["validators"] == nlohmann::json::parse(R"([{"is": "entropy", "number": 3.0}])"));
  CHECK(token["comment"] == "Tags: a b");
  CHECK(token["description"] == "Acme.");
  CHECK_FALSE(token.contains("context"));
  const nlohmann::json key = RuleOf(import, "imported.acme-key");
  CHECK(key["tier"] == "contextual");
  CHECK(key["case"] == "ignore");
  const nlohmann::json near = RuleOf(import, "imported.near");
  CHECK(near["context"]["words"] == nlohmann::json({"globex"}));
  CHECK(Tells(import.notes, "near: a keyword has to stand within 64 bytes"));
  CHECK(RuleOf(import, "imported.path")["paths"] == nlohmann::json({"id_acme"}));
  CHECK(RuleOf(import, "imported.ending")["paths"] ==
        nlohmann::json({".p12y", "*.p12y", ".pfy", "*.pfy"}));
}

TEST_CASE("gitleaks import: each thing that can't be said is one line") {
  struct Case {
    const char* toml;
    const char* told;
    size_t rules;
  };
  const char* kGood = "regex = '''acme_[0-9a-z]{20}x'''\n";
  const Case kCases[] = {
      {"regex = '''(?=a)b'''", "one: it was left out, because of its regex: look-around", 0},
      {"regex = '''(a'''", "not closed", 0},
      {"description = 'nothing'", "neither regex nor path", 0},
      {"path = '''src/.*\\.js'''", "no list of names or endings", 0},
      {"regex = '''[a-z]+'''", "the check says", 0},
      {"regex = '''acme_[0-9]{4}x'''\nentropy = 7.5", "no text that it finds", 0},
      {"regex = 7", "\"regex\" has a value of the wrong type", 0},
      {"@\npath = '''\\.env$'''", "counts in every file", 1},
      {"@\nskipReport = true", "the key \"skipReport\" was left out", 1},
      {"@\n[[rules.allowlists]]\nregexes = ['''abc''']", "the regexes of its allowlist", 1},
      {"@\n[[rules.allowlists]]\nstopwords = ['cat']", "the stopwords of its allowlist", 1},
      {"@\n[[rules.allowlists]]\ncommits = ['0123']", "the commits of its allowlist", 1},
      {"@\n[rules.allowlist]\npaths = ['''a\\.txt$''']", "the paths of its allowlist", 1},
      {"@\n[[rules]]\nid = 'one'\nregex = '''x'''", "another rule has its id", 1},
      {"@\n[[rules]]\nregex = '''x'''", "it has no id", 1},
      {"@\n[extend]\npath = 'more.toml'", "import that one too", 1},
      {"@\n[extend]\ndisabledRules = ['two']", "two can't be disabled", 1},
      {"@\n[allowlist]\npaths = ['''(?:^|/)go\\.sum$''']", "\"exclude\": [\"go.sum\"]", 1},
  };
  for (const Case& one : kCases) {
    CAPTURE(one.toml);
    std::string toml = one.toml;
    if (toml.starts_with('@')) toml = kGood + toml.substr(2);
    const GitleaksImport import = Import(RuleToml("one", toml));
    CHECK(Tells(import.lost, one.told));
    CHECK(import.lost.size() == 1);
    CHECK(import.rules == one.rules);
  }
}

TEST_CASE("gitleaks import: a rule that finds what another is for becomes contextual") {
  const GitleaksImport import = Import(RuleToml("wide", "regex = '''acme_[0-9a-z_]{24}'''") +
                                       RuleToml("narrow", "regex = '''acme_live_[0-9a-z]{19}'''"));
  CHECK(import.rules == 2);
  CHECK(RuleOf(import, "imported.wide")["tier"] == "contextual");
  CHECK(RuleOf(import, "imported.narrow")["tier"] == "precise");
  CHECK(Tells(import.notes, "wide: it is contextual"));
}

TEST_CASE(
    "gitleaks import: stopwords that are placeholders anyway, and gitleaks' own rules, are notes") {
  const GitleaksImport import =
      Import(RuleToml("one",
                      "regex = '''acme_[0-9a-z]{20}x'''\n[[rules.allowlists]]\n"
                      "stopwords = ['example', 'placeholder']") +
             "[extend]\nuseDefault = true\n");
  CHECK(import.lost.empty());
  CHECK(RuleOf(import, "imported.one")["validators"] == nlohmann::json({"not_placeholder"}));
  CHECK(Tells(import.notes, "not_placeholder"));
  CHECK(Tells(import.notes, "useDefault"));
}

TEST_CASE("gitleaks import: what people wrote stays as it was, without control characters") {
  const GitleaksImport import =
      Import(RuleToml("cl\\u00e9",
                      "description = \"Ein Schl\\u00fcssel,\\u0007 w\\u00f6rtlich\"\n"
                      "regex = '''acme_[0-9a-z]{20}x'''\nkeywords = [\"\\u043a\"]"));
  const nlohmann::json rule = RuleOf(import, "imported.cl--");
  CHECK(rule["description"] == "Ein Schl\xc3\xbcssel,  w\xc3\xb6rtlich.");
  CHECK(Tells(import.lost, "cl\xc3\xa9: its keywords were left out"));
}

TEST_CASE("gitleaks import: letters beyond ASCII stand where the format lets them") {
  const std::string letter = "\xc3\xa9";
  // White space may stand in each of these places.
  for (const std::string& text :
       {std::string("[+]"), std::string("[[!x]]"), "[" + letter + "]", "[[" + letter,
        letter + " = 1", "a = " + letter, "a = [1, " + letter, std::string("a = '\xc3'"),
        std::string("a = \"\xff\"")}) {
    CAPTURE(text);
    CHECK_THROWS_AS(ParseGitleaksConfig(text, "their.toml"), Error);
  }
  const GitleaksConfig config = ParseGitleaksConfig(
      "\xef\xbb\xbf# " + letter + "\n" +
          RuleToml("a", "description = \"\"\"x\\\n  " + letter + " \\u00e9 \xee\x82\x80\"\"\"\n'" +
                            letter + "' = 1"),
      "their.toml");
  REQUIRE(config.rules.size() == 1);
  CHECK(config.rules[0].description == "x" + letter + " " + letter + " \xee\x82\x80");
  CHECK(config.rules[0].unknown_keys == std::vector<std::string>{letter});
  // Half of what a character is made of, spelt by an escape.
  CHECK(ParseGitleaksConfig(RuleToml("a", "regex = \"\\ue0c3\""), "f").rules[0].wrong_key ==
        "regex");
}

TEST_CASE("gitleaks import: a file that is none is an error that names it") {
  const char* kFiles[] = {"",
                          "= 1",
                          "title = \"x\"",
                          "rules = 1",
                          "rules = [1]",
                          "[[rules]",
                          "extend = 1\n[[rules]]\nid = \"x\"\n"};
  for (const char* toml : kFiles) {
    CAPTURE(toml);
    try {
      ParseGitleaksConfig(toml, "their.toml");
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("their.toml") != std::string::npos);
      CHECK(std::string(error.what()).ends_with('.'));
    }
  }
}

}  // namespace picket
