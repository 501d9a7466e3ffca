#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "report/escape.h"
#include "report/lines.h"
#include "report/reporter.h"
#include "report/samples.h"

namespace picket {
namespace {

// PICKET_UPDATE_GOLDEN=1 writes the files anew; read the difference before it is committed.
void CheckGolden(const std::string& name, const std::string& text) {
  std::string path = std::string(PICKET_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("PICKET_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::string golden((std::istreambuf_iterator<char>(file)), {});
  CHECK(text == golden);
}

size_t LongestLine(const std::string& text) {
  size_t longest = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    longest = std::max(longest, Columns(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return longest;
}

}  // namespace

TEST_CASE("text: a run that passes shows its work in two lines") {
  CHECK(Write(SamplePass(), "text") ==
        "picket: 3 refs, 5 commits, 12 blobs, 3.4 KiB examined; 1 skipped: gitlink\n"
        "picket: pass: nothing blocks\n");
}

TEST_CASE("text: one of each reads as it should") {
  CheckGolden("report_blocked.txt", Write(SampleBlocked(), "text"));
  ReportOptions options;
  options.width = 72;
  CheckGolden("report_blocked_72.txt", Write(SampleBlocked(), "text", options));
}

TEST_CASE("text: no line is wider than asked, and nothing steers the terminal") {
  for (size_t width : {size_t{72}, size_t{80}, size_t{120}}) {
    ReportOptions options;
    options.width = width;
    std::string text = Write(SampleBlocked(), "text", options);
    CHECK(LongestLine(text) <= width);
    for (char c : text) CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
  }
}

TEST_CASE("text: each finding names rule, place, commit, ref, mask and the way to allow it") {
  std::string text = Write(SampleBlocked(), "text");
  for (std::string said :
       {"test.user-token (high): src/config.py:12:9", "commit 1a2b3c4d5e6f on refs/heads/main",
        "abcd****yz", "picket allow fp1:1111111111111111111111111111111111111111 \\",
        "What to do: Revoke", "model.pt:archive/data.pkl@0x1f3 (byte 100)",
        "commit object 1a2b3c4d5e6f, line 5", "the file name keys/abcd****yz.txt",
        "the ref name refs/heads/abcd****yz", "unreachable from any ref",
        "pre-existing: test.user-token", "warning: generic.assignment", "na\\x1b[2Jme\\xe9.txt",
        "2 things could not be examined",
        "data/a.zip:inner.bin (object cccccccccccc): it is encrypted", "refs/heads/gone: it points",
        "1,235 skipped",
        "picket: blocked: 6 findings block; 2 not examined; 1 warning; 1 "
        "pre-existing; 1 allowed"}) {
    CAPTURE(said);
    // A place that was wrapped is still the same words.
    std::string flat = text;
    for (size_t at; (at = flat.find("\n      ")) != std::string::npos;) flat.replace(at, 7, " ");
    for (size_t at; (at = flat.find("\n   ")) != std::string::npos;) flat.replace(at, 4, " ");
    CHECK(flat.find(said) != std::string::npos);
  }
  CHECK(text.find("allowed until") == std::string::npos);
}

TEST_CASE("text: what a comment allows and what no finding needed is told") {
  Verdict verdict = SamplePass();
  verdict.findings.push_back(SampleFinding());
  verdict.findings.back().disposition = Disposition::kAllowed;
  verdict.findings.back().allowed_by = AllowedBy::kInline;
  verdict.unused.emplace();
  CHECK(Write(verdict, "text").find("Every allowance is in use.") != std::string::npos);
  verdict.unused->push_back(
      {"fp1:" + std::string(40, '2'), "an old test", "us", "2020-01-01", true, AllowedBy::kPolicy});
  verdict.unused->push_back(
      {"fp1:" + std::string(40, '3'), "a new test", "", "", false, AllowedBy::kBaseline});
  std::string text = Write(verdict, "text");
  for (std::string said :
       {"1 finding is allowed by a comment beside it:\n - src/config.py:12:9",
        "2 allowances matched nothing and can go:",
        "(owner: us; expired on\n      2020-01-01): an old test", ": a new test", "; 1 allowed"}) {
    CAPTURE(text);
    CAPTURE(said);
    CHECK(text.find(said) != std::string::npos);
  }
  CHECK(LongestLine(text) <= 80);
}

TEST_CASE("text: the last line is the verdict") {
  Verdict incomplete = SamplePass();
  incomplete.outcome = Outcome::kIncomplete;
  incomplete.complete = false;
  incomplete.gaps = {{"x", "", "", "it is corrupt"}};
  std::string text = Write(incomplete, "text");
  CHECK(text.ends_with("\npicket: incomplete: nothing that was examined blocks; 1 not examined\n"));
  incomplete.outcome = Outcome::kPass;
  CHECK(Write(incomplete, "text")
            .ends_with("\npicket: pass: nothing that was examined blocks; 1 not examined\n"));
}

TEST_CASE("text: quiet says nothing on a pass, but never hides a gap or a block") {
  ReportOptions quiet;
  quiet.quiet = true;
  CHECK(Write(SamplePass(), "text", quiet).empty());
  Verdict gap = SamplePass();
  gap.complete = false;
  gap.gaps = {{"x", "", "", "it is corrupt"}};
  CHECK(Write(gap, "text", quiet) ==
        "picket: pass: nothing that was examined blocks; 1 not examined\n");
  CHECK(Write(SampleBlocked(), "text", quiet) == Write(SampleBlocked(), "text"));
}

TEST_CASE("text: many findings are counted by rule after the first ones") {
  Verdict verdict = SamplePass();
  verdict.outcome = Outcome::kBlocked;
  for (int i = 0; i < 2000; ++i) {
    verdict.findings.push_back(SampleFinding());
    if (i % 2 == 1) verdict.findings.back().finding.rule = "test.other";
  }
  ReportOptions options;
  options.most = 10;
  std::string text = Write(verdict, "text", options);
  CHECK(text.find("\n10. ") != std::string::npos);
  CHECK(text.find("\n11. ") == std::string::npos);
  CHECK(
      text.find("And 1,990 more findings, by rule:\n - test.other: 995\n - test.user-token: 995") !=
      std::string::npos);
  CHECK(text.find("2,000 findings block") != std::string::npos);
}

TEST_CASE("text: a very long name is cut in its middle") {
  Verdict verdict = SamplePass();
  verdict.outcome = Outcome::kBlocked;
  verdict.findings.push_back(SampleFinding());
  verdict.findings[0].path = std::string(1 << 20, 'p') + "end";
  std::string text = Write(verdict, "text");
  CHECK(text.size() < 8192);
  CHECK(text.find("[...]") != std::string::npos);
  CHECK(text.find("pppend:12:9") != std::string::npos);
}

TEST_CASE("text: colours only when asked for") {
  CHECK(Write(SampleBlocked(), "text").find('\x1b') == std::string::npos);
  ReportOptions options;
  options.color = true;
  std::string text = Write(SampleBlocked(), "text", options);
  CHECK(text.find("\x1b[1;31mtest.user-token\x1b[0m") != std::string::npos);
  // The name that holds an escape sequence of its own is shown escaped all the same.
  CHECK(text.find("\x1b[2J") == std::string::npos);
}

TEST_CASE("text: sizes and numbers") {
  struct Row {
    uint64_t bytes;
    std::string shown;
  };
  for (const Row& row :
       {Row{0, "0 B"}, Row{1023, "1023 B"}, Row{1024, "1.0 KiB"}, Row{3500, "3.4 KiB"},
        Row{(1 << 20) - 1, "1,023.9 KiB"}, Row{1 << 20, "1.0 MiB"},
        Row{uint64_t{5} << 40, "5.0 TiB"}, Row{UINT64_MAX, "16,777,215.9 TiB"}}) {
    CHECK(Size(row.bytes) == row.shown);
  }
  CHECK(Number(0) == "0");
  CHECK(Number(999) == "999");
  CHECK(Number(1000) == "1,000");
  CHECK(Number(1234567) == "1,234,567");
}

TEST_CASE("reporter: formats are those of the table") {
  CHECK(ReportFormats() == std::vector<std::string_view>{"text", "json"});
  CHECK(NewReporter("xml", {}) == nullptr);
}

}  // namespace picket
