#include "secrets/validators.h"

#include <doctest/doctest.h>

#include <string>

#include "secrets/checksums.h"
#include "secrets/template.h"
#include "secrets/word_model.h"

namespace picket {
namespace {

bool Accepts(const std::string& name, const std::string& text, double number = 0) {
  Rule rule;
  rule.validators = {{name, number, ""}};
  rule.encoded_literals = {"pre_"};
  Span whole{0, text.size()};
  RawMatch match{rule, 0, whole, whole, text.size()};
  return PassesValidators(MakeCaptured(AsBytes(text), match));
}

}  // namespace

TEST_CASE("validators: each accepts and rejects what it says") {
  struct Case {
    const char* name;
    std::string text;
    double number;
    bool accepted;
  };
  const std::string body = "abcDEF0123456789";
  const Case kCases[] = {
      {"crc32", "pre_" + body + Crc32Base62(body), 0, true},
      {"crc32", "pre_" + body + "000000", 0, false},
      {"crc32", "pre_000", 0, false},
      {"entropy", "pre_abcdefgh", 3, true},
      {"entropy", "pre_aabbccdd", 3, false},
      {"mixed_case", "pre_abCD", 2, true},
      {"mixed_case", "pre_abcD", 2, false},
      {"needs_digit", "pre_abc1", 0, true},
      {"needs_digit", "pre_abcd", 0, false},
      {"not_placeholder", "pre_kqzwvbnmtr", 0, true},
      {"not_placeholder", "pre_MyExampleQ", 0, false},
      {"not_placeholder", "pre_kqXXXXXXXXt", 0, false},
      {"not_placeholder", "pre_xyabcdefghq", 0, false},
      {"not_placeholder", "pre_kqzkqz", 0, false},
      {"not_variable", "pre_k4qzwv", 0, true},
      {"not_variable", "pre_a${x}b", 0, false},
      {"not_variable", "DB_PASSWORD", 0, false},
      {"not_variable", "get_password", 0, false},
      {"jwt", EncodeBase64("{\"alg\":\"none\"}", true, false) + ".x.y", 0, true},
      {"jwt", EncodeBase64("{\"beg\":\"none\"}", true, false) + ".x.y", 0, false},
      {"no such validator", "pre_x", 0, false},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.name);
    CAPTURE(test.text);
    CHECK(Accepts(test.name, test.text, test.number) == test.accepted);
  }
}

TEST_CASE("word model: identifiers read as words") {
  for (const char* text :
       {"someProtocolFieldNameThatIsLongish", "GetDisplayNameOfCurrentUserSession",
        "authorization_endpoint_url_for_spaces", "WiresharkDissectorHeaderFieldIndex"}) {
    CAPTURE(text);
    CHECK(ReadsAsWords(text, 52));
  }
}

TEST_CASE("word model: next to no random text reads as words") {
  SeededRandom random(6);
  size_t words = 0;
  for (int i = 0; i < 100'000; ++i) {
    words +=
        ReadsAsWords(random.Text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 34), 52)
            ? 1u
            : 0u;
  }
  CHECK(words <= 3);
}

TEST_CASE("template: placeholders expand, and a wrong one says so") {
  SeededRandom random(1);
  std::string why;
  CHECK(ExpandTemplate("a{{b}}{digit:0}", random, Spoiling::kNone, &why) == "a{b}");
  CHECK(ExpandTemplate("{digit:6}", random, Spoiling::kLonger, &why)->size() == 7);
  CHECK(ExpandTemplate("{digit:6}{crc32}", random, Spoiling::kShorter, &why)->size() == 11);
  CHECK(ExpandTemplate("{base64(a{{)}", random, Spoiling::kNone, &why) == "YXs=");
  CHECK(ExpandTemplate("{utf16le(ab)}", random, Spoiling::kNone, &why) == std::string("a\0b\0", 4));
  for (const char* wrong :
       {"{what}", "{digit:x}", "{digit:3", "{base64(x}", "{rot13(x)}", "{x:1}"}) {
    CAPTURE(wrong);
    why.clear();
    CHECK_FALSE(ExpandTemplate(wrong, random, Spoiling::kNone, &why).has_value());
    CHECK(why.find("not known") != std::string::npos);
  }
  SeededRandom again(1);
  SeededRandom other(1);
  CHECK(ExpandTemplate("{hex:20}", again, Spoiling::kNone, &why) ==
        ExpandTemplate("{hex:20}", other, Spoiling::kNone, &why));
}

}  // namespace picket
