#include "scan/baseline.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"

namespace picket {
namespace {

std::string Print(char digit) { return "fp1:" + std::string(40, digit); }

JudgedFinding Judged(char digit, const std::string& path) {
  JudgedFinding judged;
  judged.finding.rule = "test.token";
  judged.finding.fingerprint = Print(digit);
  judged.path = path;
  return judged;
}

const std::string kHead = "# picket baseline 1\nkey public\n";

}  // namespace

TEST_CASE("baseline: one sorted line a finding, the same bytes in any order") {
  Verdict verdict;
  verdict.findings = {Judged('9', "z"), Judged('1', "b"), Judged('1', "a c\n"), Judged('5', "")};
  WrittenBaseline written = WriteBaseline(verdict, "", false);
  CHECK(written.lines == 3);
  CHECK(written.text.ends_with("key public\n" + Print('1') + " test.token a c\\x0a\n" + Print('5') +
                               " test.token\n" + Print('9') + " test.token z\n"));
  std::reverse(verdict.findings.begin(), verdict.findings.end());
  CHECK(WriteBaseline(verdict, "", false).text == written.text);
  Baseline read = ParseBaseline(written.text, "b");
  CHECK(read.key_id.empty());
  REQUIRE(read.allowances.size() == 3);
  CHECK(read.allowances[0].fingerprint == Print('1'));
  CHECK(read.allowances[0].source == AllowedBy::kBaseline);
  CHECK(read.allowances[0].reason == "in the baseline b: test.token a c\\x0a");
  CHECK(ParseBaseline(WriteBaseline(verdict, "0123abcd", true).text, "b").key_id == "0123abcd");
}

TEST_CASE("baseline: what is covered otherwise, unreachable, guessable or nameless stays out") {
  Verdict verdict;
  verdict.findings = {Judged('1', "a"), Judged('2', "a"), Judged('3', "a"), Judged('4', "a"),
                      Judged('5', "a"), Judged('6', "a"), Judged('6', "b")};
  verdict.findings[0].allowed_by = AllowedBy::kPolicy;
  verdict.findings[1].allowed_by = AllowedBy::kInline;
  verdict.findings[2].allowed_by = AllowedBy::kBaseline;
  verdict.findings[3].reachable = false;
  verdict.findings[4].finding.fingerprint.clear();
  verdict.findings[5].finding.tier = verdict.findings[6].finding.tier = Tier::kContextual;
  WrittenBaseline open = WriteBaseline(verdict, "", false);
  CHECK(open.lines == 1);
  CHECK(open.guessable == 1);
  CHECK(open.nameless == 1);
  CHECK(open.text.ends_with(Print('3') + " test.token a\n"));
  WrittenBaseline keyed = WriteBaseline(verdict, "0123abcd", true);
  CHECK(keyed.lines == 2);
  CHECK(keyed.guessable == 0);
}

TEST_CASE("baseline: what is not in the format is an error that repeats nothing") {
  struct Row {
    std::string text;
    std::string said;
  };
  for (const Row& row : {
           Row{"", "not whole"},
           Row{"key public\n", "not whole"},
           Row{"# picket baseline 2\nkey public\n", "not whole"},
           Row{"# picket baseline 1\n", "not whole"},
           Row{kHead + "key public\n", "Line 3 of the baseline file b names a second key"},
           Row{"# picket baseline 1\nkey hush\n", "Line 2 of the baseline file b names no key"},
           Row{kHead + "hush\n", "Line 3"},
           Row{kHead + "# hush\n\nfp1:hush x\n", "Line 5"},
           Row{kHead + Print('1') + "hush\n", "Line 3"},
           Row{kHead + Print('A') + "\n", "Line 3"},
           Row{kHead + std::string(20'000, '#') + "\n", "longer than 16 KiB"},
       }) {
    CAPTURE(row.text.substr(0, 80));
    std::string said;
    try {
      ParseBaseline(row.text, "b");
    } catch (const Error& error) {
      said = error.what();
    }
    CAPTURE(said);
    CHECK(said.find(row.said) != std::string::npos);
    CHECK(said.find("hush") == std::string::npos);
    CHECK(said.ends_with('.'));
  }
  CHECK(ParseBaseline("# picket baseline 1\r\nkey public\r\n" + Print('1') + "\r\n", "b")
            .allowances.size() == 1);
  CHECK(ParseBaseline(kHead + Print('1'), "b").allowances.size() == 1);
}

}  // namespace picket
