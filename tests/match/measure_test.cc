#include "match/measure.h"

#include <doctest/doctest.h>

#include <string>

#include "match/dialect.h"

namespace picket {

TEST_CASE("measure: a PEM body reads the same however its lines are broken") {
  struct Case {
    std::string text;
    std::string base64;
    bool closed;
  };
  const std::string end = "-----END X-----";
  const Case kCases[] = {
      {"\nAAAA\nBBBB\n" + end, "AAAABBBB", true},
      {"\r\nAAAA\r\nBBBB\r\n" + end, "AAAABBBB", true},
      {"\\nAAAA\\nBBBB\\n" + end, "AAAABBBB", true},
      {"\\\\nAAAA\\\\nBBBB\\\\n" + end, "AAAABBBB", true},
      {"\\n\" +\n  \"AAAA\\n\" +\n  \"BB+/\\n\" +\n  \"" + end, "AAAABB+/", true},
      {"\n# AAAA\n# BBBB\n# " + end, "AAAABBBB", true},
      {" AAAA BBBB " + end, "AAAABBBB", true},
      {"\nAAAABB==\n" + end, "AAAABB", true},
      {"\nAAAA", "AAAA", false},
      {"\n...\n" + end, "", false},
      {"", "", false},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.text);
    PemBody body = ReadPemBody(AsBytes(test.text), 0, 4096);
    CHECK(body.base64 == test.base64);
    CHECK(body.closed == test.closed);
    if (test.closed) CHECK(body.end == test.text.size());
    CHECK_FALSE(body.armored);
  }
}

TEST_CASE("measure: header lines before a PEM body are none of it") {
  std::string text = "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END X-----";
  PemBody body = ReadPemBody(AsBytes(text), 0, 4096);
  CHECK(body.armored);
  CHECK(body.base64 == "AAAA");
}

TEST_CASE("measure: a token of three parts ends where its third part ends") {
  RuleMeasure measure{"jwt", {}, 20, 100};
  std::string text = "abcdefgh.abcdefgh.abcdefgh rest";
  CHECK(MeasureBody(measure, AsBytes(text), 3) == std::optional<uint64_t>(26));
  CHECK_FALSE(MeasureBody(measure, AsBytes("abcdefgh.abcdefgh"), 3).has_value());
  CHECK_FALSE(MeasureBody(measure, AsBytes("abcdefgh.abc.abcdefgh"), 3).has_value());
  measure.max = 10;
  CHECK_FALSE(MeasureBody(measure, AsBytes(text), 3).has_value());
}

}  // namespace picket
