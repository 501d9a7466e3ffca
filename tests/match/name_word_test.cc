#include "match/name_word.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "match/word_finder.h"
#include "support/landmark_texts.h"
#include "support/token_run_oracle.h"

namespace picket {
namespace {

struct Names {
  std::vector<Landmark> all;
  std::vector<Landmark> passwords;
};

WordFinder MakeFinder() {
  std::vector<Word> words;
  for (std::string_view name : kNameWords) words.push_back({std::string(name)});
  SpreadWords(&words);
  return WordFinder(words);
}

Names Find(const std::string& text, Instructions with) {
  static const WordFinder finder = MakeFinder();
  std::vector<WordHit> hits;
  finder.Find(AsBytes(text), &hits, with);
  Names names;
  for (const WordHit& hit : hits) {
    const uint32_t length = NameLength(AsBytes(text), hit.at, hit.word);
    if (length == 0) continue;
    names.all.push_back({hit.at, hit.at + length});
    if (IsPasswordName(hit.word)) names.passwords.push_back(names.all.back());
  }
  return names;
}

}  // namespace

TEST_CASE(
    "name words: found in either case, and pat and token only where no other word goes on from "
    "them") {
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
      {"tokenizer AutoTokenizer, tokenised TOKENIZED; token_i token, ToKeNs",
       {"token", "token", "ToKeN"},
       {}},
      {"token", {"token"}, {}},
      {"tokeni", {"token"}, {}},
      {"author Bearer credentials DEFAULT login privateer Secret value",
       {"auth", "Bearer", "cred", "DEFAULT", "login", "private", "Secret", "value"},
       {}},
      // A letter that is none behind three.
      {"key\xc3\xa9 api\xff", {"key", "api"}, {}},
      {"\xeb"
       "ey k\xe5y",
       {},
       {}},
      {"toke secre defaul privat valu logi beare aut cre pas pw ap", {}, {}},
  };
  for (const Case& test : cases) {
    // At every place of a vector's block, and with no byte behind it.
    for (size_t before = 0; before < 70; ++before) {
      const std::string text = std::string(before, '.') + test.text;
      CAPTURE(text);
      for (Instructions with : KnownInstructions()) {
        const Names names = Find(text, with);
        REQUIRE(Texts(text, names.all) == test.names);
        REQUIRE(Texts(text, names.passwords) == test.passwords);
      }
    }
  }
}

TEST_CASE("name words: those found are those of their definition in any text") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 300, ' ');
    for (char& c : text) c = "aAbcdefghiklnoprstuvwy\xc1 ="[random() % 25];
    for (int i = 0; i < 4 && text.size() > 10; ++i) {
      const std::vector<std::string> words = {"api",     "key",    "paT=",    "paTh",
                                              "default", "pass",   "token",   "private",
                                              "bearer?", "seCRet", "tokeniz", "Tokeni"};
      const std::string& word = words[random() % words.size()];
      text.replace(random() % (text.size() - 8), word.size(), word);
    }
    CAPTURE(text);
    const std::vector<Landmark> expected = OracleNames(text);
    std::vector<std::string> passwords = Texts(text, expected);
    passwords.erase(std::remove_if(passwords.begin(), passwords.end(),
                                   [](const std::string& name) { return !OracleIsPassword(name); }),
                    passwords.end());
    std::vector<Landmark> slowly;
    FindNames(AsBytes(text), &slowly);
    REQUIRE(Texts(text, slowly) == Texts(text, expected));
    for (Instructions with : KnownInstructions()) {
      const Names names = Find(text, with);
      REQUIRE(Texts(text, names.all) == Texts(text, expected));
      REQUIRE(Texts(text, names.passwords) == passwords);
    }
  }
}

}  // namespace picket
