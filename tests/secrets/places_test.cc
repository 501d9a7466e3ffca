// Every kind of secret in every place and spelling where one is committed. What the kinds look like
// stands in formats.def, a second time, from the vendors' own descriptions: nothing here reads the
// patterns.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "secrets/deep_scan.h"
#include "secrets/secret_detector.h"
#include "support/sanitized.h"
#include "support/secret_formats.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

// Under the sanitizers, which look into neither engine, one in so many.
constexpr size_t kSample = kSanitized ? 23 : 1;

struct Text {
  std::string bytes;
  // Where the secret stands, or the characters that encode it.
  Span secret;
  // How far the finding may reach beyond it at either end, and how much it may leave out.
  uint64_t more = 0;
  uint64_t less = 0;
};

struct Specimen {
  std::string secret;
  std::string before;  // of a phrase or block
  std::string after;
};

using Spelling = std::function<Text(const Text&)>;

// A finding in base64 covers whole groups, and in wrapped lines a little more.
constexpr uint64_t kAround = 24;

// `frame` holds "@" for the specimen. Where it also holds one of NAME, a_name, aName, a-name and
// a.name, the specimen is given to a name in that spelling.
struct Place {
  const char* name;
  std::string frame;
  Spelling spell;
};

Text Spelt(const Text& text, const std::function<std::string(char)>& spell) {
  Text spelt;
  for (size_t at = 0; at <= text.bytes.size(); ++at) {
    if (at == text.secret.offset) spelt.secret.offset = spelt.bytes.size();
    if (at == text.secret.end()) spelt.secret.length = spelt.bytes.size() - spelt.secret.offset;
    if (at < text.bytes.size()) spelt.bytes += spell(text.bytes[at]);
  }
  return spelt;
}

bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Spelling Each(const char* format, bool specials_only) {
  return [format, specials_only](const Text& text) {
    return Spelt(text, [&](char c) {
      if (specials_only && IsAlnum(c)) return std::string(1, c);
      char spelt[16];
      std::snprintf(spelt, sizeof spelt, format, static_cast<unsigned>(static_cast<uint8_t>(c)));
      return std::string(spelt);
    });
  };
}

Spelling Utf16(bool little, std::string head) {
  return [little, head](const Text& text) {
    Text wide = Spelt(text, [&](char c) {
      return little ? std::string{c, '\0'} : std::string{'\0', c};
    });
    wide.bytes.insert(0, head);
    wide.secret.offset += head.size();
    return wide;
  };
}

// `width` characters a line, or one line.
Spelling Base64(bool url_safe, std::string before, std::string after, size_t width = SIZE_MAX) {
  return [=](const Text& text) {
    const std::string flat = EncodeBase64(text.bytes, url_safe, !url_safe);
    auto place = [&](uint64_t at) { return before.size() + at + at / width; };
    std::string lines = flat.substr(0, width);
    for (size_t at = width; at < flat.size() && width < flat.size(); at += width) {
      lines += "\n" + flat.substr(at, width);
    }
    const uint64_t begin = place(text.secret.offset / 3 * 4 + text.secret.offset % 3);
    const uint64_t end = place((text.secret.end() * 4 + 2) / 3);
    return Text{before + lines + after, {begin, end - begin}, kAround};
  };
}

Spelling Then(Spelling first, Spelling second) {
  return [first, second](const Text& text) { return second(first(text)); };
}

Spelling Escaped(const std::map<char, std::string>& escapes) {
  return [escapes](const Text& text) {
    return Spelt(text, [&](char c) {
      auto escape = escapes.find(c);
      return escape == escapes.end() ? std::string(1, c) : escape->second;
    });
  };
}

Spelling Between(std::string before, std::string after) {
  return [=](const Text& text) {
    Text longer = text;
    longer.bytes = before + text.bytes + after;
    longer.secret.offset += before.size();
    return longer;
  };
}

const Spelling kXml = Escaped({{'&', "&amp;"}});
const Spelling kString = Escaped({{'"', "\\\""}, {'\n', "\\n"}, {'\\', "\\\\"}});
const Spelling kCrLf = Escaped({{'\n', "\r\n"}});

