#include "secrets/secret_detector.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "secrets/deep_scan.h"
#include "secrets/rule_check.h"
#include "secrets/template.h"
#include "support/shipped_rules.h"

namespace picket {
namespace {

const SecretDetector& Engine() {
  static const SecretDetector detector(ShippedRules(), FingerprintKey());
  return detector;
}

std::string Expanded(const std::string& text, uint64_t seed = 1) {
  SeededRandom random(seed);
  std::string why;
  std::optional<std::string> expanded = ExpandTemplate(text, random, Spoiling::kNone, &why);
  REQUIRE(expanded.has_value());
  return *expanded;
}

std::vector<Finding> Scan(const std::string& text, ObjectKind kind = ObjectKind::kBlob) {
  std::unique_ptr<Session> session = Engine().NewSession();
  Expander expander{ExpandLimits{}};
  return DeepScan(text, kind, *session, expander);
}

// Letters without a trace of English.
std::string Token() { return "hf_" + Expanded("{alpha:34}", 5); }

}  // namespace

TEST_CASE("secrets: a Hugging Face token is found in every dress that it is committed in") {
  const std::string kTexts[] = {
      "@",
      "HF_TOKEN=@\n",
      "export HUGGING_FACE_HUB_TOKEN='@'",
      "https://user:@@huggingface.co/me/model",
      "\"source\": [\"login(\\\"@\\\")\\n\"]",
      "login(@)",
      "[@]",
      ",@,",
      "<t>@</t>",
      "?token=@&x",
      "it is @.",
      "Authorization: Bearer @\r\n",
      "\\n@\\n",
      "%3D@%0A",
      "\\u0022@\\u0022",
      "`@`",
      "_@_",
      std::string("\0@\0", 3),
      "\xff@\xfe",
  };
  for (const std::string& text : kTexts) {
    CAPTURE(text);
    std::string full = text;
    size_t at = full.find('@');
    full.replace(at, 1, Token());
    std::vector<Finding> findings = Scan(full);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].rule == "huggingface.user-token");
    CHECK(findings[0].tier == Tier::kPrecise);
    CHECK(findings[0].severity == Severity::kHigh);
    CHECK(findings[0].span == Span{at, 37});
    CHECK(findings[0].masked == MaskSecret(Token()));
    CHECK(findings[0].message.find(Token()) == std::string::npos);
  }
}

TEST_CASE("secrets: what only looks like a Hugging Face token is left alone") {
  const std::string kBodies[] = {std::string("someProtocolFieldNameThatIsLongish"),
                                 std::string("exampleexampleexampleexampleexampl"),
                                 std::string(34, 'x'),
                                 std::string("abcdefghijklmnopqrstuvwxyzABCDEFGH"),
                                 std::string("GetDisplayNameOfCurrentUserSession"),
                                 std::string("ThisIsAPlaceholderForYourOwnSecret"),
                                 std::string("aBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaB")};
  for (const std::string& body : kBodies) {
    CAPTURE(body);
    REQUIRE(body.size() == 34);
    CHECK(Scan("x = hf_" + body + ";").empty());
  }
  CHECK(Scan("x" + Token()).empty());
  CHECK(Scan(Token() + "x").empty());
  CHECK(Scan(Token().substr(0, 36)).empty());
}

TEST_CASE("secrets: a token with digits is of medium severity, under the same family") {
  std::string token = Token();
  token[20] = '7';
  std::vector<Finding> findings = Scan("t=" + token);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == Severity::kMedium);
  CHECK(findings[0].family == "huggingface.user-token");
}

