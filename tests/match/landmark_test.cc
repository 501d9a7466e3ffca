#include "match/landmark.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "match/text_signs.h"
#include "support/landmark_texts.h"
#include "support/token_run_oracle.h"

namespace picket {
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
    TextSigns signs;
    FindSigns(AsBytes(test.text), 0, &signs);
    std::vector<Landmark> found;
    FindUserinfo(AsBytes(test.text), signs.at_signs, &found);
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

TEST_CASE("landmarks: of a long run come its start and what is near its names") {
  constexpr uint32_t kWidest = 40;
  std::mt19937 random(5);
  for (int turn = 0; turn < 300; ++turn) {
    std::string text = turn % 3 == 0 ? "f(" : turn % 3 == 1 ? "key = " : "x ";
    const auto start = static_cast<uint32_t>(text.size());
    for (size_t size = 60 + random() % 600; text.size() < size;) {
      text += random() % 20 == 0 ? "key" : std::string(1, "0aZ+"[random() % 4]);
    }
    const auto end = static_cast<uint32_t>(text.size());
    text += " end";
    CAPTURE(text);
    std::vector<bool> wanted(text.size());
    const auto want = [&](uint32_t from, uint32_t to) {
      for (uint32_t i = std::max(from, start); i < std::min(to, end); ++i) wanted[i] = true;
    };
    const bool is_long = (end - start) / 2 > kWidest;
    const std::vector<Landmark> names = OracleNames(text);
    if (turn % 3 != 2) want(start, is_long ? start + kWidest : end);
    for (const Landmark& name : names) {
      if (name.begin < start || name.end > end) continue;
      if (!is_long) want(start, end);
      want(name.begin - std::min(name.begin, kWidest), name.end + kWidest);
    }
    std::vector<TokenRun> named;
    NameRuns(AsBytes(text), names, OracleRuns(text), kWidest, &named);
    std::vector<bool> found(text.size());
    for (size_t i = 0; i < named.size(); ++i) {
      CHECK(named[i].name_distance <= kFurthestName);
      CHECK(named[i].hex == OracleIsHex(text.substr(named[i].begin, named[i].size())));
      CHECK((i == 0 || named[i - 1].begin <= named[i].begin));
      for (uint32_t at = named[i].begin; at < named[i].end; ++at) found[at] = true;
    }
    CHECK(found == wanted);
  }
}

}  // namespace picket
