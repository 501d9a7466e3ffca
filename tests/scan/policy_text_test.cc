#include "scan/policy_text.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"
#include "scan/policy.h"

namespace picket {
namespace {

std::string Print(char digit) { return "fp1:" + std::string(40, digit); }

Allowance AllowanceFor(char digit, const std::string& reason = "x") {
  Allowance one;
  one.fingerprint = Print(digit);
  one.reason = reason;
  return one;
}

// Texts are written with {1} for the line of the allowance whose fingerprint has ones, and so on.
std::string Spell(std::string text) {
  for (char digit = '0'; digit <= '9'; ++digit) {
    const std::string line = R"({"fingerprint": ")" + Print(digit) + R"(", "reason": "x"})";
    const std::string sign = {'{', digit, '}'};
    for (size_t at; (at = text.find(sign)) != std::string::npos;) text.replace(at, 3, line);
  }
  return text;
}

}  // namespace

TEST_CASE("policy text: an allowance becomes one line at its place, and all else stays") {
  struct Row {
    std::string before;
    std::string after;
  };
  for (const Row& row : {
           Row{"", "{\n  \"allow\": [\n    {5}\n  ]\n}\n"},
           Row{"{}", "{\n  \"allow\": [\n    {5}\n  ]\n}"},
           Row{"{ }\n", "{\n  \"allow\": [\n    {5}\n  ]\n }\n"},
           Row{"{\n  \"gaps\": \"warn\"\n}\n",
               "{\n  \"gaps\": \"warn\",\n  \"allow\": [\n    {5}\n  ]\n}\n"},
           Row{"{\"gaps\": \"warn\"}", "{\"gaps\": \"warn\",\n  \"allow\": [\n    {5}\n  ]\n}"},
           Row{"{\n\t\"allow\": []\n}\n", "{\n\t\"allow\": [\n\t  {5}\n\t]\n}\n"},
           Row{"{\n  \"allow\": [\n    {1}\n  ],\n  \"gaps\": \"warn\"\n}\n",
               "{\n  \"allow\": [\n    {1},\n    {5}\n  ],\n  \"gaps\": \"warn\"\n}\n"},
           Row{"{\n  \"allow\": [\n    {1},\n    {9}\n  ]\n}\n",
               "{\n  \"allow\": [\n    {1},\n    {5},\n    {9}\n  ]\n}\n"},
           Row{"{\n  \"allow\": [\n    {9}\n  ]\n}\n",
               "{\n  \"allow\": [\n    {5},\n    {9}\n  ]\n}\n"},
           Row{"{\"allow\": [{1}]}", "{\"allow\": [{1},\n  {5}\n]}"},
           Row{"{\"allow\": [{9}]}", "{\"allow\": [\n  {5},\n  {9}]}"},
           Row{"{\r\n  \"allow\": [\r\n    {1}\r\n  ]\r\n}\r\n",
               "{\r\n  \"allow\": [\r\n    {1},\r\n    {5}\r\n  ]\r\n}\r\n"},
           Row{"{\"exclude\": [\"a]}\\\"{\", \"allow\"], \"allow\" : [{1} ] }",
               "{\"exclude\": [\"a]}\\\"{\", \"allow\"], \"allow\" : [{1},\n  {5}\n ] }"},
           Row{"{\"\\u0061llow\": [{9}]}", "{\"\\u0061llow\": [\n  {5},\n  {9}]}"},
       }) {
    CAPTURE(row.before);
    PolicyEdit edit = AllowIn(Spell(row.before), AllowanceFor('5'), "p.json");
    CHECK(edit.text == Spell(row.after));
    CHECK(edit.what == PolicyEdit::What::kAdded);
    PolicyEdit again = AllowIn(edit.text, AllowanceFor('5'), "p.json");
    CHECK(again.text == edit.text);
    CHECK(again.what == PolicyEdit::What::kSame);
    PolicyEdit renewed = AllowIn(edit.text, AllowanceFor('5', "y"), "p.json");
    CHECK(renewed.what == PolicyEdit::What::kRenewed);
    CHECK(renewed.text.size() == edit.text.size());
  }
}

TEST_CASE("policy text: every string survives the way through the file") {
  Allowance one = AllowanceFor('5', "a \"quoted\" \\ reason, \xc3\xa4, ]}");
  one.expires = "2030-01-31";
  one.owner = "us, \"them\"";
  Policy policy = ParsePolicy(AllowIn("{}", one, "p.json").text, "p.json");
  REQUIRE(policy.allow.size() == 1);
  CHECK(policy.allow[0].reason == one.reason);
  CHECK(policy.allow[0].expires == one.expires);
  CHECK(policy.allow[0].owner == one.owner);
}

TEST_CASE("policy text: what is no policy, or says a thing twice, is not edited") {
  for (std::string text : {"[]", "{", "{\"alow\": []}", "{\"allow\": [{5}, {5}]}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(AllowIn(Spell(text), AllowanceFor('5'), "p.json"),
                         doctest::Contains("p.json"), Error);
  }
}

}  // namespace picket
