#include "match/landmark.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "support/token_run_oracle.h"

namespace picket {
namespace {

std::vector<std::string> Texts(const std::string& text, const std::vector<Landmark>& landmarks) {
  std::vector<std::string> texts;
  for (const Landmark& landmark : landmarks) {
    texts.push_back(text.substr(landmark.begin, landmark.end - landmark.begin));
  }
  return texts;
}

struct Names {
  std::vector<Landmark> all;
  std::vector<Landmark> passwords;
};

Names Find(const std::string& text, decltype(&FindNames) find) {
  Names names;
  find(AsBytes(text), &names.all, &names.passwords);
  return names;
}

}  // namespace

TEST_CASE("landmarks: names in either case, and pat only where no other word goes on from it") {
  struct Case {
    std::string text;
    std::vector<std::string> names;
    std::vector<std::string> passwords;
  };
  const std::vector<Case> cases = {
      {"", {}, {}},
      {"ke", {}, {}},
      {"key", {"key"}, {}},
      {"API_TOKEN=", {"API", "TOKEN"}, {}},
      {"dbPassword pwd PWD", {"Pass", "pwd", "PWD"}, {"Pass", "pwd", "PWD"}},
      {"a path, a pattern, a patch, patient, patent; my_pat=", {"pat="}, {}},
      {"pat", {}, {}},
      {"PAT:", {"PAT:"}, {}},
      {"author Bearer credentials DEFAULT login privateer Secret value",
       {"auth", "Bearer", "cred", "DEFAULT", "login", "private", "Secret", "value"},
       {}},
      {"toke secre defaul privat valu logi beare aut cre pas pw ap", {}, {}},
  };
  for (const Case& test : cases) {
    // At every place of a vector's block, and with no byte behind it.
    for (size_t before = 0; before < 70; ++before) {
      const std::string text = std::string(before, '.') + test.text;
      CAPTURE(text);
      for (auto find : {&FindNames, &FindNamesPlainly}) {
        const Names names = Find(text, find);
        REQUIRE(Texts(text, names.all) == test.names);
        REQUIRE(Texts(text, names.passwords) == test.passwords);
      }
    }
  }
}

TEST_CASE("landmarks: names are those of their definition in any text") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 300, ' ');
    for (char& c : text) c = "aAbcdefghiklnoprstuvwy\xc1 ="[random() % 25];
    for (int i = 0; i < 4 && text.size() > 10; ++i) {
      const std::vector<std::string> words = {"api",  "key",   "paT=",    "paTh",    "default",
                                              "pass", "token", "private", "bearer?", "seCRet"};
      const std::string& word = words[random() % words.size()];
      text.replace(random() % (text.size() - 8), word.size(), word);
    }
    CAPTURE(text);
    const std::vector<Landmark> expected = OracleNames(text);
    std::vector<std::string> passwords = Texts(text, expected);
    passwords.erase(std::remove_if(passwords.begin(), passwords.end(),
                                   [](const std::string& name) { return !OracleIsPassword(name); }),
                    passwords.end());
    for (auto find : {&FindNames, &FindNamesPlainly}) {
      const Names names = Find(text, find);
      REQUIRE(Texts(text, names.all) == Texts(text, expected));
      REQUIRE(Texts(text, names.passwords) == passwords);
    }
  }
}

TEST_CASE("landmarks: a URL that names a user, from its colon to behind the at sign") {
  struct Case {
    std::string text;
    std::vector<std::string> found;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"@", {}},
      {"://@", {"://@"}},
      {"git clone https://me:pw@host/x", {"://me:pw@"}},
      {"https://host/@me", {}},
      {"https://a b@c", {}},
      {"x://a@b@c y://:p#?&;,$%^*(!)@h", {"://a@", "://:p#?&;,$%^*(!)@"}},
      {"://" + std::string(252, 'x') + "@", {"://" + std::string(252, 'x') + "@"}},
      {"://" + std::string(253, 'x') + "@", {}},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    std::vector<Landmark> found;
    FindUserinfo(AsBytes(test.text), &found);
    CHECK(Texts(test.text, found) == test.found);
    CHECK(Texts(test.text, OracleUserinfo(test.text)) == test.found);
  }
}

TEST_CASE("landmarks: a call's first argument") {
  struct Case {
    std::string before;
    bool first;
  };
  const std::vector<Case> cases = {
      {"", false},          {"(", true},
      {"f('", true},        {"f(\\\"", true},
      {"f({\n  `", true},   {"f( \r\n\t\"'{", true},
      {"f(        ", true}, {"f(         ", false},
      {"f(x, \"", false},   {"f)", false},
  };
  for (const Case& test : cases) {
    CAPTURE(test.before);
    const std::string text = test.before + "value";
    CHECK(IsFirstArgument(AsBytes(text), test.before.size()) == test.first);
    CHECK(OracleIsFirstArgument(text, test.before.size()) == test.first);
  }
}

}  // namespace picket