// What needs a name is not looked for here.
std::vector<Place> Surroundings() {
  return {
      {"bare line", "\n@\n", {}},
      {"alone", "@", {}},
      {"double quotes", "x = \"@\"", {}},
      {"single quotes", "x = '@'", {}},
      {"back quotes", "x = `@`", {}},
      {"escaped quotes", "\"x = \\\"@\\\"\\n\",", {}},
      {"comma", "a,@,b", {}},
      {"brackets", "[@]", {}},
      {"quoted brackets", "[\"@\", 'b']", {}},
      {"call", "login(@)", {}},
      {"quoted call", "login(\"@\")", {}},
      {"braces", "{@}", {}},
      {"semicolon", "x=@;y", {}},
      {"userinfo", "https://user:@@host.example/me", {}},
      {"query", "https://host.example/?token=@&x=1", {}},
      {"fragment", "https://host.example/#@", {}},
      {"XML text", "<t>@</t>", kXml},
      {"CDATA", "<![CDATA[@]]>", {}},
      {"Markdown", "it is *@*.", {}},
      {"Markdown code", "- the key is `@`.", {}},
      {"sentence", "Use @ for now.", {}},
      {"header", "Authorization: Bearer @\r\n", {}},
      {"spelt line end", "\\n@\\n", {}},
      {"spelt tab", "\"a\\t@\\tb\"", {}},
      {"percent around", "x%3D@%26", {}},
      {"tab", "a\t@\tb", {}},
      {"NUL", std::string("\0@\0", 3), {}},
      {"high bytes", "\xff@\xfe", {}},
      {"colour", "\x1b[32m@\x1b[0m", {}},
      {"diff", "+@\n-x\n", {}},
  };
}

// In all of these, a secret that needs a name has it; others have one that says nothing.
std::vector<Place> Assignments() {
  return {
      {"env", "NAME=@\n", {}},
      {"env without a line end", "A=1\nNAME=@", {}},
      {"env in quotes", "NAME=\"@\"\n", {}},
      {"env CRLF", "A=1\nNAME=@\nB=2\n", kCrLf},
      {"env after a mark", "\xef\xbb\xbfNAME=@\n", {}},
      {"shell export", "export NAME='@'\n", {}},
      {"shell prefix", "NAME=@ ./run\n", {}},
      {"setx", "set NAME=@\r\n", {}},
      {"Dockerfile ENV", "ENV NAME=@\n", {}},
      {"Dockerfile old ENV", "ENV NAME @\n", {}},
      {"Dockerfile ARG", "ARG NAME=\"@\"\n", {}},
      {"YAML", "a_name: @\n", {}},
      {"YAML quoted", "  a_name: '@'\n", {}},
      {"YAML upper", "  NAME: \"@\"\n", {}},
      {"YAML block", "a_name: |\n  @\nnext: 1\n", {}},
      {"YAML folded", "a-name: >-\n  @\nnext: 1\n", {}},
      {"compose list", "    - NAME=@\n", {}},
      {"Kubernetes env", "- name: NAME\n  value: \"@\"\n", {}},
      {"JSON", "{\"a_name\": \"@\"}", {}},
      {"JSON camel", "{\"aName\":\"@\"}", {}},
      {"JSON upper", "{\n  \"NAME\": \"@\",\n", {}},
      {"JSON in a string", "{\"NAME\": \"@\"}", Then(kString, Between("x = \"", "\""))},
      {"TOML", "[main]\na_name = \"@\"\n", {}},
      {"INI", "[main]\na_name = @\n", {}},
      {"INI tight", "[main]\na_name=@\n", {}},
      {"XML element", "<aName>@</aName>", kXml},
      {"XML attribute", "<main a_name=\"@\"/>", kXml},
      {"XML key and value", "<add key=\"aName\" value=\"@\" />", kXml},
      {"properties", "a.name=@\n", {}},
      {"properties spaced", "a.name = @\n", {}},
      {"Terraform", "  a_name = \"@\"\n", {}},
      {"Terraform variable", "variable \"a_name\" {\n  default = \"@\"\n}\n", {}},
      {"Python", "NAME = '@'\n", {}},
      {"Python environment", "os.environ[\"NAME\"] = \"@\"\n", {}},
      {"Python keyword", "Client(a_name=\"@\", n=1)", {}},
      {"Python getenv", "os.getenv('NAME', '@')", {}},
      {"dict", "{'a_name': '@'}", {}},
      {"JavaScript", "const aName = \"@\";\n", {}},
      {"JavaScript key", "{ aName: '@', }", {}},
      {"process.env", "process.env.NAME = '@';", {}},
      {"Ruby", ":a_name => '@',", {}},
      {"PHP", "define('NAME', '@');", {}},
      {"Go", "aName := \"@\"\n", {}},
      {"Java", "private static final String NAME = \"@\";", {}},
      {"C", "#define NAME \"@\"\n", {}},
      {"notebook", "NAME = \"@\"\n",
       Then(kString, Between("{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"", "\"]}]}"))},
      {"notebook %env", "%env NAME=@\n",
       Then(kString, Between("{\"cells\":[{\"cell_type\":\"code\",\"source\":[\"", "\"]}]}"))},
      {"named query", "https://host.example/?a_name=@&x=1", {}},
      {"named header", "a-name: @\r\n", {}},
      {"option", "run --a-name @\n", {}},
      {"option with =", "run --a-name=@ x\n", {}},
      {"Markdown table", "| NAME | `@` |", {}},
      {"comment", "# NAME=@\n", {}},
      {"colour around", "\x1b[1mNAME=@\x1b[0m\n", {}},
      {"UTF-16 LE", "user\nNAME=@\nend\n", Utf16(true, "")},
      {"UTF-16 BE", "user\nNAME=@\nend\n", Utf16(false, "")},
      {"UTF-16 LE with a mark", "user\nNAME=@\nend\n", Utf16(true, "\xff\xfe")},
      {"UTF-16 BE with a mark", "user\nNAME=@\nend\n", Utf16(false, "\xfe\xff")},
  };
}

