#include "secrets/validators.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "secrets/assignment.h"
#include "secrets/checksums.h"
#include "secrets/jwt.h"
#include "secrets/placeholder.h"
#include "secrets/private_key.h"
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

std::string Token(const std::string& header, const std::string& payload) {
  return EncodeBase64(header, true, false) + "." + EncodeBase64(payload, true, false) + ".x";
}

std::string Expanded(const std::string& text, Spoiling spoiling = Spoiling::kNone) {
  SeededRandom random(3);
  std::string why;
  std::optional<std::string> expanded = ExpandTemplate(text, random, spoiling, &why);
  REQUIRE(expanded.has_value());
  return *expanded;
}

}  // namespace

TEST_CASE("checksums: those that vendors document are told from wrong ones") {
  CHECK(IsGitlabRoutable(Expanded("{gitlab(glpat-)}")));
  CHECK_FALSE(IsGitlabRoutable(Expanded("{gitlab(glpat-)}", Spoiling::kWrongChecksum)));
  CHECK_FALSE(IsGitlabRoutable("x" + Expanded("{gitlab(glpat-)}")));
  CHECK_FALSE(IsGitlabRoutable("glpat-.001234567"));
  CHECK_FALSE(IsGitlabRoutable(""));
  CHECK(IsBech32(Expanded("{bech32(AGE-SECRET-KEY-)}")));
  CHECK_FALSE(IsBech32(Expanded("{bech32(AGE-SECRET-KEY-)}", Spoiling::kWrongChecksum)));
  // BIP 173's own test strings.
  CHECK(IsBech32("A12UEL5L"));
  CHECK(IsBech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
  CHECK_FALSE(IsBech32("A12uEL5L"));
  CHECK_FALSE(IsBech32("1nwldj5"));
}

TEST_CASE("private keys: bodies that decode to one are told from text") {
  auto body = [](const std::string& text, bool closed = true) {
    const std::string whole = "-----BEGIN-----\n" + text + (closed ? "-----END X-----" : "");
    return ReadPemBody(AsBytes(whole), 15, 16384);
  };
  auto encoded = [](const std::string& der) { return EncodeBase64(der, false, true) + "\n"; };
  const std::string scalar = "9vQ2mZx0Lk7WcY4tRpA8sNfB1uHj3GdE";
  const std::string pkcs8("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
  const std::string sec1("\x30\x31\x02\x01\x01\x04\x20", 7);
  const std::string curve("\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 12);
  CHECK(IsPrivateKey(body(Expanded("{pem}"))));
  CHECK(IsPrivateKey(body(Expanded("{pem}"), false)));
  CHECK(IsPrivateKey(body(Expanded("{pem}").substr(0, 300), false)));
  CHECK_FALSE(IsPrivateKey(body(Expanded("{pem}").substr(0, 300))));
  CHECK_FALSE(IsPrivateKey(body(Expanded("{pem_text}"))));
  CHECK(IsPrivateKey(body(encoded(pkcs8 + scalar))));
  CHECK_FALSE(IsPrivateKey(body(encoded(pkcs8 + scalar + "x"))));
  CHECK(IsPrivateKey(body(encoded(sec1 + scalar + curve))));
  // A public key is a sequence as well.
  const std::string spki("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);
  CHECK_FALSE(IsPrivateKey(body(encoded(spki + scalar))));
  const std::string encrypted(
      "\x30\x3b\x30\x17\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30\x0a\x04\x08", 19);
  CHECK(IsPrivateKey(body(encoded(encrypted + "saltsalt" + std::string("\x04\x20", 2) + scalar))));
  CHECK(IsPrivateKey(
      body("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + Expanded("{base64:128}\n"))));
  CHECK_FALSE(IsPrivateKey(body(std::string(200, 'A') + "\n")));
}

TEST_CASE("names: what only speaks of a secret does not name one") {
  for (const std::string name :
       {"api_key = ", "clientSecret: ", "DB_PASSWORD=", "os.environ[\"API_TOKEN\"] = ",
        "const TOKEN: &str = ", "key=\"ApiKey\" value="}) {
    CAPTURE(name);
    CHECK(NamesSecret(name));
  }
  for (const std::string name :
       {"token_url = ", "publicKeyToken=", "nextPageToken: ", "secretName: ", "passwordField = ",
        "TOKEN_TYPE=", "passthrough: ", "tokenizer = ", "secret_id=", "password_hash: ", ""}) {
    CAPTURE(name);
    CHECK_FALSE(NamesSecret(name));
  }
}

TEST_CASE("userinfo: placeholders, defaults and reserved hosts are no secrets") {
  struct Case {
    std::string user;
    std::string password;
    std::string host;
    bool worth;
  };
  const Case kCases[] = {
      {"app", "x9Kq27vLmT", "db.internal", true},  {"", "x9Kq27vLmT", "cache", true},
      {"app", "x9Kq27vLmT", "localhost", true},    {"app", "", "db.internal", false},
      {"app", "app", "db.internal", false},        {"postgres", "postgres", "db", false},
      {"root", "root123", "db.internal", false},   {"app", "${PW}", "db.internal", false},
      {"app", "x9Kq27vLmT", "example.com", false}, {"app", "hunterhunter", "localhost", false},
      {"app", "sunflower", "127.0.0.1", false},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.user);
    CAPTURE(test.password);
    CAPTURE(test.host);
    CHECK(IsUserInfo(test.user, test.password, test.host) == test.worth);
  }
}

TEST_CASE("jwt: the day on which a token says that it ends is told") {
  CHECK(DescribeJwtExpiry(Token("{}", "{\"exp\":1893456000}")) ==
        " It says that it expires on 2030-01-01.");
  for (const char* payload :
       {"{}", "{\"exp\":\"soon\"}", "{\"exp\":-1}", "[1]", "{\"exp\":99999999999999}"}) {
    CAPTURE(payload);
    CHECK(DescribeJwtExpiry(Token("{}", payload)).empty());
  }
}

TEST_CASE("published: a vendor's own example is no secret") {
  const std::string published = std::string("AKIA") + "IOSFODNN7" + "EXAMPLE";
  CHECK(IsPublished(published));
  CHECK_FALSE(IsPublished(published.substr(1)));
}

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
      {"not_placeholder", "pre_" + Expanded("{alnum:40}your_{alnum:20}"), 0, true},
      {"not_placeholder", "pre_" + Expanded("{alnum:40}-your_{alnum:20}"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{alnum:40}qYour_{alnum:20}"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{alnum:5}7your_{alnum:5}"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{alnum:40}7example{alnum:20}"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{hex:20}9ffffFFFFQ"), 0, true},
      {"not_placeholder", "pre_" + Expanded("{hex:20}9xxxxxxXXXXXXQ"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{hex:20}9AbCdEfGhQ"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{digit:30}023456789{digit:20}"), 0, true},
      {"not_placeholder", "pre_" + Expanded("{digit:30}01234567890{digit:20}"), 0, false},
      {"not_placeholder", "pre_" + Expanded("{hex:20}777777777{hex:4}"), 0, false},
      {"not_variable", "pre_k4qzwv", 0, true},
      {"not_variable", "pre_a${x}b", 0, false},
      {"not_variable", "DB_PASSWORD", 0, false},
      // Random capitals of that length are rare, where a joint is among them.
      {"not_variable", "QZ_XVKW-PJBHGQ", 0, false},
      {"not_variable", "QZXVKWPJBHGQXZ", 0, true},
      {"not_variable", "QZ_XVKW-PJBHG9", 0, true},
      {"not_variable", "PRODUCTION_CREDENTIALS", 0, false},
      {"not_variable", "RNPVFNXJOQPKUS", 0, true},
      {"not_variable", Expanded("{alnum:24}4token{alnum:24}"), 0, true},
      {"not_variable", Expanded("{alnum:24}_token_{alnum:24}"), 0, false},
      {"not_variable", "get_password", 0, false},
      {"jwt", EncodeBase64("{\"alg\":\"none\"}", true, false) + ".x.y", 0, false},
      {"jwt", Token("{\"alg\":\"none\"}", "{}"), 0, true},
      {"jwt", EncodeBase64("{\"beg\":\"none\"}", true, false) + ".x.y", 0, false},
      {"jwt", EncodeBase64("{\"alg\":\"none\"", true, false) + ".x.y", 0, false},
      {"jwt", Token("{\"alg\":\"RS256\"}", "{\"exp\":1}"), 0, true},
      {"jwt", Token("{\"alg\":7}", "{\"exp\":1}"), 0, false},
      {"jwt", Token("{\"alg\":\"RS256\"}", "plain"), 0, false},
      {"jwt", Token("{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", "\x01\x02"), 0, true},
      {"not_uuid", "0f8fad5b-d9cb-469f-a165-70867728950e", 0, false},
      {"not_uuid", "0f8fad5b-d9cb-469f-a165-70867728950g", 0, true},
      {"random", "f3a91c07be2d48e6a05b9c71d2e8f640", 0, true},
      {"random", "qZ8vN2xLk0Rt7WcY4mPa", 0, true},
      {"random", Expanded("{digit:8}-{digit:4}-{digit:4}-ab7c-c2{digit:10}"), 0, true},
      {"random", Expanded("{digit:8}-{digit:4}-{digit:4}-{digit:4}-{digit:12}"), 0, false},
      {"random", Expanded("{alpha:12}:{digit:20}d{digit:11}"), 0, true},
      {"random", Expanded("{upper:8}Kq{lower:8}"), 0, true},
      {"random", "AbstractUserTokenProvider", 0, false},
      {"random", "access_token_expires_in_seconds", 0, false},
      {"random", "rsa.RSAPublicKeyNumbers", 0, false},
      {"random", "0x5476248654762486", 0, false},
      {"random", "sha256-qZ8vN2xLk0Rt7WcY4mPa", 0, false},
      {"random", "2024-11-21 10:15:30.123", 0, false},
      {"random", "3141592653a8979323846264b3383279", 0, true},
      {"random", "my-fake-token-4f1c09", 0, false},
      {"random", "zqv8n2-fake4f1c09x7d0-rt7wc4", 0, true},
      {"random", EncodeBase64("this is only some text", false, true), 0, false},
      {"random", "service_access_key_name", 0, false},
      {"random", "TEST_ANOTHER_DATA_BASE64", 0, false},
      {"random", "2016-09-08T21:47:36Z", 0, false},
      {"password", "Kx7#pQ2m", 0, true},
      {"password", "t7gh4kq0zp", 0, true},
      {"password", "Tr$9vvQ-mmzk", 0, true},
      {"password", "6KZZvjhTEsTKRV", 0, true},
      {"password", "zwpejprxzlqljm", 0, true},
      {"password", "LXCHZLLQYUDEA9", 0, true},
      {"password", "Test@12345678", 0, false},
      {"password", "libtest_arg3", 0, false},
      {"random", "showCustomOnKeyup", 0, false},
      {"random", "isOnboardingApiKey", 0, false},
      {"password", "9k_TEST_77qkLm", 0, false},
      {"password", "k7myTestUser$12", 0, false},
      {"password", "internationalservice", 0, false},
      {"password", "password123", 0, false},
      {"password", "P@ssw0rd!1", 0, false},
      {"password", "${DB_PASS}", 0, false},
      {"password", "$PASSWORD1x", 0, false},
      {"password", "getUser(1)[0]", 0, false},
      {"password", "shorter", 0, false},
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
