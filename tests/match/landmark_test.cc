#include "match/landmark.h"

#include <doctest/doctest.h>

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

}  // namespace picket
