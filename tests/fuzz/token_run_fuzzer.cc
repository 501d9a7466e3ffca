// Token runs are those of their definition, whatever the text and wherever it starts, and an
// excerpt leads back to them.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "match/excerpt.h"
#include "support/token_run_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  const Bytes text(data, size);
  const std::vector<TokenRun> expected = OracleRuns(AsText(text));
  for (auto find : {&FindTokenRuns, &FindTokenRunsPlainly}) {
    std::vector<TokenRun> runs;
    find(text, &runs);
    if (runs.size() != expected.size()) std::abort();
    for (size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].begin != expected[i].begin || runs[i].end != expected[i].end) std::abort();
      for (SearchGroup group : kSearchGroups) {
        if (ReachOf(group).Counts(runs[i]) != ReachOf(group).Counts(expected[i])) std::abort();
      }
    }
  }
  Excerpt excerpt;
  for (SearchGroup group : kSearchGroups) {
    if (IsWithinReach(group, text) != OracleIsWithinReach(group, AsText(text))) std::abort();
    excerpt.Take(text, expected, ReachOf(group));
    for (uint64_t end = 1; end <= excerpt.bytes().size(); ++end) {
      const uint8_t byte = excerpt.bytes()[end - 1];
      const uint64_t place = excerpt.EndInText(end);
      if (place > size || (byte != 0 && text[place - 1] != byte)) std::abort();
    }
  }
  return 0;
}
