// The report for other tools: schemas/report.schema.json is the contract. One finding, gap or
// skipped thing per line, so that a report of any length is written without being built first.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "report/escape.h"
#include "report/reporter.h"

namespace picket {
namespace {

using Json = nlohmann::ordered_json;

Json Text(std::string_view text) { return EscapeInvalidUtf8(text); }

std::string_view Word(Disposition disposition) {
  switch (disposition) {
    case Disposition::kBlocks: return "blocks";
    case Disposition::kWarns: return "warns";
    case Disposition::kPreexisting: return "preexisting";
    case Disposition::kAllowed: return "allowed";
  }
  return "blocks";
}

Json ToJson(const JudgedFinding& judged) {
  const Finding& finding = judged.finding;
  Json json;
  json["rule"] = Text(finding.rule);
  json["kind"] = ToString(finding.kind);
  json["tier"] = ToString(finding.tier);
  json["severity"] = ToString(finding.severity);
  json["disposition"] = Word(judged.disposition);
  json["reason"] = Text(judged.reason);
  json["allowed_by"] = ToString(judged.allowed_by);
  json["path"] = Text(judged.path);
  json["member"] = Text(finding.member);
  json["line"] = finding.line;
  json["column"] = finding.column;
  json["offset"] = finding.span.offset;
  json["commit"] = Text(judged.commit);
  json["ref"] = Text(judged.ref);
  json["preexisting"] = judged.disposition == Disposition::kPreexisting;
  json["fingerprint"] = Text(finding.fingerprint);
  json["masked"] = Text(finding.masked);
  json["message"] = Text(finding.message);
  json["remediation"] = Text(finding.remediation);
  json["subject"] = Text(finding.subject);
  json["object"] = Text(judged.object);
  json["object_kind"] = ToString(judged.object_kind);
  json["author"] = Text(judged.author);
  json["date"] = Text(judged.date);
  json["reachable"] = judged.reachable;
  json["other_places"] = judged.other_places;
  return json;
}

Json ToJson(const Gap& gap) {
  Json json;
  json["object"] = Text(gap.object);
  json["path"] = Text(gap.path);
  json["member"] = Text(gap.member);
  json["reason"] = Text(gap.reason);
  return json;
}

Json ToJson(const UnusedAllowance& unused) {
  Json json;
  json["fingerprint"] = Text(unused.fingerprint);
  json["reason"] = Text(unused.reason);
  json["owner"] = Text(unused.owner);
  json["expires"] = Text(unused.expires);
  json["expired"] = unused.expired;
  json["source"] = ToString(unused.source);
  return json;
}

Json ToJson(const Skipped& skipped) {
  Json json;
  json["what"] = Text(skipped.what);
  json["reason"] = Text(skipped.reason);
  json["count"] = skipped.count;
  json["bytes"] = skipped.bytes;
  return json;
}

Json ToJson(const std::string& note) { return Text(note); }

// ASCII only: a report that is printed to a terminal must not steer it.
std::string Dump(const Json& json) { return json.dump(-1, ' ', true); }

template <typename T>
void WriteList(std::string_view key, const std::vector<T>& list, std::string_view indent,
               std::ostream& out) {
  out << indent << '"' << key << "\": [";
  std::string_view separator = "\n";
  for (const T& item : list) {
    out << separator << indent << "  " << Dump(ToJson(item));
    separator = ",\n";
  }
  if (!list.empty()) out << '\n' << indent;
  out << ']';
}

class JsonReporter final : public Reporter {
 public:
  void Write(const Verdict& verdict, std::ostream& out) const override {
    const Scanned& scanned = verdict.scanned;
    out << "{\n  \"verdict\": " << Dump(Json(ToString(verdict.outcome)))
        << ",\n  \"complete\": " << (verdict.complete ? "true" : "false") << ",\n";
    WriteList("findings", verdict.findings, "  ", out);
    out << ",\n";
    WriteList("gaps", verdict.gaps, "  ", out);
    out << ",\n  \"scanned\": {\n    \"refs\": " << Dump(Json(scanned.refs))
        << ",\n    \"commits\": " << Dump(Json(scanned.commits))
        << ",\n    \"blobs\": " << Dump(Json(scanned.blobs))
        << ",\n    \"bytes\": " << Dump(Json(scanned.bytes)) << ",\n";
    WriteList("skipped", scanned.skipped, "    ", out);
    out << "\n  },\n";
    WriteList("notes", verdict.notes, "  ", out);
    if (verdict.unused) {
      out << ",\n";
      WriteList("unused_allowances", *verdict.unused, "  ", out);
    }
    out << ",\n  \"engine\": " << Dump(Text(verdict.engine)) << "\n}\n";
  }
};

}  // namespace

std::unique_ptr<Reporter> NewJsonReporter(const ReportOptions&) {
  return std::make_unique<JsonReporter>();
}

}  // namespace picket
