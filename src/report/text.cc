// The report for a person, in a terminal or behind "remote: ": what was found and where, what to do
// next, how to allow it; then what could not be examined, and what was looked at.
#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/lines.h"
#include "report/reporter.h"

namespace picket {
namespace {

constexpr size_t kShortId = 12;
constexpr size_t kMostReasons = 5;
constexpr size_t kIndent = 3;

std::string Short(std::string_view id) { return Shown(id.substr(0, kShortId)); }

std::string LineWords(const Finding& finding) {
  if (finding.line == 0) return "";
  return ", line " + Number(finding.line);
}

// "src/a.py:12:9", "secret.yaml:4:11 in base64@0x2f", "model.pt:archive/data.pkl@0x1f3 (byte 291)",
// "commit 1a2b3c4d5e6f, line 5".
std::string LocationOf(const JudgedFinding& judged) {
  const Finding& finding = judged.finding;
  switch (judged.object_kind) {
    case ObjectKind::kCommit: return "commit object " + Short(judged.object) + LineWords(finding);
    case ObjectKind::kTag: return "tag object " + Short(judged.object) + LineWords(finding);
    case ObjectKind::kRefName: return "the ref name " + Shown(judged.ref);
    case ObjectKind::kPathName: return "the file name " + Shown(judged.path);
    case ObjectKind::kMessage: return "the commit message" + LineWords(finding);
    case ObjectKind::kTree:
      if (judged.path.empty()) return "the names in tree " + Short(judged.object);
      return "the file name " + Shown(judged.path);
    case ObjectKind::kBlob:
    case ObjectKind::kFile:
    case ObjectKind::kLfsObject: break;
  }
  std::string where = judged.path.empty() ? "blob " + Short(judged.object) : Shown(judged.path);
  const bool in_lfs = judged.object_kind == ObjectKind::kLfsObject;
  const std::string member = finding.member.empty() ? "" : Shown(finding.member);
  if (finding.line == 0) {
    if (!member.empty()) where += ":" + member;
    return where + " (byte " + Number(finding.span.offset) + (in_lfs ? " of its LFS object)" : ")");
  }
  where += ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column);
  if (in_lfs) where += " in its LFS object";
  return member.empty() ? where : where + " in " + member;
}

// "commit 1a2b3c4d5e6f on refs/heads/main, and at 2 other places".
std::string ProvenanceOf(const JudgedFinding& judged) {
  std::string text;
  auto add = [&](const std::string& part, std::string_view separator) {
    text += (text.empty() ? "" : std::string(separator)) + part;
  };
  if (!judged.commit.empty()) add("commit " + Short(judged.commit), "");
  if (!judged.ref.empty() && judged.object_kind != ObjectKind::kRefName)
    add("on " + Shown(judged.ref), " ");
  if (!judged.author.empty()) add("by " + Shown(judged.author), " ");
  if (!judged.date.empty()) add("of " + Shown(judged.date), " ");
  if (!judged.reachable) add("unreachable from any ref", ", ");
  if (judged.other_places > 0) add("and at " + Count(judged.other_places, "other place"), ", ");
  return text;
}

std::string_view Mark(Disposition disposition) {
  switch (disposition) {
    case Disposition::kBlocks: return "";
    case Disposition::kWarns: return "warning: ";
    case Disposition::kPreexisting: return "pre-existing: ";
    case Disposition::kAllowed: return "allowed: ";
  }
  return "";
}

class TextWriter {
 public:
  TextWriter(const Verdict& verdict, const ReportOptions& options, std::ostream& out)
      : verdict_(verdict), options_(options), lines_(options.width, out) {
    for (const JudgedFinding& judged : verdict.findings)
      ++counts_[static_cast<size_t>(judged.disposition)];
  }

  void Write() {
    bool silent = options_.quiet && verdict_.outcome == Outcome::kPass;
    if (silent) {
      if (!verdict_.complete) WriteVerdict();
      return;
    }
    WriteFindings();
    WriteAllowedInline();
    WriteUnused();
    WriteGaps();
    for (const std::string& note : verdict_.notes)
      lines_.Paragraph("note: ", 2 * kIndent, Shown(note));
    WriteProof();
    WriteVerdict();
  }

 private:
  uint64_t CountOf(Disposition disposition) const {
    return counts_[static_cast<size_t>(disposition)];
  }

  std::string Paint(std::string_view code, const std::string& text) const {
    if (!options_.color || text.empty()) return text;
    return "\x1b[" + std::string(code) + "m" + text + "\x1b[0m";
  }

  std::string Paint(Disposition disposition, const std::string& text) const {
    switch (disposition) {
      case Disposition::kBlocks: return Paint("1;31", text);
      case Disposition::kWarns: return Paint("33", text);
      case Disposition::kPreexisting:
      case Disposition::kAllowed: break;
    }
    return Paint("2", text);
  }

