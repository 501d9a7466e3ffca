#include "match/split_word.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "contents/split_text.h"
#include "support/landmark_texts.h"

namespace picket {
namespace {

std::vector<Landmark> Find(const std::string& text, Instructions with) {
  std::vector<Landmark> found;
  FindSplitWords(AsBytes(text), &found, with);
  return found;
}

}  // namespace

TEST_CASE("split words: those before what may join them to the next piece") {
  struct Case {
    std::string text;
    std::vector<std::string> found;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"\"abc_\" + \"d\"", {"abc_"}},
      {"\"ab\" + \"d\"", {}},
      {"'abc'\"d\"", {"abc"}},
      {"`abc`\n", {"abc"}},
      {"\"abc\";", {}},
      {"\"abc\",\"abc\")", {}},
      {"\"abc\"f\"d\"", {"abc"}},
      {"\"abc\"rb\"d\"", {"abc"}},
      {"\"abc\"rbxy;", {}},
      {"abc\\\nd", {"abc"}},
      {"\\\"abc\\\" d", {"abc"}},
      {"abc\\n", {}},
      {"abc=\r\nd", {"abc"}},
      {"abc=d", {}},
      {"x a:b@c/d.e-f_g+h\" \"", {"a:b@c/d.e-f_g+h"}},
      {std::string(3000, 'a') + "\" \"", {std::string(kLongestSplitWord, 'a')}},
  };
  for (const Case& test : cases) {
    for (size_t before = 0; before < 70; ++before) {
      const std::string text = std::string(before, ';') + test.text;
      CAPTURE(text);
      for (Instructions with : KnownInstructions()) {
        REQUIRE(Texts(text, Find(text, with)) == test.found);
      }
    }
  }
}

// The expander has the last word; nothing that it would join may be missed.
TEST_CASE("split words: a literal that is split stands in one of them") {
  std::mt19937_64 random(13);
  const std::string alphabet = "hf_aB1\"'`\\\n\r =+&~.<>:@/-\t";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 200, ' ');
    const size_t first = random() % alphabet.size();
    const size_t kinds = 2 + random() % alphabet.size();
    for (char& c : text) {
      c = random() % 2 == 0 ? "hf_"[random() % 3]
                            : alphabet[(first + random() % kinds) % alphabet.size()];
    }
    for (int i = 0; i < 3 && text.size() > 12; ++i) {
      const std::vector<std::string> joints = {"hf_\" + \"",   "hf_\\\n  ", "hf_' f'",
                                               "hf_\\\" \\\"", "hf_=\r\nx", "hf_\"rb'"};
      const std::string& joint = joints[random() % joints.size()];
      text.replace(random() % (text.size() - 10), joint.size(), joint);
    }
    CAPTURE(text);
    for (Instructions with : KnownInstructions()) {
      const std::vector<Landmark> found = Find(text, with);
      for (uint64_t at = text.find("hf_"); at != std::string::npos; at = text.find("hf_", at + 1)) {
        if (FindSplitPieces(AsBytes(text), at).empty()) continue;
        REQUIRE(std::any_of(found.begin(), found.end(), [at](const Landmark& word) {
          return word.begin <= at && at + 3 <= word.end;
        }));
      }
    }
  }
}

TEST_CASE("split words: the same in every way") {
  std::mt19937_64 random(17);
  const std::string alphabet = "aZ0\"'`\\\n\r =+&~.<>:@/-\t_;\xe1\xa2";
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 400, ' ');
    const size_t kinds = 3 + random() % (alphabet.size() - 3);
    for (char& c : text) c = alphabet[random() % kinds];
    CAPTURE(text);
    const std::vector<std::string> plainly = Texts(text, Find(text, Instructions::kPlain));
    for (Instructions with : KnownInstructions()) REQUIRE(Texts(text, Find(text, with)) == plainly);
  }
}

}  // namespace picket
