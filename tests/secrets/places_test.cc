// Every kind of secret in every place and spelling. The formats stand here a second time, from the
// vendors' own descriptions: nothing in this file reads the patterns.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "secrets/template.h"

namespace picket {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kAlnum =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kDigits = "123456789";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view kBase32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

struct Part {
  std::string fixed;
  std::string_view alphabet;
  size_t length = 0;
  enum Kind : uint8_t { kPlain, kCrc, kJwt } kind = kPlain;
};

struct Format {
  const char* rule;
  std::vector<Part> parts;
};

std::vector<Format> Formats() {
  auto jwt = [](std::string fixed) { return Part{std::move(fixed), {}, 0, Part::kJwt}; };
  return {
      {"huggingface.user-token", {{"hf_", kLetters, 34}}},
      {"huggingface.user-token-alnum", {{"hf_", kAlnum, 16}, {"7", kAlnum, 17}}},
      {"huggingface.org-token", {{"api_org_", kLetters, 34}}},
      {"huggingface.oauth-token", {jwt("hf_oauth_")}},
      {"huggingface.oauth-token-opaque", {{"hf_oauth_", kAlnum, 40}}},
      {"huggingface.jwt-token", {jwt("hf_jwt_")}},
      {"openai.legacy-key",
       {{"sk-", kAlnum, 20},
        {"T3Blbk"
         "FJ",
         kAlnum, 20}}},
      {"openai.project-key",
       {{"sk-"
         "proj-",
         kAlnum, 74},
        {"T3Blbk"
         "FJ",
         kAlnum, 74}}},
      {"anthropic.key",
       {{"sk-ant-"
         "api03-",
         kAlnum, 93},
        {"AA", {}, 0}}},
      {"groq.key",
       {{"gsk_", kAlnum, 20},
        {"WGdyb3"
         "FY",
         kAlnum, 24}}},
      {"replicate.token", {{"r8_", kAlnum, 37}}},
      {"databricks.token", {{"dapi", kHexDigits, 32}}},
      {"kaggle.token", {{"KGAT_", kHexDigits, 32}}},
      {"wandb.key", {{"wandb_v1_", kAlnum, 77}}},
      {"aws.access-key-id", {{"AKIA", kBase32Letters, 16}}},
      {"digitalocean.token", {{"dop_v1_", kHexDigits, 64}}},
      {"github.token", {{"ghp_", kAlnum, 30, Part::kCrc}}},
      {"github.fine-grained-token", {{"github_pat_", kAlnum, 22}, {"_", kAlnum, 59}}},
      {"gitlab.personal-token", {{"glpat-", kAlnum, 20}}},
      {"gitlab.scoped-token", {{"glrt-", kAlnum, 20}}},
      {"google.api-key", {{"AIza", kAlnum, 35}}},
      {"sendgrid.key", {{"SG.", kAlnum, 22}, {".", kAlnum, 43}}},
      {"discord.webhook",
       {{"https://discord.com/api/"
         "webhooks/",
         kDigits, 18},
        {"/", kAlnum, 68}}},
      {"npm.token", {{"npm_", kAlnum, 30, Part::kCrc}}},
      {"pypi.token",
       {{"pypi-AgEI"
         "cHlwaS5vcmc",
         kAlnum, 150}}},
      {"docker.token", {{"dckr_pat_", kAlnum, 27}}},
      {"stripe.live-key",
       {{"sk_"
         "live_",
         kAlnum, 24}}},
      {"slack.bot-token", {{"xoxb-", kDigits, 11}, {"-", kDigits, 12}, {"-", kAlnum, 24}}},
      {"slack.user-token",
       {{"xoxp-", kDigits, 11}, {"-", kDigits, 12}, {"-", kDigits, 12}, {"-", kHexDigits, 32}}},
      {"slack.app-token", {{"xapp-1-A", kUpper, 10}, {"-", kDigits, 13}, {"-", kHexDigits, 64}}},
      {"slack.webhook",
       {{"https://hooks.slack.com/"
         "services/T",
         kUpper, 10},
        {"/B", kUpper, 10},
        {"/", kAlnum, 24}}},
  };
}

std::string Make(const Format& format, SeededRandom& random) {
  std::string secret;
  for (const Part& part : format.parts) {
    std::string body;
    if (part.kind == Part::kJwt) {
      std::string head = R"({"alg":"HS256","typ":"JWT"})";
      std::string claims = R"({"sub":")" + random.Text(kAlnum, 24) + R"(","exp":4102444800})";
      body = EncodeBase64(head, true, false) + "." + EncodeBase64(claims, true, false) + "." +
             random.Text(kAlnum, 43);
    } else if (part.length > 0) {
      body = random.Text(part.alphabet, part.length);
    }
    if (part.kind == Part::kCrc) body += Crc32Base62(body);
    secret += part.fixed + body;
  }
  return secret;
}

using Dress = std::function<std::string(const std::string&)>;
struct Place {
  const char* name;
  Dress dress;
};

std::string Wide(std::string_view text, bool little) {
  std::string wide;
  for (char c : text) {
    wide.push_back(little ? c : '\0');
    wide.push_back(little ? '\0' : c);
  }
  return wide;
}

std::string Spell(std::string_view text, const char* before, const char* after, int base,
                  bool specials_only) {
  std::string spelt;
  for (char c : text) {
    bool letter = kAlnum.find(c) != std::string_view::npos;
    if (specials_only && letter) {
      spelt.push_back(c);
      continue;
    }
    char number[16];
    int value = static_cast<unsigned char>(c);
    std::snprintf(number, sizeof number, base == 16 ? "%02x" : "%d", static_cast<unsigned>(value));
    spelt += before + std::string(number) + after;
  }
  return spelt;
}

std::string Hex(std::string_view text, bool upper) {
  std::string hex = Spell(text, "", "", 16, false);
  for (char& c : hex) {
    if (upper && c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
  }
  return hex;
}

std::string Wrapped(const std::string& text, size_t width, const char* line_end) {
  std::string lines;
  for (size_t at = 0; at < text.size(); at += width) lines += text.substr(at, width) + line_end;
  return lines;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// "@" stands for the secret.
Place Around(const char* name, std::string text) {
  return {name, [text](const std::string& secret) { return Replaced(text, "@", secret); }};
}

std::vector<Place> Surroundings() {
  return {
      Around("bare", "@"),
      Around("env", "TOKEN=@\n"),
      Around("env without a line end", "A=1\nTOKEN=@"),
      Around("double quotes", "x = \"@\""),
      Around("single quotes", "x = '@'"),
      Around("back quotes", "x = `@`"),
      Around("escaped quotes", "\"x = \\\"@\\\"\\n\","),
      Around("comma", "a,@,b"),
      Around("brackets", "[@]"),
      Around("call", "login(@)"),
      Around("braces", "{@}"),
      Around("semicolon", "x=@;y"),
      {"userinfo",
       [](const std::string& secret) { return "https://user:" + secret + "@host.example/me"; }},
      Around("query", "https://host.example/?token=@&x=1"),
      Around("fragment", "https://host.example/#@"),
      Around("xml", "<t>@</t>"),
      Around("xml attribute", "<t a=\"@\"/>"),
      Around("cdata", "<![CDATA[@]]>"),
      Around("yaml block", "key: |\n  @\nnext: 1\n"),
      Around("markdown", "it is *@*."),
      Around("header", "Authorization: Bearer @\r\n"),
      Around("crlf", "a=1\r\nb=@\r\nc=3\r\n"),
      Around("spelt line end", "\\n@\\n"),
      Around("percent", "x%3D@%26"),
      Around("tab", "a\t@\tb"),
      Around("nul", std::string("\0@\0", 3)),
      Around("high bytes", "\xff@\xfe"),
      Around("colour", "\x1b[32m@\x1b[0m"),
  };
}

std::vector<Place> Spellings() {
  std::vector<Place> places;
  for (size_t shift = 0; shift < 3; ++shift) {
    std::string pad(shift, ' ');
    places.push_back({"base64", [pad](const std::string& s) {
                        return "data: " + EncodeBase64(pad + s, false, true) + "\n";
                      }});
    places.push_back({"base64url", [pad](const std::string& s) {
                        return "x=" + EncodeBase64(pad + s + "\n?>", true, false);
                      }});
    places.push_back({"base64 of base64", [pad](const std::string& s) {
                        std::string inner = EncodeBase64("u:" + pad + s, false, true);
                        return "a: " +
                               EncodeBase64("{\"auths\":{\"r\":{\"auth\":\"" + inner + "\"}}}",
                                            false, true);
                      }});
    places.push_back({"base64 of UTF-16", [pad](const std::string& s) {
                        return "powershell -EncodedCommand " +
                               EncodeBase64(Wide("$x" + pad + "='" + s + "'; run", true), false,
                                            true);
                      }});
  }
  for (size_t lead = 0; lead < 60; lead += 5) {
    places.push_back({"wrapped base64 of a whole file", [lead](const std::string& s) {
                        std::string file =
                            "A=1\nUSER=" + std::string(lead, 'u') + "\nTOKEN=" + s + "\nLAST=2\n";
                        return Wrapped(EncodeBase64(file, false, true), 76, "\n");
                      }});
  }
  places.push_back({"Basic", [](const std::string& s) {
                      return "Authorization: Basic " + EncodeBase64("user:" + s, false, true);
                    }});
  places.push_back(
      {"hex", [](const std::string& s) { return "x='" + Hex("a " + s, false) + "'"; }});
  places.push_back({"HEX", [](const std::string& s) { return "x " + Hex(s, true) + " "; }});
  places.push_back({"percent", [](const std::string& s) {
                      return "?q=" + Spell(s, "%", "", 16, false) + "&b";
                    }});
  places.push_back({"percent of specials", [](const std::string& s) {
                      return "?q=" + Spell(s, "%", "", 16, true) + "&b";
                    }});
  places.push_back({"double percent", [](const std::string& s) {
                      return "?q=" + Spell(s, "%25", "", 16, true) + "&b";
                    }});
  places.push_back({"JSON u", [](const std::string& s) {
                      return "{\"a\":\"" + Spell(s, "\\u00", "", 16, false) + "\"}";
                    }});
  places.push_back({"JSON u of specials", [](const std::string& s) {
                      return "{\"a\":\"" + Spell(s, "\\u00", "", 16, true) + "\"}";
                    }});
  places.push_back({"JSON slashes", [](const std::string& s) {
                      return "{\"a\":\"" + Replaced(s, "/", "\\/") + "\"}";
                    }});
  places.push_back({"string x", [](const std::string& s) {
                      return "a = \"" + Spell(s, "\\x", "", 16, false) + "\"";
                    }});
  places.push_back({"HTML", [](const std::string& s) {
                      return "<b>" + Spell(s, "&#", ";", 10, false) + "</b>";
                    }});
  places.push_back({"HTML hex of specials", [](const std::string& s) {
                      return "<b>" + Spell(s, "&#x", ";", 16, true) + "</b>";
                    }});
  for (bool little : {true, false}) {
    for (bool mark : {true, false}) {
      places.push_back({"UTF-16", [little, mark](const std::string& s) {
                          std::string head = little ? "\xff\xfe" : "\xfe\xff";
                          return (mark ? head : "") + Wide("user\nkey=" + s + "\nend\n", little);
                        }});
    }
    places.push_back({"UTF-16 in a binary file", [little](const std::string& s) {
                        return std::string(51, '\x07') + Wide("key=" + s, little) + "\x01\x02";
                      }});
  }
  const char* joints[] = {"\" \"", "\" + \"", "\"\n    \"", "\" +\n    \"", "\" \\\n  \"",
                          "\\\n",  "\\\r\n",  "\" . \"",    "\" f\"",       "=\n"};
  for (const char* joint : joints) {
    places.push_back({"split", [joint](const std::string& s) {
                        size_t at = s.size() - 9;
                        return "x = \"" + s.substr(0, at) + joint + s.substr(at) + "\"\n";
                      }});
  }
  return places;
}

const SecretDetector& Engine() {
  static const SecretDetector detector = [] {
    std::vector<std::string> notes;
    return SecretDetector(
        LoadSecretRules(std::string(PICKET_SOURCE_DIR) + "/patterns/secrets", "", &notes),
        FingerprintKey());
  }();
  return detector;
}

void CheckEveryKind(const std::vector<Place>& places) {
  std::unique_ptr<Session> session = Engine().NewSession();
  Expander expander{ExpandLimits{}};
  SeededRandom random(20'261'121);
  for (const Format& format : Formats()) {
    for (const Place& place : places) {
      std::string secret = Make(format, random);
      std::string text = place.dress(secret);
      bool found = false;
      for (const Finding& finding : DeepScan(text, ObjectKind::kBlob, *session, expander)) {
        found = found || finding.rule == format.rule;
      }
      CAPTURE(std::string(format.rule));
      CAPTURE(std::string(place.name));
      CAPTURE(text);
      CHECK(found);
    }
  }
}

}  // namespace

TEST_CASE("places: every kind is found in every surrounding") { CheckEveryKind(Surroundings()); }

TEST_CASE("places: every kind is found in every spelling") { CheckEveryKind(Spellings()); }

TEST_CASE("places: every kind is found in a line of five megabytes and at a window's seam") {
  std::unique_ptr<Session> session = Engine().NewSession();
  Expander expander{ExpandLimits{}};
  SeededRandom random(7);
  const std::string kFiller = "a, ";
  std::string line;
  while (line.size() < (5u << 20)) line += kFiller;
  for (const Format& format : Formats()) {
    std::string secret = Make(format, random);
    for (uint64_t at : {uint64_t{3} << 20, (uint64_t{4} << 20) - secret.size() / 2}) {
      at -= at % kFiller.size();
      std::string text = line;
      text.replace(at, secret.size() + 1, secret + ",");
      bool found = false;
      for (const Finding& finding : DeepScan(text, ObjectKind::kBlob, *session, expander)) {
        found = found || finding.rule == format.rule;
      }
      CAPTURE(std::string(format.rule));
      CHECK(found);
    }
  }
}

}  // namespace picket