  void WriteFindings() {
    size_t told = 0;
    // What a policy allows is no news: the verdict line counts it, JSON lists it.
    std::map<std::pair<std::string, std::string>, uint64_t> rest;
    for (const JudgedFinding& judged : verdict_.findings) {
      if (judged.disposition == Disposition::kAllowed) continue;
      if (told < options_.most) {
        WriteFinding(++told, judged);
      } else {
        ++rest[{judged.finding.rule, std::string(Mark(judged.disposition))}];
      }
    }
    if (rest.empty()) return;
    uint64_t more = 0;
    for (const auto& [rule, count] : rest) more += count;
    lines_.Paragraph("", kIndent, "And " + Count(more, "more finding") + ", by rule:");
    size_t rules = 0;
    for (const auto& [rule, count] : rest) {
      if (++rules > options_.most) break;
      lines_.Paragraph(" - ", 2 * kIndent, rule.second + Shown(rule.first) + ": " + Number(count));
    }
    lines_.Paragraph("", kIndent, "The JSON report (--format json) lists each of them.");
    lines_.Blank();
  }

  void WriteFinding(size_t number, const JudgedFinding& judged) {
    const Finding& finding = judged.finding;
    std::string indent(kIndent, ' ');
    std::string head = std::to_string(number) + ". ";
    std::string mark(Mark(judged.disposition));
    lines_.Paragraph(head + Paint(judged.disposition, mark + Shown(finding.rule)) + " ", kIndent,
                     "(" + std::string(ToString(finding.severity)) + "): " + LocationOf(judged));
    std::string provenance = ProvenanceOf(judged);
    if (!provenance.empty()) lines_.Paragraph(indent, kIndent, provenance);
    std::string what = Shown(finding.message);
    if (!finding.masked.empty()) what += (what.empty() ? "" : " ") + Shown(finding.masked);
    if (!what.empty()) lines_.Paragraph(indent, kIndent, what);
    if (!judged.reason.empty()) {
      lines_.Paragraph(indent + "It does not block: ", 2 * kIndent, Shown(judged.reason));
    }
    if (judged.disposition != Disposition::kPreexisting) WriteWayOut(number, finding);
    lines_.Blank();
  }

  // What is the same for many findings is told in full once.
  void WriteWayOut(size_t number, const Finding& finding) {
    std::string indent(kIndent, ' ');
    if (!finding.remediation.empty()) {
      size_t first = told_.try_emplace(finding.remediation, number).first->second;
      std::string text =
          first == number ? Shown(finding.remediation) : "as for " + Number(first) + ".";
      lines_.Paragraph(indent + "What to do: ", 2 * kIndent, text);
    }
    if (finding.fingerprint.empty()) return;
    std::string print = Shown(finding.fingerprint);
    if (told_allow_ != 0) {
      lines_.Paragraph(indent + "To allow it: ", 2 * kIndent,
                       "as for " + Number(told_allow_) + ", " + print);
      return;
    }
    told_allow_ = number;
    lines_.Paragraph(indent, kIndent, "To allow it" + options_.allow_where + ":");
    lines_.Paragraph(indent + "  picket allow " + print + " \\", 0, "");
    std::string options = options_.allow_options.empty() ? "" : options_.allow_options + " ";
    lines_.Paragraph(indent + "    " + options + "--reason \"why it may stay\"", 0, "");
  }

  // What the content itself allows is told whatever the policy's allowances are.
  void WriteAllowedInline() {
    uint64_t all = 0;
    for (const JudgedFinding& judged : verdict_.findings)
      all += judged.allowed_by == AllowedBy::kInline ? 1 : 0;
    if (all == 0) return;
    lines_.Paragraph("", kIndent,
                     Count(all, "finding") + (all == 1 ? " is" : " are") +
                         " allowed by a comment beside " + (all == 1 ? "it:" : "them:"));
    uint64_t told = 0;
    for (const JudgedFinding& judged : verdict_.findings) {
      if (judged.allowed_by != AllowedBy::kInline || told == options_.most) continue;
      ++told;
      lines_.Paragraph(" - ", 2 * kIndent,
                       LocationOf(judged) + ": " + Shown(judged.finding.rule) + " " +
                           Shown(judged.finding.masked));
    }
    if (told < all) lines_.Paragraph(" - ", 2 * kIndent, "and " + Number(all - told) + " more");
    lines_.Blank();
  }

  void WriteUnused() {
    if (!verdict_.unused) return;
    const std::vector<UnusedAllowance>& unused = *verdict_.unused;
    if (unused.empty()) {
      lines_.Paragraph("", kIndent, "Every allowance is in use.");
      lines_.Blank();
      return;
    }
    lines_.Paragraph("", kIndent,
                     Count(unused.size(), "allowance") + " matched nothing and can go:");
    const size_t told = std::min(options_.most, unused.size());
    for (const UnusedAllowance& one : std::span(unused).first(told)) {
      std::string about = one.owner.empty() ? "" : "owner: " + Shown(one.owner);
      if (!one.expires.empty()) {
        about += about.empty() ? "" : "; ";
        about += (one.expired ? "expired on " : "until ") + Shown(one.expires);
      }
      if (!about.empty()) about = " (" + about + ")";
      lines_.Paragraph(" - ", 2 * kIndent,
                       Shown(one.fingerprint) + about + ": " + Shown(one.reason));
    }
    if (told < unused.size())
      lines_.Paragraph(" - ", 2 * kIndent, "and " + Number(unused.size() - told) + " more");
    lines_.Blank();
  }

