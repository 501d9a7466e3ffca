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

// How a text without a digit ends: letters of one case, 0 to 15 lower case ones or 16 more than
// upper case ones; whether a capital stands before a single lower case one.
constexpr size_t kUpperStreak = kSolidRun;
constexpr size_t kAfterCapital = 2 * kSolidRun;
constexpr size_t kEnds = kAfterCapital + 1;
// Whether a capital told that it is no camel case; behind a joint any does.
enum Telling : size_t { kPlain, kBehindJoint, kTelling, kTellings };
// Texts without a digit so far, that are not solid: by upper case letters, lower case letters,
// whether a capital told, and the end.
using Masses =
    std::array<std::array<std::array<std::array<double, kEnds>, kTellings>, kMixedLetters + 1>,
               kMixedLetters + 1>;

size_t More(size_t letters) { return std::min<size_t>(kMixedLetters, letters + 1); }

std::unique_ptr<Masses> Next(const Masses& masses, const ByteKinds& kinds) {
  auto next = std::make_unique<Masses>();
  for (size_t upper = 0; upper <= kMixedLetters; ++upper) {
    for (size_t lower = 0; lower <= kMixedLetters; ++lower) {
      for (size_t telling = 0; telling < kTellings; ++telling) {
        for (size_t end = 0; end < kEnds; ++end) {
          const double mass = masses[upper][lower][telling][end];
          if (mass == 0) continue;
          (*next)[upper][lower][telling][0] += mass * kinds.other;
          (*next)[upper][lower][std::max<size_t>(telling, kBehindJoint)][0] += mass * kinds.joint;
          const bool after_lower = end == kAfterCapital;
          const bool after_upper = !after_lower && end > kUpperStreak;
          const size_t uppers = after_upper ? end - kUpperStreak : 0;
          const size_t lowers = after_lower ? 1 : after_upper ? 0 : end;
          if (uppers + 1 < kSolidRun) {
            const bool tells = telling != kPlain || after_upper || after_lower;
            (*next)[More(upper)][lower][tells ? kTelling : kPlain][kUpperStreak + uppers + 1] +=
                mass * kinds.upper;
          }
          if (lowers + 1 < kSolidRun) {
            (*next)[upper][More(lower)][telling][after_upper ? kAfterCapital : lowers + 1] +=
                mass * kinds.lower;
          }
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
  (*masses)[0][0][0][0] = 1;
  for (const RunPart& part : parts) {
    if (part.count == 0) masses = Next(*masses, {0, 0, 0, 0, 1});
    for (uint32_t i = 0; i < std::min(part.count, kMostBytes); ++i) {
      masses = Next(*masses, part.kinds);
    }
  }
  double missed = 0;
  for (size_t upper = 0; upper <= kMixedLetters; ++upper) {
    for (size_t lower = 0; lower <= kMixedLetters; ++lower) {
      for (size_t telling = 0; telling < kTellings; ++telling) {
        const bool mixed = telling == kTelling && upper == kMixedLetters && lower == kMixedLetters;
        if (mixed && size >= reach_.mixed_run) continue;
        for (double mass : (*masses)[upper][lower][telling]) missed += mass;
      }
    }
  }
  return missed;
}

}  // namespace picket