// For what has several lines.
std::vector<Place> Files() {
  return {
      {"bare", "@", {}},
      {"lines around", "a\n@\nb\n", {}},
      {"CRLF", "a\n@\n", kCrLf},
      {"JSON string", "@", Then(kString, Between("{\"a\": \"", "\"}"))},
      {"YAML block", "@", Then(Escaped({{'\n', "\n    "}}), Between("a: |\n    ", "\nb: 1\n"))},
      {"UTF-16 LE", "@\n", Utf16(true, "\xff\xfe")},
      {"UTF-16 BE", "@\n", Utf16(false, "")},
      {"base64 of a file", "@\n", Base64(false, "  file: ", "\n")},
      {"wrapped base64 of a file", "@\n", Base64(false, "", "\n", 76)},
  };
}

// Found where the cheap pass meets a literal of the rule, in its encoded spelling.
std::vector<Place> Encodings() {
  std::vector<Place> places;
  for (const char* pad : {"", " ", "  "}) {
    const std::string padded = std::string(pad) + "@";
    places.push_back({"base64", padded, Base64(false, "data: ", "\n")});
    places.push_back({"base64url", padded + "\n?>", Base64(true, "x=", "")});
    places.push_back(
        {"base64 of base64", "u:" + padded,
         Then(Base64(false, "{\"auths\":{\"r\":{\"auth\":\"", "\"}}}"), Base64(false, "a: ", ""))});
    places.push_back({"base64 of UTF-16", "$x" + std::string(pad) + "='@'; run",
                      Then(Utf16(true, ""), Base64(false, "powershell -EncodedCommand ", ""))});
  }
  for (size_t lead = 0; lead < 60; lead += 5) {
    places.push_back({"wrapped base64 of a file",
                      "A=1\nUSER=" + std::string(lead, 'u') + "\nNAME=@\nLAST=2\n",
                      Base64(false, "", "\n", 76)});
  }
  places.push_back({"Basic", "user:@", Base64(false, "Authorization: Basic ", "")});
  const Spelling hex = Each("%02x", false);
  places.push_back({"hex", "a @", Then(hex, Between("x='", "'"))});
  places.push_back({"HEX", "@", Then(Each("%02X", false), Between("x ", " "))});
  places.push_back({"percent", "@", Then(Each("%%%02x", false), Between("?q=", "&b"))});
  places.push_back({"JSON u", "@", Then(Each("\\u%04x", false), Between("{\"a\":\"", "\"}"))});
  places.push_back({"string x", "@", Then(Each("\\x%02x", false), Between("a = \"", "\""))});
  places.push_back({"HTML", "@", Then(Each("&#%u;", false), Between("<b>", "</b>"))});
  for (bool little : {true, false}) {
    places.push_back({"UTF-16 in a binary file", "key=@",
                      Then(Utf16(little, std::string(51, '\x07')), [](const Text& text) {
                        // Both byte orders read it, one of them a byte too early.
                        return Text{text.bytes + "\x01\x02", text.secret, 1, 1};
                      })});
  }
  return places;
}