TEST_CASE("secrets: the fingerprint is the same in the clear, in UTF-16 and in base64") {
  std::string token = Token();
  std::set<std::string> fingerprints;
  std::vector<std::string> texts = {"token = " + token};
  for (size_t before = 0; before < 3; ++before) {
    texts.push_back("data: " + EncodeBase64(std::string(before, 'u') + ":" + token, false, true));
    texts.push_back("x=" + EncodeBase64(std::string(before, ' ') + token + "\n", true, false) +
                    "&");
    for (bool little : {true, false}) {
      std::string wide;
      for (char c : "token: " + token + "; and more") {
        wide.push_back(little ? c : '\0');
        wide.push_back(little ? '\0' : c);
      }
      texts.push_back(std::string(before, 'j') + "binary" + wide);
      texts.push_back((little ? "\xff\xfe" : "\xfe\xff") + wide);
    }
  }
  std::string wrapped =
      EncodeBase64("a line that fills up; " + token + " and its end", false, true);
  for (size_t at : {4u, 12u, 44u}) {
    std::string text = wrapped;
    texts.push_back(text.insert(at, "\n"));
  }
  for (const std::string& text : texts) {
    CAPTURE(text);
    std::vector<Finding> findings = Scan(text);
    REQUIRE(findings.size() >= 1);
    for (const Finding& finding : findings) {
      CHECK(finding.rule == "huggingface.user-token");
      fingerprints.insert(finding.fingerprint);
    }
  }
  CHECK(fingerprints.size() == 1);
}

TEST_CASE("secrets: a finding in encoded text points at the text that encodes it") {
  std::string encoded = EncodeBase64("user:" + Token(), false, true);
  std::string text = "Authorization: Basic " + encoded + "\n";
  std::vector<Finding> findings = Scan(text);
  std::erase_if(findings, [](const Finding& f) { return f.tier != Tier::kPrecise; });
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].member == "base64@0x15");
  CHECK(findings[0].span.offset >= 21 + 5);
  CHECK(findings[0].span.offset <= 21 + 7);
  CHECK(findings[0].span.end() <= 21 + encoded.size());
}

TEST_CASE("secrets: a private key has one fingerprint however it is written down") {
  std::string key = Expanded("{pem}");
  std::string spelled;
  for (char c : key) spelled += c == '\n' ? "\\n" : std::string(1, c);
  std::string begin = std::string("-----BEGIN ") + "PRIVATE KEY-----";
  std::string end = std::string("-----END ") + "PRIVATE KEY-----";
  std::vector<Finding> plain = Scan(begin + "\n" + key + end + "\n");
  std::vector<Finding> json =
      Scan("{\"private_key\": \"" + begin + "\\n" + spelled + end + "\\n\"}");
  REQUIRE(plain.size() == 1);
  REQUIRE(json.size() == 1);
  CHECK(plain[0].rule == "private-key.pem");
  CHECK(plain[0].span.length == begin.size() + 1 + key.size() + end.size());
  CHECK(json[0].rule == "google.service-account-key");
  CHECK(plain[0].fingerprint == json[0].fingerprint);
}

TEST_CASE("secrets: a URL password that is a token is reported once, as the token") {
  std::vector<Finding> findings = Scan("https://me:" + Token() + "@huggingface.co");
  REQUIRE(findings.size() == 1);
  findings = Scan(Expanded("postgres://app:{alnum:20}@db/app"));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].tier == Tier::kContextual);
}

TEST_CASE(
    "secrets: a value that a vendor's rule and a general one read is reported once, as the "
    "vendor's") {
  std::vector<std::string> complaints;
  size_t examined = 0;
  for (const RuleSource& source :
       ListRules(std::string(PICKET_SOURCE_DIR) + "/patterns/secrets", &complaints)) {
    if (source.rule.tier != Tier::kContextual || source.examples.empty()) continue;
    CAPTURE(source.rule.id);
    std::set<uint64_t> general, others;
    for (const Finding& finding : Scan(Expanded(source.examples.front()))) {
      if (finding.tier != Tier::kContextual) continue;
      (finding.rule.starts_with("generic.") ? general : others).insert(finding.span.offset);
    }
    for (uint64_t offset : general) CHECK(!others.contains(offset));
    ++examined;
  }
  CHECK(complaints.empty());
  CHECK(examined >= 100);
}

