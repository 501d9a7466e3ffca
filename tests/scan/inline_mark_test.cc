#include "scan/inline_mark.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace picket {
namespace {

// The marks for the "SECRET" in `text`.
InlineMarks MarksOf(const std::string& text) { return ReadInlineMarks(text, text.find("SECRET")); }

Finding FindingOf(const std::string& rule, const std::string& family) {
  Finding finding;
  finding.rule = rule;
  finding.family = family;
  return finding;
}

}  // namespace

TEST_CASE("inline: what stands beside a finding is read as it is written") {
  struct Row {
    std::string text;
    int words;
    std::vector<std::string> rules;
  };
  for (const Row& row : {
           Row{"SECRET", 0, {}},
           Row{"k = SECRET # picket:allow a.b", kPicketAllow, {"a.b"}},
           Row{"k = SECRET # picket:allow a.b, c.d-e ,f_g why",
               kPicketAllow,
               {"a.b", "c.d-e", "f_g"}},
           Row{"picket:allow a.b SECRET", kPicketAllow, {"a.b"}},
           Row{"<k>SECRET</k> <!-- picket:allow a.b-->", kPicketAllow, {"a.b"}},
           Row{"SECRET /* picket:allow a.b. */", kPicketAllow, {"a.b"}},
           Row{"SECRET # picket:allow", kPicketAllow, {}},
           Row{"SECRET # picket:allow\t", kPicketAllow, {}},
           Row{"SECRET # picket:allow * ", kPicketAllow, {}},
           Row{"SECRET # picket:allowed a.b", 0, {}},
           Row{"SECRET # xpicket:allow a.b", 0, {}},
           Row{"SECRET # Picket:Allow a.b", 0, {}},
           Row{"SECRET\n# picket:allow a.b", 0, {}},
           Row{"# picket:allow a.b\nSECRET", kPicketAllow, {"a.b"}},
           Row{"\t // picket:allow a.b\r\nSECRET", kPicketAllow, {"a.b"}},
           Row{"x # picket:allow a.b\nSECRET", 0, {}},
           Row{"# picket:allow a.b\n\nSECRET", 0, {}},
           Row{"# picket:allow a.b\nSECRET # picket:allow c.d", kPicketAllow, {"c.d", "a.b"}},
           Row{"SECRET # gitleaks:allow", kGitleaksAllow, {}},
           Row{"# gitleaks:allow\nSECRET", 0, {}},
           Row{"SECRET # trufflehog:ignore", kTrufflehogIgnore, {}},
           Row{"# trufflehog:ignore\nSECRET", 0, {}},
           Row{"SECRET # pragma: allowlist secret", kAllowlistSecret, {}},
           Row{"SECRET # pragma:allowlist secret", kAllowlistSecret, {}},
           Row{"SECRET # pragma: allowlist nextline secret", 0, {}},
           Row{"# pragma: allowlist secret\nSECRET", 0, {}},
           Row{"# pragma: allowlist nextline secret\nSECRET", kAllowlistSecret, {}},
           Row{"SECRET # gitleaks:allow pragma: allowlist secret",
               kGitleaksAllow | kAllowlistSecret,
               {}},
       }) {
    CAPTURE(row.text);
    InlineMarks marks = MarksOf(row.text);
    CHECK(marks.words == row.words);
    CHECK(marks.rules == row.rules);
  }
}

TEST_CASE("inline: picket's own word covers what it names, the others every secret") {
  InlineMarks marks = MarksOf("SECRET # picket:allow a.new, b.family");
  CHECK(marks.Cover(FindingOf("a.new", "a.old"), kPicketAllow));
  CHECK(marks.Cover(FindingOf("b.kind", "b.family"), kPicketAllow));
  CHECK_FALSE(marks.Cover(FindingOf("b.kind", "b.kind"), kPicketAllow));
  CHECK_FALSE(marks.Cover(FindingOf("a.new", "a.old"), kGitleaksAllow));
  CHECK_FALSE(marks.Cover(FindingOf("a.new", "a.old"), 0));
  InlineMarks others = MarksOf("SECRET # gitleaks:allow");
  CHECK(others.Cover(FindingOf("any.kind", "any.kind"), kPicketAllow | kGitleaksAllow));
  CHECK_FALSE(others.Cover(FindingOf("any.kind", "any.kind"), kPicketAllow));
  Finding weight = FindingOf("pickle.dangerous-global", "weight");
  weight.kind = FindingKind::kWeight;
  CHECK_FALSE(others.Cover(weight, kGitleaksAllow));
}

TEST_CASE("inline: long lines carry no marks, and hostile ones are bounded") {
  const std::string mark = "# picket:allow a.b ";
  CHECK(MarksOf(mark + std::string(4000, 'x') + " SECRET").words == kPicketAllow);
  CHECK(MarksOf(mark + std::string(5000, 'x') + " SECRET").words == 0);
  CHECK(MarksOf("SECRET " + mark + std::string(5000, 'x')).words == 0);
  CHECK(MarksOf(std::string(9000, 'x') + "\nSECRET " + mark).words == kPicketAllow);
  std::string many = "SECRET # picket:allow a";
  for (int i = 0; i < 100; ++i) many += ", a" + std::to_string(i);
  CHECK(MarksOf(many).rules.size() == 16);
  CHECK(ReadInlineMarks("x", 5).words == 0);
  CHECK(ReadInlineMarks("", 0).words == 0);
}

}  // namespace picket