// Only what is no letter or digit is spelt otherwise.
std::vector<Place> HalfSpelt() {
  return {
      {"percent of specials", "@", Then(Each("%%%02X", true), Between("?q=", "&b"))},
      {"double percent", "@", Then(Each("%%25%02X", true), Between("?q=", "&b"))},
      {"JSON u of specials", "@", Then(Each("\\u%04x", true), Between("{\"a\":\"", "\"}"))},
      {"JSON slashes", "@", Then(Escaped({{'/', "\\/"}}), Between("{\"a\":\"", "\"}"))},
      {"HTML hex of specials", "@", Then(Each("&#x%02x;", true), Between("<b>", "</b>"))},
  };
}

constexpr uint64_t kLastPiece = 9;

Spelling Split(const char* joint) {
  return [joint](const Text& text) {
    Text split = text;
    split.bytes.insert(text.secret.end() - kLastPiece, joint);
    split.secret.length += std::string(joint).size();
    split.more = 1;
    // Where the first piece is a secret already, no more is told.
    split.less = std::string(joint).size() + kLastPiece;
    return split;
  };
}

std::vector<Place> Splits() {
  std::vector<Place> places;
  for (const char* joint : {"\" \"", "\" + \"", "\"\n    \"", "\" +\n    \"", "\" \\\n  \"", "\\\n",
                            "\\\r\n", "\" . \"", "\" f\"", "=\n"}) {
    places.push_back({"split", "x = \"@\"\n", Split(joint)});
  }
  return places;
}

const SecretDetector& Engine() {
  static const SecretDetector detector(ShippedRules(), FingerprintKey());
  return detector;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// "DD_API_KEY" as "dd_api_key", "ddApiKey", "dd-api-key" and "dd.api.key"; a name that is not in
// capitals has one spelling.
std::string Named(std::string frame, const std::string& name) {
  std::string lower = name;
  std::string camel;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  for (char c : lower) {
    const bool first = !camel.empty() && camel.back() == '_';
    if (first) camel.pop_back();
    camel += first ? static_cast<char>(std::toupper(c)) : c;
  }
  const bool many = name.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  frame = Replaced(frame, "a_name", many ? lower : name);
  frame = Replaced(frame, "aName", many ? camel : name);
  frame = Replaced(frame, "a-name", many ? Replaced(lower, "_", "-") : name);
  frame = Replaced(frame, "a.name", many ? Replaced(lower, "_", ".") : name);
  return Replaced(frame, "NAME", name);
}

Specimen Make(const SecretFormat& format, uint64_t seed, unsigned variant) {
  SecretMaker maker(seed, variant);
  Specimen specimen{maker.Make(format.secret), "", ""};
  if (format.shape == Shape::kPhrase || format.shape == Shape::kBlock) {
    const size_t hole = format.around.find("{}");
    REQUIRE(hole != std::string::npos);
    specimen.before = maker.Make(format.around.substr(0, hole));
    specimen.after = maker.Make(format.around.substr(hole + 2));
  }
  return specimen;
}

Text Dress(const SecretFormat& format, const Specimen& specimen, const Place& place) {
  const std::string name = format.shape == Shape::kNamed ? format.around : "THE_VALUE";
  const std::string frame = Named(place.frame, name);
  const bool twice = frame.find("@@") != std::string::npos;
  const size_t at = frame.find('@');
  Text text;
  text.bytes = frame.substr(0, at) + specimen.before;
  text.secret = {text.bytes.size(), specimen.secret.size()};
  text.bytes += specimen.secret + specimen.after + frame.substr(at + 1);
  REQUIRE((twice || frame.find('@', at + 1) == std::string::npos));
  return place.spell ? place.spell(text) : text;
}

std::string Distance(uint64_t from, uint64_t to) {
  if (from == to) return "right";
  return from < to ? std::to_string(to - from) + " late" : std::to_string(from - to) + " early";
}

// Whether `offset` is at most `less` behind `edge` and at most `more` before it.
bool IsNear(uint64_t offset, uint64_t edge, uint64_t less, uint64_t more) {
  return offset <= edge + less && offset + more >= edge;
}

// What was lost, and where.
class Recall {
 public:
  Recall() : session_(Engine().NewSession()) {}

  void Look(const SecretFormat& format, const std::string& place, const Text& text) {
    ++looked_;
    const std::string wrong = WhatIsWrong(format, text);
    const std::vector<KnownLoss>& known = KnownLosses();
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const KnownLoss& loss) {
      return loss.Covers(format, place);
    });
    if (wrong.empty() || is_known) return;
    lost_[format.rule + " " + format.secret.substr(0, 24) + " " + wrong].insert(place);
  }

  // Empty when the secret was found by its rule and where it is.
  std::string WhatIsWrong(const SecretFormat& format, const Text& text) {
    const uint64_t more = text.more + OpenEnd(format.rule);
    std::string wrong = "not found";
    for (const Finding& finding : DeepScan(text.bytes, ObjectKind::kBlob, *session_, expander_)) {
      if (!TellsSame(format.rule, finding.rule)) {
        wrong = "told as " + finding.rule;
      } else if (IsNear(finding.span.offset, text.secret.offset, text.less, text.more) &&
                 IsNear(text.secret.end(), finding.span.end(), text.less, more)) {
        return "";
      } else {
        wrong = "begins " + Distance(text.secret.offset, finding.span.offset) + ", ends " +
                Distance(text.secret.end(), finding.span.end());
      }
    }
    return wrong;
  }

  void Check() const {
    std::string report;
    for (const auto& [kind, places] : lost_) {
      report += "\n  " + kind + ":";
      for (const std::string& place : places) report += " [" + place + "]";
    }
    CHECK_MESSAGE(lost_.empty(), "lost", report);
    CHECK(looked_ > 5);
  }

 private:
  std::unique_ptr<Session> session_;
  Expander expander_{ExpandLimits{}};
  std::map<std::string, std::set<std::string>> lost_;
  size_t looked_ = 0;
};

