#include "match/run_odds.h"

#include <algorithm>
#include <array>
#include <memory>

#include "match/token_run.h"

namespace picket {
namespace {

constexpr size_t kMostRuns = 500;  // that differ, of a pattern
// Further bytes make a run no likelier to fail.
constexpr uint32_t kMostBytes = 120;

// Of one case, at the end of a text: 0 to 15 lower case letters, or 16 more than upper case ones.
constexpr size_t kUpperStreak = kSolidRun;
constexpr size_t kStreaks = 2 * kSolidRun;
// Texts without a digit so far: by upper case letters, lower case letters, and the streak.
using Masses =
    std::array<std::array<std::array<double, kStreaks>, kMixedLetters + 1>, kMixedLetters + 1>;

std::unique_ptr<Masses> Next(const Masses& masses, const ByteKinds& kinds) {
  auto next = std::make_unique<Masses>();
  for (size_t upper = 0; upper <= kMixedLetters; ++upper) {
    for (size_t lower = 0; lower <= kMixedLetters; ++lower) {
      for (size_t streak = 0; streak < kStreaks; ++streak) {
        const double mass = masses[upper][lower][streak];
        if (mass == 0) continue;
        (*next)[upper][lower][0] += mass * kinds.other;
        const size_t uppers = streak >= kUpperStreak ? streak - kUpperStreak : 0;
        const size_t lowers = streak >= kUpperStreak ? 0 : streak;
        if (uppers + 1 < kSolidRun) {
          const size_t more = std::min<size_t>(kMixedLetters, upper + 1);
          (*next)[more][lower][kUpperStreak + uppers + 1] += mass * kinds.upper;
        }
        if (lowers + 1 < kSolidRun) {
          const size_t more = std::min<size_t>(kMixedLetters, lower + 1);
          (*next)[upper][more][lowers + 1] += mass * kinds.lower;
        }
      }
    }
  }
  return next;
}

}  // namespace

double RunOdds::OfMiss(const std::vector<RunPart>& parts) {
  const auto known = known_.find(parts);
  if (known != known_.end()) return known->second;
  if (known_.size() == kMostRuns) return 1;
  return known_.emplace(parts, Compute(parts)).first->second;
}

double RunOdds::Compute(const std::vector<RunPart>& parts) const {
  uint64_t size = 0;
  for (const RunPart& part : parts) size += part.count;
  if (size < reach_.digit_run) return 1;
  auto masses = std::make_unique<Masses>();
  (*masses)[0][0][0] = 1;
  for (const RunPart& part : parts) {
    if (part.count == 0) masses = Next(*masses, {0, 0, 0, 1});
    for (uint32_t i = 0; i < std::min(part.count, kMostBytes); ++i) {
      masses = Next(*masses, part.kinds);
    }
  }
  double missed = 0;
  for (size_t upper = 0; upper <= kMixedLetters; ++upper) {
    for (size_t lower = 0; lower <= kMixedLetters; ++lower) {
      const bool mixed = upper == kMixedLetters && lower == kMixedLetters;
      if (mixed && size >= reach_.mixed_run) continue;
      for (double mass : (*masses)[upper][lower]) missed += mass;
    }
  }
  return missed;
}

}  // namespace picket
