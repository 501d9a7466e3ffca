#include "weights/explain.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

#include "weights/format.h"
#include "weights/python_names.h"

namespace picket {
namespace {

std::string MemberOf(const Blob& blob, const PickledPart& part, uint64_t start) {
  std::string member = blob.origin.member;
  if (!part.suffix.empty()) return member + part.suffix;
  if (start == 0) return member;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "@0x%llx", static_cast<unsigned long long>(start));
  return member + text.data();
}

ExplainedPickle Explain(Bytes bytes, const PickleStream& stream) {
  ExplainedPickle pickle;
  std::map<std::pair<std::string, std::string>, ImportVerdict> verdicts;
  for (const JudgedGlobal& global : stream.globals) {
    pickle.globals.push_back({global.module, global.name, global.canonical, global.verdict,
                              global.offset, DescribeUse(global.uses)});
    auto [place, fresh] = verdicts.try_emplace({global.module, global.name}, global.verdict);
    if (!fresh) place->second = std::max(place->second, global.verdict);
  }
  std::stable_sort(
      pickle.globals.begin(), pickle.globals.end(),
      [](const ExplainedGlobal& a, const ExplainedGlobal& b) { return a.offset < b.offset; });
  if (!stream.disagreement.empty()) pickle.disagreements.push_back(stream.disagreement);
  if (stream.computed_call) {
    pickle.problems.push_back({"pickle.unknown-global", "(computed callable)",
                               "It calls something that the pickle itself makes.",
                               stream.computed_call_offset, WeightConcern::kUnknown});
  }
  pickle.trails = TraceCalls(bytes, stream.start, [&](const auto& module, const auto& name) {
    auto place = verdicts.find({module, name});
    return place == verdicts.end() ? ImportVerdict::kUnknown : place->second;
  });
  return pickle;
}

}  // namespace

std::vector<ExplainedPickle> ExplainPickles(const Blob& blob, const ImportSource& imports) {
  PickleScanner scanner(imports);
  WeightReport report = ReadWeights(blob, scanner);
  std::vector<ExplainedPickle> pickles;
  for (const PickledPart& part : report.pickles) {
    size_t first = pickles.size();
    for (const PickleStream& stream : part.scan.streams) {
      pickles.push_back(Explain(blob.bytes, stream));
      pickles.back().member = MemberOf(blob, part, stream.start);
      pickles.back().start = stream.start;
    }
    if (first == pickles.size()) {
      pickles.emplace_back();
      pickles.back().member = blob.origin.member + part.suffix;
    }
    pickles[first].gaps = part.scan.gaps;
  }
  if (pickles.empty() && (!report.problems.empty() || !report.gaps.empty())) {
    pickles.emplace_back();
    pickles.back().member = blob.origin.member;
  }
  for (const FormatProblem& problem : report.problems) {
    pickles.front().problems.push_back(
        {problem.rule, problem.subject, problem.message, problem.offset, problem.concern});
  }
  for (const std::string& gap : report.gaps) pickles.front().gaps.push_back(gap);
  return pickles;
}

ImportVerdict WorstOf(const std::vector<ExplainedPickle>& pickles) {
  ImportVerdict worst = ImportVerdict::kSafe;
  for (const ExplainedPickle& pickle : pickles) {
    if (!pickle.disagreements.empty()) worst = ImportVerdict::kDangerous;
    for (const ExplainedGlobal& global : pickle.globals) worst = std::max(worst, global.verdict);
    for (const ExplainedProblem& problem : pickle.problems) {
      if (problem.concern == WeightConcern::kTold) continue;
      bool unknown = problem.concern == WeightConcern::kUnknown;
      worst = std::max(worst, unknown ? ImportVerdict::kUnknown : ImportVerdict::kDangerous);
    }
  }
  return worst;
}

std::vector<std::string> SuggestAllowed(const std::vector<ExplainedPickle>& pickles,
                                        std::vector<std::string>& refused) {
  std::set<std::string> allowed;
  std::set<std::string> never;
  auto sort_out = [&](const std::string& name, bool unknown) {
    bool dotted = name.find('.') != std::string::npos && IsDottedIdentifier(name);
    (unknown && dotted ? allowed : never).insert(name);
  };
  for (const ExplainedPickle& pickle : pickles) {
    for (const ExplainedGlobal& global : pickle.globals) {
      if (global.verdict == ImportVerdict::kSafe) continue;
      sort_out(global.canonical, global.verdict == ImportVerdict::kUnknown);
    }
    for (const ExplainedProblem& problem : pickle.problems) {
      if (problem.concern == WeightConcern::kTold) continue;
      sort_out(problem.subject.empty() ? problem.rule : problem.subject,
               problem.concern == WeightConcern::kUnknown);
    }
  }
  refused.assign(never.begin(), never.end());
  return {allowed.begin(), allowed.end()};
}

}  // namespace picket
