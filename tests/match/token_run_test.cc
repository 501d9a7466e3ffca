#include "match/token_run.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "support/token_run_oracle.h"

namespace picket {
namespace {

std::vector<TokenRun> Find(const std::string& text, Instructions with = BestInstructions()) {
  std::vector<TokenRun> runs;
  TokenRunFinder(with).Find(AsBytes(text), &runs);
  return runs;
}

// What is not meant where there is a digit is left out.
bool Same(const std::vector<TokenRun>& found, const std::vector<TokenRun>& expected) {
  if (found.size() != expected.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    const TokenRun& a = found[i];
    const TokenRun& b = expected[i];
    if (a.begin != b.begin || a.end != b.end || a.digit != b.digit) return false;
    if (!a.digit && (a.mixed != b.mixed || a.solid != b.solid)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("token runs: every byte is one or is not") {
  for (int i = 0; i < 256; ++i) {
    CAPTURE(i);
    CHECK(IsTokenByte(static_cast<uint8_t>(i)) == OracleIsTokenByte(static_cast<char>(i)));
    const std::string text = "aBcDeFgH" + std::string(1, static_cast<char>(i)) + "iJkLmNoPqR";
    for (Instructions with : KnownInstructions()) CHECK(Same(Find(text, with), OracleRuns(text)));
  }
}

TEST_CASE("a text has a hexadecimal run where 32 digits stand side by side, wherever they do") {
  const std::string hex = "0123456789abcdef-ABCDEF0123456789abcdef";
  for (size_t before = 0; before < 100; before += 3) {
    for (size_t size : {31u, 32u, 33u, 39u}) {
      for (const char* behind : {"", "z", "z0123456789012345678901234567890z"}) {
        const std::string text = std::string(before, 'z') + hex.substr(0, size) + behind;
        CAPTURE(text);
        CHECK(HasHexRun(AsBytes(text)) == (size >= kHexRun));
        CHECK(HasHexRun(AsBytes(text)) == OracleIsHex(text));
      }
    }
  }
}

TEST_CASE("token runs: what counts as one") {
  struct Case {
    std::string text;
    size_t runs;
  };
  const std::vector<Case> cases = {
      {"", 0},
      {"abcdefg1", 1},
      {"abcdef1", 0},
      {"abc def1 ghi", 0},
      {"a_long_identifier_in_one_case", 0},
      // Camel case, and what it has not: capitals side by side, one letter apart, behind a joint.
      {"CamelCaseIdentifier", 0},
      {"CamelCaseIDentifier", 1},
      {"CamelCaseIdEntifier", 1},
      {"CamelCaseIdeNtifier", 0},
      {"camelCaseI.Dentifier", 0},
      {"camelCaseId.Entifier", 0},
      {"camel-CaseIdenTifier", 1},
      {"camel_caseIdenTiFier", 1},
      {"camelCaseIdenTifier-ab", 0},
      {"camel/CaseIdenTifier", 0},
      {"a-b camelCaseIdenTifier", 0},
      {"camel_" + std::string(150, '/') + "CaseIdenTifier", 1},
      {"ThisOneHas", 0},
      {"Only_two_capitalsHere", 0},
      {std::string(16, 'a'), 1},
      {std::string(15, 'a'), 0},
      {std::string(16, 'A'), 1},
      {std::string(15, 'a') + "_" + std::string(15, 'a'), 0},
      {"f(\"" + std::string(20, 'x') + "\")", 1},
      {std::string(500, 'q') + "7", 1},
  };
  for (const Case& test : cases) {
    // Behind every place of a block.
    for (size_t pad = 0; pad < 130; ++pad) {
      CAPTURE(test.text);
      CAPTURE(pad);
      const std::string text = std::string(pad, ' ') + test.text;
      CHECK(Find(text).size() == test.runs);
      for (Instructions with : KnownInstructions()) CHECK(Same(Find(text, with), OracleRuns(text)));
    }
  }
}

TEST_CASE("token runs: random texts are read as the definition reads them, in every way") {
  std::mt19937_64 random(20261121);
  // From nearly all token bytes to nearly none, with and without digits.
  const std::vector<std::string> alphabets = {
      "aB3 ",
      "abcdefghijklmnopqrstuvwxyz_ ",
      "aAbBcCdDeEfFgGhH",
      "aaaaaaaaabbbbbbbbbABC-_ ",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_. \n",
      "abcdefgABCDEFG0()[]{};, \t\n\"'",
      std::string("\x00\x7f\x80\xff@[`{/:az09AZ", 16),
  };
  for (int round = 0; round < 4000; ++round) {
    const std::string& alphabet = alphabets[static_cast<size_t>(round) % alphabets.size()];
    std::string text(random() % 300, ' ');
    char last = 'x';
    for (char& c : text) {
      // Streaks, so that long runs of one kind occur.
      if (random() % 3 != 0) last = alphabet[random() % alphabet.size()];
      c = last;
    }
    CAPTURE(round);
    for (Instructions with : KnownInstructions()) {
      REQUIRE(Same(Find(text, with), OracleRuns(text)));
    }
  }
}

}  // namespace picket
