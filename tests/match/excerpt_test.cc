#include "match/excerpt.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/token_run_oracle.h"

namespace picket {

TEST_CASE("excerpt: every byte within reach of a run is in it, and leads back to its place") {
  std::mt19937_64 random(7);
  Excerpt excerpt;
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 900, ' ');
    for (char& c : text) c = "     (,;ab\n"[random() % 11];
    for (int i = 0; i < 3 && text.size() > 40; ++i) {
      text.replace(random() % (text.size() - 30), 20, "a1B2c3D4e5F6g7H8i9J0");
    }
    for (int i = 0; i < 2 && text.size() > 8; ++i) {
      const std::string_view name = i == 0 ? "secret" : "f('";
      text.replace(random() % (text.size() - 7), name.size(), name);
    }
    const std::vector<TokenRun> runs = OracleNamedRuns(text);
    for (SearchGroup group : kSearchGroups) {
      if (!IsBesideTokenRuns(group)) continue;
      const SearchReach& reach = ReachOf(group);
      excerpt.Take(AsBytes(text), runs, reach);
      std::vector<bool> present(text.size());
      for (uint64_t end = 1; end <= excerpt.bytes().size(); ++end) {
        const uint64_t place = excerpt.EndInText(end);
        REQUIRE(place <= text.size());
        const uint8_t byte = excerpt.bytes()[end - 1];
        // The NUL before a piece ends where the piece before it ends.
        if (byte == 0) continue;
        REQUIRE(static_cast<uint8_t>(text[place - 1]) == byte);
        present[place - 1] = true;
      }
      for (const TokenRun& run : runs) {
        if (!reach.Counts(run)) continue;
        const size_t begin = run.begin - std::min<size_t>(run.begin, reach.before);
        const size_t end = std::min<size_t>(text.size(), run.end + reach.after);
        for (size_t i = begin; i < end; ++i) REQUIRE(present[i]);
      }
    }
  }
}

TEST_CASE("excerpt: a text that is nearly all of it is taken as it is") {
  const std::string text(1000, '7');
  Excerpt excerpt;
  excerpt.Take(AsBytes(text), OracleRuns(text), ReachOf(SearchGroup::kToken));
  CHECK(excerpt.bytes().data() == AsBytes(text).data());
  CHECK(excerpt.bytes().size() == text.size());
  CHECK(excerpt.EndInText(1000) == 1000);
  excerpt.Take(AsBytes(text), std::vector<TokenRun>(), ReachOf(SearchGroup::kToken));
  CHECK(excerpt.bytes().empty());
}

}  // namespace picket
