#include "weights/explain.h"

#include <algorithm>
#include <array>
#include <cstdio>
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

ExplainedPickle Explain(const PickleStream& stream) {
  ExplainedPickle pickle;
  for (const JudgedGlobal& global : stream.globals) {
    pickle.globals.push_back({global.module, global.name, global.canonical, global.verdict,
                              global.offset, DescribeUse(global.uses)});
  }
  std::stable_sort(
      pickle.globals.begin(), pickle.globals.end(),
      [](const ExplainedGlobal& a, const ExplainedGlobal& b) { return a.offset < b.offset; });
  if (!stream.disagreement.empty()) pickle.disagreements.push_back(stream.disagreement);
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
      pickles.push_back(Explain(stream));
      pickles.back().member = MemberOf(blob, part, stream.start);
      pickles.back().start = stream.start;
    }
    if (first == pickles.size())
      pickles.push_back({blob.origin.member + part.suffix, {}, {}, {}, {}, {}});
    pickles[first].gaps = part.scan.gaps;
  }
  if (!report.problems.empty()) {
    if (pickles.empty()) pickles.push_back({blob.origin.member, {}, {}, {}, {}, {}});
    for (const FormatProblem& problem : report.problems) {
      pickles.front().problems.push_back(
          {problem.rule, problem.subject, problem.message, problem.offset, problem.concern});
    }
  }
  if (!report.gaps.empty()) {
    if (pickles.empty()) pickles.push_back({blob.origin.member, {}, {}, {}, {}, {}});
    auto& gaps = pickles.front().gaps;
    gaps.insert(gaps.end(), report.gaps.begin(), report.gaps.end());
  }
  return pickles;
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
      sort_out(problem.subject.empty() ? problem.rule : problem.subject,
               problem.concern == WeightConcern::kUnknown);
    }
  }
  refused.assign(never.begin(), never.end());
  return {allowed.begin(), allowed.end()};
}

}  // namespace picket
