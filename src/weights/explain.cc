#include "weights/explain.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "weights/format.h"

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
    }
    if (first == pickles.size()) pickles.push_back({blob.origin.member + part.suffix, {}, {}, {}});
    pickles[first].gaps = part.scan.gaps;
  }
  if (!report.gaps.empty()) {
    if (pickles.empty()) pickles.push_back({blob.origin.member, {}, {}, {}});
    auto& gaps = pickles.front().gaps;
    gaps.insert(gaps.end(), report.gaps.begin(), report.gaps.end());
  }
  return pickles;
}

}  // namespace picket
