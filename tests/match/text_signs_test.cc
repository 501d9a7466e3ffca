#include "match/text_signs.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "support/text_signs_oracle.h"

namespace picket {

TEST_CASE("text signs: what begins an escape of printable ASCII") {
  struct Case {
    std::string text;
    std::vector<uint32_t> escapes;
  };
  const std::vector<Case> cases = {
      {"", {}},
      {"%41", {0}},
      {"%4", {}},
      {"%1f %81 %g1 %4g %7F", {16}},
      {"&#65; &#x41;", {0}},
      {"&#X41; &#; &x41; &#x", {17}},
      {R"(\/)", {0}},
      {R"(\x41)", {0}},
      {"\\x1 \\x", {}},
      {"\\n\\t\\u0041", {4}},
      {"\\u0018 \\u2041 \\U0041 \\u{4} \\u{4g}", {}},
      {"\\u{41}", {0}},
      // Of each byte that begins one the first.
      {"%41%42&#65;&#66;\\/\\x41", {0, 6, 16}},
  };
  for (const Case& test : cases) {
    std::string spelled = test.text;
    CAPTURE(spelled);
    // At every place of a vector's block.
    for (uint32_t before = 0; before < 70; ++before) {
      const std::string text = std::string(before, '.') + spelled;
      std::vector<uint32_t> expected;
      for (uint32_t at : test.escapes) expected.push_back(at + before);
      for (Instructions with : KnownInstructions()) {
        TextSigns signs;
        FindSigns(AsBytes(text), 0, &signs, with);
        REQUIRE(signs.escapes == expected);
      }
    }
  }
}

TEST_CASE("text signs: those of any text, in every way") {
  std::mt19937_64 random(20261121);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 300, ' ');
    static constexpr char kLetters[] = "%4&#x6\\/u0{1@\0\xa5\xc0 fn";
    const std::string alphabet(kLetters, sizeof(kLetters) - 1);
    const size_t kinds = 1 + random() % alphabet.size();
    const size_t first = random() % alphabet.size();
    for (char& c : text) c = alphabet[(first + random() % kinds) % alphabet.size()];
    const uint64_t from = random() % (text.size() + 1);
    const TextSigns expected = OracleSigns(text, from);
    CAPTURE(text);
    for (Instructions with : KnownInstructions()) {
      TextSigns signs;
      FindSigns(AsBytes(text), from, &signs, with);
      REQUIRE(signs.nul == expected.nul);
      REQUIRE(signs.at_signs == expected.at_signs);
      REQUIRE(signs.escapes == expected.escapes);
    }
  }
}

}  // namespace picket