uint64_t SeedOf(const SecretFormat& format, uint64_t round) {
  uint64_t seed = round;
  for (char c : format.rule + format.around) seed = seed * 31 + static_cast<uint8_t>(c);
  return seed;
}

bool IsUrl(const Specimen& specimen) {
  return (specimen.before + specimen.secret).find("://") != std::string::npos;
}

bool Holds(const SecretFormat& format, const Specimen& specimen, const Place& place) {
  if (IsNotIn(format.rule, place.name)) return false;
  const std::string name = place.name;
  // An address, a header or a connection string is no part of an address.
  if (name == "userinfo" || name == "query" || name == "fragment" || name == "named query") {
    return !IsUrl(specimen) && format.shape != Shape::kPhrase;
  }
  // A header has its own words.
  return !(name == "header" && format.shape == Shape::kPhrase);
}

void CheckAll(const std::vector<Place>& places, const std::set<Shape>& shapes, unsigned rounds,
              bool hinted = false) {
  Recall recall;
  size_t turn = 0;
  for (const SecretFormat& format : SecretFormats()) {
    if (!shapes.contains(format.shape)) continue;
    if (hinted && RulesWithoutHint().contains(format.rule)) continue;
    unsigned variant = 0;
    for (const Place& place : places) {
      for (unsigned round = 0; round < rounds; ++round) {
        const Specimen specimen = Make(format, SeedOf(format, variant), variant);
        ++variant;
        if (++turn % kSample != 0 || !Holds(format, specimen, place)) continue;
        recall.Look(format, place.name, Dress(format, specimen, place));
      }
    }
  }
  recall.Check();
}

}  // namespace

TEST_CASE("places: every precise rule about content stands in the table of formats") {
  std::set<std::string> told;
  for (const SecretFormat& format : SecretFormats()) told.insert(format.rule);
  std::string missing;
  for (const Rule& rule : Engine().rules().rules()) {
    if (rule.tier != Tier::kPrecise || rule.is_path_rule()) continue;
    if (told.erase(rule.id) == 0 && !UntoldRules().contains(rule.id)) missing += " " + rule.id;
  }
  CHECK_MESSAGE(missing.empty(), "formats.def has no line for", missing);
  std::string gone;
  for (const std::string& rule : told) gone += " " + rule;
  CHECK_MESSAGE(gone.empty(), "formats.def tells of what is no precise rule:", gone);
}