  void WriteGaps() {
    if (verdict_.gaps.empty()) return;
    lines_.Paragraph("", kIndent, Count(verdict_.gaps.size(), "thing") + " could not be examined:");
    size_t told = std::min(options_.most, verdict_.gaps.size());
    for (const Gap& gap : std::span(verdict_.gaps).first(told)) {
      std::string where = Shown(gap.path);
      if (!gap.member.empty()) where += (where.empty() ? "" : ":") + Shown(gap.member);
      if (!gap.object.empty()) {
        // Object ids are shortened; refs, packs and files are told in full.
        bool id = gap.object.size() >= 40 &&
                  gap.object.find_first_not_of("0123456789abcdef") == std::string::npos;
        std::string object = id ? "object " + Short(gap.object) : Shown(gap.object);
        where += where.empty() ? object : " (" + object + ")";
      }
      lines_.Paragraph(" - ", 2 * kIndent, where + ": " + Shown(gap.reason));
    }
    if (told < verdict_.gaps.size())
      lines_.Paragraph(" - ", 2 * kIndent, "and " + Number(verdict_.gaps.size() - told) + " more");
    lines_.Blank();
  }

  void WriteProof() {
    const Scanned& scanned = verdict_.scanned;
    std::string text;
    if (scanned.refs > 0) text += Count(scanned.refs, "ref") + ", ";
    if (scanned.commits > 0) text += Count(scanned.commits, "commit") + ", ";
    text += Count(scanned.blobs, "blob") + ", " + Size(scanned.bytes) + " examined";
    lines_.Paragraph("picket: ", 2 * kIndent, text + SkippedWords());
  }

  std::string SkippedWords() const {
    std::map<std::string, uint64_t> reasons;
    uint64_t all = 0;
    for (const Skipped& skipped : verdict_.scanned.skipped) {
      reasons[skipped.reason] += skipped.count;
      all += skipped.count;
    }
    if (all == 0) return "";
    std::string text = "; " + Number(all) + " skipped: ";
    size_t told = 0;
    for (const auto& [reason, count] : reasons) {
      if (told == kMostReasons) {
        text += ", and for " + Count(reasons.size() - told, "other reason");
        break;
      }
      text += (told++ == 0 ? "" : ", ") + Shown(reason);
      if (reasons.size() > 1) text += " (" + Number(count) + ")";
    }
    return text;
  }

  void WriteVerdict() {
    std::string text;
    switch (verdict_.outcome) {
      case Outcome::kPass:
        text = verdict_.complete ? "nothing blocks" : "nothing that was examined blocks";
        break;
      case Outcome::kBlocked:
        text = Count(CountOf(Disposition::kBlocks), "finding") +
               (CountOf(Disposition::kBlocks) == 1 ? " blocks" : " block");
        break;
      case Outcome::kIncomplete: text = "nothing that was examined blocks"; break;
    }
    if (!verdict_.complete) text += "; " + Number(verdict_.gaps.size()) + " not examined";
    auto add = [&](Disposition disposition, std::string_view noun) {
      uint64_t count = CountOf(disposition);
      if (count > 0) text += "; " + Number(count) + " " + std::string(noun);
    };
    add(Disposition::kWarns, CountOf(Disposition::kWarns) == 1 ? "warning" : "warnings");
    add(Disposition::kPreexisting, "pre-existing");
    add(Disposition::kAllowed, "allowed");
    std::string word(ToString(verdict_.outcome));
    std::string_view code = verdict_.outcome == Outcome::kPass ? "32" : "1;31";
    lines_.Paragraph("picket: " + Paint(code, word) + ": ", 2 * kIndent, text);
  }

  const Verdict& verdict_;
  const ReportOptions& options_;
  Lines lines_;
  uint64_t counts_[4] = {};
  // Remediation -> the number of the finding that told it.
  std::map<std::string, size_t> told_;
  size_t told_allow_ = 0;
};

class TextReporter final : public Reporter {
 public:
  explicit TextReporter(const ReportOptions& options) : options_(options) {}

  void Write(const Verdict& verdict, std::ostream& out) const override {
    TextWriter(verdict, options_, out).Write();
  }

 private:
  ReportOptions options_;
};

}  // namespace

std::unique_ptr<Reporter> NewTextReporter(const ReportOptions& options) {
  return std::make_unique<TextReporter>(options);
}

}  // namespace picket
