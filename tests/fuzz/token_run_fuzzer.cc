// Token runs and landmarks are those of their definitions, whatever the text and wherever it
// starts, and an excerpt leads back to them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "match/excerpt.h"
#include "match/name_word.h"
#include "support/token_run_oracle.h"

namespace {

bool SameLandmarks(const std::vector<picket::Landmark>& a, const std::vector<picket::Landmark>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const picket::Landmark& left, const picket::Landmark& right) {
                      return left.begin == right.begin && left.end == right.end;
                    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  const Bytes text(data, size);
  const std::vector<TokenRun> expected = OracleRuns(AsText(text));
  for (Instructions with : KnownInstructions()) {
    std::vector<TokenRun> runs;
    TokenRunFinder(with).Find(text, &runs);
    if (runs.size() != expected.size()) std::abort();
    for (size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].begin != expected[i].begin || runs[i].end != expected[i].end) std::abort();
      for (SearchGroup group : kSearchGroups) {
        if (ReachOf(group).Counts(runs[i]) != ReachOf(group).Counts(expected[i])) std::abort();
      }
    }
  }
  const std::vector<Landmark> expected_names = OracleNames(AsText(text));
  for (Instructions with : KnownInstructions()) {
    std::vector<Landmark> names;
    std::vector<Landmark> passwords;
    FindNames(text, &names, &passwords, with);
    if (!SameLandmarks(names, expected_names)) std::abort();
  }
  const std::vector<TokenRun> named = OracleNamedRuns(AsText(text));
  std::vector<TokenRun> runs = expected;
  NameRuns(text, expected_names, &runs);
  for (size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].name_distance != named[i].name_distance) std::abort();
  }
  std::vector<Landmark> userinfo;
  FindUserinfo(text, &userinfo);
  if (!SameLandmarks(userinfo, OracleUserinfo(AsText(text)))) std::abort();
  Excerpt excerpt;
  for (SearchGroup group : kSearchGroups) {
    Rule rule;
    rule.group = group;
    rule.token_run = size % 2 == 0;
    for (uint64_t head : {uint64_t{size}, uint64_t{size / 2}}) {
      if (IsWithinReach(rule, text, head) != OracleIsWithinReach(rule, AsText(text), head)) {
        std::abort();
      }
    }
    excerpt.Take(text, named, ReachOf(group));
    for (uint64_t end = 1; end <= excerpt.bytes().size(); ++end) {
      const uint8_t byte = excerpt.bytes()[end - 1];
      const uint64_t place = excerpt.EndInText(end);
      if (place > size || (byte != 0 && text[place - 1] != byte)) std::abort();
    }
  }
  return 0;
}