TEST_CASE("places: what the table says of rules' losses and hints is still so") {
  std::string stale;
  for (const Rule& rule : Engine().rules().rules()) {
    const bool without = RulesWithoutHint().contains(rule.id);
    if (without && !rule.encoded_literals.empty()) stale += "\n  NO_HINT " + rule.id;
  }
  std::vector<Place> places = Assignments();
  for (const std::vector<Place>& more : {Surroundings(), Files()}) {
    places.insert(places.end(), more.begin(), more.end());
  }
  Recall recall;
  for (const KnownLoss& loss : KnownLosses()) {
    bool lost = false;
    for (const SecretFormat& format : SecretFormats()) {
      for (const Place& place : places) {
        if (lost || !loss.Covers(format, place.name)) continue;
        const unsigned variants = std::max(60u, SecretMaker::Variants(format.secret));
        for (unsigned variant = 0; variant < variants && !lost; ++variant) {
          const Specimen specimen = Make(format, SeedOf(format, variant), variant);
          if (!Holds(format, specimen, place)) continue;
          lost = !recall.WhatIsWrong(format, Dress(format, specimen, place)).empty();
        }
      }
    }
    if (!lost) stale += "\n  KNOWN " + loss.rule + " " + loss.part + " " + loss.place;
  }
  CHECK_MESSAGE(stale.empty(), "formats.def holds lines that are no longer true:", stale);
}

TEST_CASE("places: every kind is found in all its lengths and forms") {
  Recall recall;
  const Place kPlain = {"as it is", "NAME=\"@\"\n", {}};
  const Place kBlockPlain = {"as it is", "\n@\n", {}};
  size_t turn = 0;
  for (const SecretFormat& format : SecretFormats()) {
    const unsigned variants =
        SecretMaker::Variants(format.secret) *
        (format.shape == Shape::kPhrase ? SecretMaker::Variants(format.around) / 3 : 1);
    for (unsigned variant = 0; variant < std::max(12u, variants); ++variant) {
      if (++turn % kSample != 0) continue;
      const Place& place = format.shape == Shape::kBlock ? kBlockPlain : kPlain;
      const Specimen specimen = Make(format, SeedOf(format, variant), variant);
      recall.Look(format, place.name, Dress(format, specimen, place));
    }
  }
  recall.Check();
}

TEST_CASE("places: every kind is found in every surrounding") {
  CheckAll(Surroundings(), {Shape::kAlone, Shape::kPhrase}, 1);
}

TEST_CASE("places: every kind is found wherever it is given to a name") {
  CheckAll(Assignments(), {Shape::kAlone, Shape::kNamed, Shape::kPhrase}, 1);
}

TEST_CASE("places: every kind of several lines is found where files hold files") {
  CheckAll(Files(), {Shape::kBlock}, 2);
}

TEST_CASE("places: every kind that stands alone is found in every encoding") {
  CheckAll(Encodings(), {Shape::kAlone}, 1, true);
}

TEST_CASE("places: every kind that stands alone is found where some characters are escaped") {
  CheckAll(HalfSpelt(), {Shape::kAlone}, 1);
}

TEST_CASE("places: every kind that stands alone is found in pieces") {
  CheckAll(Splits(), {Shape::kAlone}, 1, true);
}

TEST_CASE("places: kinds are found in a line of five megabytes and at a window's seam") {
  Recall recall;
  const std::string kFiller = "a, ";
  std::string line;
  while (line.size() < (5u << 20)) line += kFiller;
  const size_t step = kSanitized ? 60 : 3;
  for (size_t i = 0; i < SecretFormats().size(); i += step) {
    const SecretFormat& format = SecretFormats()[i];
    if (format.shape == Shape::kBlock) continue;
    const Specimen specimen = Make(format, SeedOf(format, 5), 0);
    const Text dressed = Dress(format, specimen, {"long line", " NAME=\"@\", ", {}});
    for (uint64_t at : {uint64_t{3} << 20, (uint64_t{4} << 20) - dressed.bytes.size() / 2}) {
      std::string text = line;
      text.replace(at, dressed.bytes.size(), dressed.bytes);
      recall.Look(format, "long line", {text, {at + dressed.secret.offset, dressed.secret.length}});
    }
  }
  recall.Check();
}

}  // namespace picket