TEST_CASE("secrets: committed token files are found by their path, and only as paths") {
  for (const char* path : {"home/.cache/huggingface/token", "huggingface/stored_tokens",
                           ".git-credentials", "x/.netrc", "_netrc"}) {
    CAPTURE(path);
    CHECK(Scan(path, ObjectKind::kPathName).size() == 1);
    CHECK(Scan(path, ObjectKind::kBlob).empty());
  }
  CHECK(Scan("src/huggingface/tokens.py", ObjectKind::kPathName).empty());
  CHECK(Scan("dir/" + Token() + ".txt", ObjectKind::kPathName).size() == 1);
}

TEST_CASE("secrets: bytes that the outer blob has shown already are not scanned again") {
  class Counter : public FindingSink {
   public:
    void Add(Finding) override { ++findings; }
    void Add(Gap) override {}
    void Add(EncodedHint) override {}
    int findings = 0;
  };
  std::string text = Token();
  BlobRef ref;
  Origin origin;
  std::unique_ptr<Session> session = Engine().NewSession();
  Counter counter;
  session->Scan(Blob{ref, AsBytes(text), origin}, nullptr, counter);
  origin.bytes_seen = true;
  session->Scan(Blob{ref, AsBytes(text), origin}, nullptr, counter);
  CHECK(counter.findings == 1);
}

TEST_CASE("secrets: many tokens are all found, each once") {
  std::string text;
  SeededRandom random(9);
  std::string why;
  for (int i = 0; i < 10'000; ++i) {
    text += *ExpandTemplate("a=hf_{alpha:34}\n", random, Spoiling::kNone, &why);
  }
  std::set<uint64_t> offsets;
  std::vector<Finding> findings = Scan(text);
  for (const Finding& finding : findings) offsets.insert(finding.span.offset);
  CHECK(findings.size() == 10'000);
  CHECK(offsets.size() == 10'000);
}

TEST_CASE("secrets: without rules there is no detector") {
  CHECK_THROWS_AS(SecretDetector(nullptr, FingerprintKey()), Error);
}

TEST_CASE("secrets: what a blob leaves out is not read, and what stands around it is") {
  class Keeping : public FindingSink {
   public:
    void Add(Finding finding) override { spans.push_back(finding.span); }
    void Add(Gap) override {}
    void Add(EncodedHint hint) override { hints.push_back(hint.offset); }

    std::vector<Span> spans;
    std::vector<uint64_t> hints;
  };
  // Tokens of 37 bytes at 10, 60, 110 and 160.
  std::string text(10, ' ');
  for (int i = 0; i < 4; ++i) text += Token() + std::string(13, ' ');
  std::unique_ptr<Session> session = Engine().NewSession();
  auto spans_without = [&](std::vector<Span> left_out) {
    BlobRef ref;
    Blob blob{ref, AsBytes(text)};
    blob.left_out = left_out;
    Keeping sink;
    session->Scan(blob, nullptr, sink);
    return sink.spans;
  };
  CHECK(spans_without({}) == std::vector<Span>{{10, 37}, {60, 37}, {110, 37}, {160, 37}});
  CHECK(spans_without({{55, 50}}) == std::vector<Span>{{10, 37}, {110, 37}, {160, 37}});
  CHECK(spans_without({{0, 50}, {50, 10}, {170, text.size() - 170}}) ==
        std::vector<Span>{{60, 37}, {110, 37}});
  CHECK(spans_without({{0, text.size()}}).empty());
  // Marks of encoded text keep their place.
  const std::string utf16 = [] {
    std::string wide;
    for (char c : "x = " + Token()) wide += std::string(1, c) + '\0';
    return wide;
  }();
  text = std::string(100, '.') + utf16;
  BlobRef ref;
  Blob blob{ref, AsBytes(text)};
  const std::vector<Span> head{{0, 50}};
  blob.left_out = head;
  Keeping sink;
  session->Scan(blob, nullptr, sink);
  REQUIRE_FALSE(sink.hints.empty());
  for (uint64_t hint : sink.hints) CHECK(hint >= 100);
}

}  // namespace picket
