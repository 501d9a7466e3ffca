#include "cli/explain_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "report/escape.h"

namespace picket {
namespace {

using Json = nlohmann::ordered_json;

std::string OnScreen(const std::string& text, Mask& mask) {
  return EscapeForTerminal(mask.Apply(text));
}

std::string InJson(const std::string& text, Mask& mask) {
  return EscapeInvalidUtf8(mask.Apply(text));
}

Json ListJson(const std::vector<std::string>& texts, Mask& mask) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(InJson(text, mask));
  return list;
}

Json GapsJson(const std::vector<Gap>& gaps, Mask& mask) {
  Json list = Json::array();
  for (const Gap& gap : gaps) {
    Json entry = {{"member", InJson(gap.member, mask)}, {"reason", InJson(gap.reason, mask)}};
    if (!gap.path.empty()) entry["path"] = InJson(gap.path, mask);
    list.push_back(std::move(entry));
  }
  return list;
}

std::set<std::string> BlockingRules(const Verdict& verdict) {
  std::set<std::string> rules;
  for (const JudgedFinding& judged : verdict.findings) {
    if (judged.disposition == Disposition::kBlocks) rules.insert(judged.finding.rule);
  }
  return rules;
}

// --- trails ---

void PrintTrail(std::ostream& out, const CallTrail& call, Mask& mask) {
  out << "  trail to the call at offset " << call.offset << " (" << ToString(call.verdict) << ")\n";
  for (const TrailStep& step : call.steps) {
    const std::string indent(4 + 2 * static_cast<size_t>(step.depth), ' ');
    out << indent << step.offset << ' ' << step.opcode;
    if (!step.operand.empty()) out << ' ' << EscapeForTerminal(ShownText(step.operand, mask));
    if (!step.note.empty()) out << "  " << EscapeForTerminal(ShownText(step.note, mask));
    if (step.repeated) out << "  (as above)";
    out << '\n';
    if (step.left_out > 0) {
      out << indent << "  (" << step.left_out << " more values)\n";
    }
  }
}

// The step at `at` and all below it; moves `at` behind them.
Json StepJson(const std::vector<TrailStep>& steps, size_t& at, Mask& mask) {
  const TrailStep& step = steps[at++];
  Json entry = {{"offset", step.offset}, {"opcode", std::string(step.opcode)}};
  if (!step.operand.empty()) entry["operand"] = InJson(ShownText(step.operand, mask), mask);
  if (!step.note.empty()) entry["note"] = InJson(ShownText(step.note, mask), mask);
  if (step.repeated) entry["repeated"] = true;
  Json taken = Json::array();
  while (at < steps.size() && steps[at].depth > step.depth) {
    taken.push_back(StepJson(steps, at, mask));
  }
  if (!taken.empty()) entry["from"] = std::move(taken);
  if (step.left_out > 0) entry["left_out"] = step.left_out;
  return entry;
}

Json CallsJson(const CallTrails& trails, Mask& mask) {
  Json calls = Json::array();
  for (const CallTrail& call : trails.calls) {
    size_t at = 0;
    calls.push_back({{"offset", call.offset},
                     {"module", InJson(call.module, mask)},
                     {"name", InJson(call.name, mask)},
                     {"of_result", call.of_result},
                     {"verdict", std::string(ToString(call.verdict))},
                     {"trail", StepJson(call.steps, at, mask)}});
  }
  return calls;
}

// --- members ---

Json MemberJson(const ExplainedPickle& pickle, Mask& mask) {
  Json globals = Json::array();
  for (const ExplainedGlobal& global : pickle.globals) {
    globals.push_back({{"module", InJson(global.module, mask)},
                       {"name", InJson(global.name, mask)},
                       {"canonical", InJson(global.canonical, mask)},
                       {"verdict", std::string(ToString(global.verdict))},
                       {"offset", global.offset},
                       {"use", global.use}});
  }
  Json problems = Json::array();
  for (const ExplainedProblem& problem : pickle.problems) {
    problems.push_back({{"rule", problem.rule},
                        {"subject", InJson(problem.subject, mask)},
                        {"message", InJson(problem.message, mask)},
                        {"offset", problem.offset}});
  }
  Json member = {{"member", InJson(pickle.member, mask)},
                 {"globals", std::move(globals)},
                 {"calls", CallsJson(pickle.trails, mask)},
                 {"calls_left_out", pickle.trails.left_out},
                 {"gaps", ListJson(pickle.gaps, mask)},
                 {"disagreements", ListJson(pickle.disagreements, mask)},
                 {"problems", std::move(problems)}};
  if (!pickle.trails.reason.empty()) {
    member["trails_end"] = std::string(pickle.trails.reason);
  }
  return member;
}

void PrintMember(std::ostream& out, const ExplainedPickle& pickle,
                 const std::vector<std::string>& opcodes, bool safe_trails, Mask& mask) {
  for (const ExplainedGlobal& global : pickle.globals) {
    out << "  " << ToString(global.verdict) << "  " << OnScreen(global.module, mask) << ' '
        << OnScreen(global.name, mask) << "  (" << OnScreen(global.canonical, mask) << ") "
        << global.use << " at offset " << global.offset << '\n';
  }
  if (pickle.globals.empty() && pickle.problems.empty() && pickle.start) {
    out << "  looks up no global: plain data\n";
  }
  for (const ExplainedProblem& problem : pickle.problems) {
    out << "  " << problem.rule << "  " << OnScreen(problem.subject, mask) << "  "
        << OnScreen(problem.message, mask) << " (offset " << problem.offset << ")\n";
  }
  for (const CallTrail& call : pickle.trails.calls) {
    if (safe_trails || call.verdict != ImportVerdict::kSafe || call.of_result) {
      PrintTrail(out, call, mask);
    }
  }
  if (!pickle.trails.reason.empty()) {
    out << "  further trails are not followed: " << pickle.trails.reason << '\n';
  }
  for (const std::string& line : opcodes) out << "  " << EscapeForTerminal(line) << '\n';
  for (const std::string& gap : pickle.gaps) out << "  not read: " << OnScreen(gap, mask) << '\n';
  for (const std::string& clause : pickle.disagreements) {
    out << "  readers disagree: " << OnScreen(clause, mask) << '\n';
  }
}

std::string Counted(uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// "3 globals, 1 dangerous, 1 unknown"; "" for none.
std::string GlobalCounts(const ExplainedFile& file) {
  uint64_t all = 0;
  uint64_t unknown = 0;
  uint64_t dangerous = 0;
  uint64_t problems = 0;
  for (const ExplainedPickle& pickle : file.pickles) {
    all += pickle.globals.size();
    problems += pickle.problems.size();
    for (const ExplainedGlobal& global : pickle.globals) {
      unknown += global.verdict == ImportVerdict::kUnknown ? 1 : 0;
      dangerous += global.verdict == ImportVerdict::kDangerous ? 1 : 0;
    }
  }
  std::string words;
  if (all > 0) words += "; " + Counted(all, "global", "globals");
  if (dangerous > 0) words += ", " + std::to_string(dangerous) + " dangerous";
  if (unknown > 0) words += ", " + std::to_string(unknown) + " unknown";
  if (problems > 0) words += "; " + Counted(problems, "problem", "problems");
  return words;
}

Json FileJson(const ExplainedFile& file, Mask& mask) {
  Json members = Json::array();
  for (size_t i = 0; i < file.pickles.size(); ++i) {
    members.push_back(MemberJson(file.pickles[i], mask));
    if (file.opcodes[i].empty()) continue;
    Json opcodes = Json::array();
    for (const std::string& line : file.opcodes[i]) opcodes.push_back(EscapeInvalidUtf8(line));
    members.back()["opcodes"] = std::move(opcodes);
  }
  return {{"file", InJson(file.path, mask)},
          {"verdict", std::string(ToString(file.verdict))},
          {"format", file.format},
          {"members", std::move(members)},
          {"gaps", GapsJson(file.gaps, mask)},
          {"disagreements", ListJson(file.disagreements, mask)}};
}

// "blocked", and by which rules.
Json VerdictJson(const Verdict& verdict) {
  return {{"outcome", std::string(ToString(verdict.outcome))}, {"rules", BlockingRules(verdict)}};
}

std::string Text(const Json& document) {
  return document.dump(1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

void PrintExplained(std::ostream& out, const ExplainedFile& file, bool safe_trails, Mask& mask) {
  const std::string path = OnScreen(file.path, mask);
  for (size_t i = 0; i < file.pickles.size(); ++i) {
    const ExplainedPickle& pickle = file.pickles[i];
    out << path << (pickle.member.empty() ? "" : ":") << OnScreen(pickle.member, mask) << '\n';
    PrintMember(out, pickle, file.opcodes[i], safe_trails, mask);
  }
  for (const std::string& clause : file.disagreements) {
    out << "readers disagree: " << OnScreen(clause, mask) << '\n';
  }
  for (const Gap& gap : file.gaps) {
    out << "could not be examined: " << (gap.path.empty() ? path : OnScreen(gap.path, mask))
        << (gap.member.empty() ? "" : ":") << OnScreen(gap.member, mask) << ": "
        << OnScreen(gap.reason, mask) << '\n';
  }
  if (file.pickles.empty() && file.gaps.empty()) {
    out << path << ": " << file.format << (file.format.empty() ? "" : ", ") << "no pickle in it\n";
  }
}

void PrintSummary(std::ostream& out, const ExplainedFile& file,
                  const std::vector<std::string>& also, Mask& mask) {
  out << ToString(file.verdict) << "  " << OnScreen(file.path, mask) << "  ("
      << (file.format.empty() ? "weights inside" : file.format) << GlobalCounts(file);
  if (!also.empty()) out << "; also " << OnScreen(also.front(), mask);
  if (also.size() > 1) out << " and " << Counted(also.size() - 1, "other name", "other names");
  out << ")\n";
}

void PrintTotals(std::ostream& out, const ExplainTotals& totals, const FolderFiles& folder,
                 Mask& mask) {
  for (const UnfollowedLink& link : folder.links) {
    out << "not followed: " << OnScreen(link.path, mask) << " -> " << OnScreen(link.target, mask)
        << ": " << link.reason << '\n';
  }
  for (const Gap& gap : folder.files.gaps) {
    out << "could not be examined: " << OnScreen(gap.path, mask) << ": "
        << OnScreen(gap.reason, mask) << '\n';
  }
  out << Counted(totals.weight_files, "weight file", "weight files") << " among "
      << Counted(totals.files, "file", "files");
  const char* separator = ": ";
  for (FileVerdict verdict : {FileVerdict::kDangerous, FileVerdict::kNotRead, FileVerdict::kUnknown,
                              FileVerdict::kHarmless}) {
    uint64_t count = totals.of[static_cast<size_t>(verdict)];
    if (count == 0) continue;
    out << separator << count << ' ' << ToString(verdict);
    separator = ", ";
  }
  out << ".\n";
}

void PrintScanVerdict(std::ostream& out, const Verdict& verdict) {
  if (verdict.outcome == Outcome::kPass) return;
  if (verdict.outcome == Outcome::kIncomplete) {
    out << "picket scan can't tell whether this is harmless, so it does not pass.\n";
    return;
  }
  out << "picket scan blocks this under the same policy";
  const char* separator = ": ";
  for (const std::string& rule : BlockingRules(verdict)) {
    out << separator << rule;
    separator = ", ";
  }
  out << ".\n";
}

std::string ExplainedAsJson(const ExplainedFile& file, const Verdict& verdict, Mask& mask) {
  Json document = FileJson(file, mask);
  document["scan"] = VerdictJson(verdict);
  return Text(document);
}

std::string FolderAsJson(const std::vector<ExplainedFile>& files, const ExplainTotals& totals,
                         const FolderFiles& folder, const Verdict& verdict, Mask& mask) {
  Json entries = Json::array();
  for (const ExplainedFile& file : files) entries.push_back(FileJson(file, mask));
  Json links = Json::array();
  for (const UnfollowedLink& link : folder.links) {
    links.push_back({{"path", InJson(link.path, mask)},
                     {"target", InJson(link.target, mask)},
                     {"reason", link.reason}});
  }
  Json counts = {{"files", totals.files}, {"weight_files", totals.weight_files}};
  for (FileVerdict one : {FileVerdict::kDangerous, FileVerdict::kNotRead, FileVerdict::kUnknown,
                          FileVerdict::kHarmless}) {
    counts[std::string(ToString(one))] = totals.of[static_cast<size_t>(one)];
  }
  return Text({{"files", std::move(entries)},
               {"links_not_followed", std::move(links)},
               {"gaps", GapsJson(folder.files.gaps, mask)},
               {"counts", std::move(counts)},
               {"scan", VerdictJson(verdict)}});
}

}  // namespace picket
