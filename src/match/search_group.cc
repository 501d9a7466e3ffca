#include "match/search_group.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "match/dialect.h"
#include "match/rule.h"

namespace picket {
namespace {

constexpr double kMostMissed = 1e-5;
// A pattern with more ways through its alternatives, or longer ones, is searched everywhere.
constexpr size_t kMostPaths = 20'000;
constexpr size_t kMostSteps = 1'000'000;
constexpr size_t kMostRuns = 500;  // that differ, of a pattern
// Further bytes make a run no likelier to fail.
constexpr uint32_t kMostBytes = 120;

constexpr std::array<SearchReach, kSearchGroups.size()> kReaches = {{
    {},
    {16, 16, 16, 16},
    {32, 32, 192, 16},
    {16, 24, 192, 16},
    {8, 16, 112, 32},
}};

// How likely a byte of a class is a digit, an upper case letter, a lower case letter, another.
struct Kinds {
  double digit = 0;
  double upper = 0;
  double lower = 0;
  double other = 0;

  auto operator<=>(const Kinds&) const = default;
};

// One atom on one path through a pattern.
struct Step {
  bool token = false;  // of token bytes only
  Kinds kinds;
  uint32_t min = 0;
  uint64_t max = 0;

  bool operator==(const Step&) const = default;
};
using Path = std::vector<Step>;

struct Part {
  Kinds kinds;
  uint32_t count = 0;  // 0: bytes that may stand here and need not

  auto operator<=>(const Part&) const = default;
};

Step StepOf(const ByteSet& bytes) {
  Step step;
  step.token = true;
  int size = 0;
  std::array<int, 4> counts{};
  for (int i = 0; i < 256; ++i) {
    const auto byte = static_cast<uint8_t>(i);
    if (!bytes.Contains(byte)) continue;
    ++size;
    step.token = step.token && IsTokenByte(byte);
    const bool digit = byte >= '0' && byte <= '9';
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool lower = byte >= 'a' && byte <= 'z';
    ++counts[digit ? 0 : upper ? 1 : lower ? 2 : 3];
  }
  step.token = step.token && size > 0;
  const auto share = [&](size_t i) {
    return size == 0 ? 0 : static_cast<double>(counts[i]) / size;
  };
  step.kinds = {share(0), share(1), share(2), share(3)};
  return step;
}

// All ways through a pattern, or none when they are too many. What a path may leave out stands in
// it as one step of no sure bytes.
class Paths {
 public:
  static std::optional<std::vector<Path>> Of(const std::vector<PatternSequence>& alternatives) {
    Paths paths;
    std::vector<Path> all = paths.Alternatives(alternatives);
    if (paths.too_many_) return std::nullopt;
    return all;
  }

 private:
  std::vector<Path> Alternatives(const std::vector<PatternSequence>& alternatives) {
    std::vector<Path> all;
    for (const PatternSequence& sequence : alternatives) {
      for (Path& path : Sequence(sequence)) all.push_back(std::move(path));
      if (all.size() > kMostPaths) too_many_ = true;
      if (too_many_) return {};
    }
    return all;
  }

  std::vector<Path> Sequence(const PatternSequence& sequence) {
    std::vector<Path> all(1);
    for (const PatternAtom& atom : sequence) {
      if (too_many_) return {};
      if (atom.alternatives.empty()) {
        Step step = StepOf(atom.bytes);
        step.min = atom.min;
        step.max = atom.max;
        AddToAll(step, &all);
        continue;
      }
      const std::vector<Path> inner = Alternatives(atom.alternatives);
      for (uint32_t i = 0; i < atom.min && !too_many_; ++i) all = Join(all, inner);
      if (atom.max > atom.min) AddToAll(Optional(inner, atom.max - atom.min), &all);
    }
    return all;
  }

  void AddToAll(const Step& step, std::vector<Path>* all) {
    Spend(all->size());
    for (Path& path : *all) path.push_back(step);
  }

  std::vector<Path> Join(const std::vector<Path>& heads, const std::vector<Path>& tails) {
    std::vector<Path> all;
    too_many_ = too_many_ || heads.size() * tails.size() > kMostPaths;
    for (const Path& head : heads) {
      for (const Path& tail : tails) {
        Spend(head.size() + tail.size());
        if (too_many_) return {};
        Path path = head;
        path.insert(path.end(), tail.begin(), tail.end());
        all.push_back(std::move(path));
      }
    }
    return all;
  }

  void Spend(size_t steps) {
    steps_ += steps;
    too_many_ = too_many_ || steps_ > kMostSteps;
  }

  static Step Optional(const std::vector<Path>& inner, uint32_t times) {
    Step optional;
    optional.token = true;
    for (const Path& path : inner) {
      uint64_t width = 0;
      for (const Step& step : path) {
        width += step.max;
        optional.token = optional.token && step.token;
      }
      optional.max = std::max(optional.max, width * times);
    }
    return optional;
  }

  size_t steps_ = 0;
  bool too_many_ = false;
};

// How likely random text of the parts, side by side, is no run that counts. More bytes than the
// parts are sure of only make one likelier.
class Odds {
 public:
  explicit Odds(const SearchReach& reach) : reach_(reach) {}

  double OfMiss(const std::vector<Part>& parts) {
    const auto known = known_.find(parts);
    if (known != known_.end()) return known->second;
    if (known_.size() == kMostRuns) return 1;
    return known_.emplace(parts, Compute(parts)).first->second;
  }

 private:
  // Of one case, at the end of a text: 0 to 15 lower case letters, or 16 more than upper case ones.
  static constexpr size_t kUpperStreak = kSolidRun;
  static constexpr size_t kStreaks = 2 * kSolidRun;
  // Texts without a digit so far: by upper case letters, lower case letters, and the streak.
  using Masses =
      std::array<std::array<std::array<double, kStreaks>, kMixedLetters + 1>, kMixedLetters + 1>;

  double Compute(const std::vector<Part>& parts) const {
    uint64_t size = 0;
    for (const Part& part : parts) size += part.count;
    if (size < reach_.digit_run) return 1;
    auto masses = std::make_unique<Masses>();
    (*masses)[0][0][0] = 1;
    for (const Part& part : parts) {
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

  static std::unique_ptr<Masses> Next(const Masses& masses, const Kinds& kinds) {
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

  const SearchReach& reach_;
  std::map<std::vector<Part>, double> known_;
};

// The run on a path that is missed most seldom, of those from which the reach spans all of it.
double OddsOfMiss(const Path& path, const SearchReach& reach, Odds& odds) {
  uint64_t width = 0;
  for (const Step& step : path) width += step.max;
  double least = 1;
  uint64_t before = 0;
  uint64_t begin = 0;
  std::vector<Part> parts;
  const auto close = [&] {
    const bool reached = begin <= reach.before && width - before <= reach.after;
    if (!parts.empty() && reached) least = std::min(least, odds.OfMiss(parts));
    parts.clear();
  };
  for (const Step& step : path) {
    if (!step.token) {
      close();
    } else if (step.min > 0) {
      if (parts.empty()) begin = before;
      parts.push_back({step.kinds, step.min});
    } else if (!parts.empty()) {
      parts.push_back({});
    }
    before += step.max;
  }
  close();
  return least;
}

bool IsSearchedBy(const std::vector<Path>& paths, SearchGroup group) {
  const SearchReach& reach = ReachOf(group);
  Odds odds(reach);
  return std::all_of(paths.begin(), paths.end(), [&](const Path& path) {
    return OddsOfMiss(path, reach, odds) <= kMostMissed;
  });
}

}  // namespace

std::string_view ToString(SearchGroup group) {
  static constexpr std::array<std::string_view, kSearchGroups.size()> kNames = {
      "everywhere", "token", "long named token", "named token", "assigned value"};
  return kNames[static_cast<size_t>(group)];
}

const SearchReach& ReachOf(SearchGroup group) { return kReaches[static_cast<size_t>(group)]; }

SearchGroup ChooseSearchGroup(const Rule& rule) {
  if (rule.is_path_rule()) return SearchGroup::kEverywhere;
  const std::optional<std::vector<Path>> paths = Paths::Of(ParsePattern(rule.pattern));
  if (paths && !paths->empty()) {
    for (SearchGroup group :
         {SearchGroup::kToken, SearchGroup::kLongNamedToken, SearchGroup::kNamedToken}) {
      if (IsSearchedBy(*paths, group)) return group;
    }
    if (rule.token_run || IsSearchedBy(*paths, SearchGroup::kAssignedValue)) {
      return SearchGroup::kAssignedValue;
    }
  }
  return rule.token_run ? SearchGroup::kAssignedValue : SearchGroup::kEverywhere;
}

bool IsWithinReach(SearchGroup group, Bytes match) {
  if (group == SearchGroup::kEverywhere) return true;
  const SearchReach& reach = ReachOf(group);
  std::vector<TokenRun> runs;
  FindTokenRuns(match, &runs);
  return std::any_of(runs.begin(), runs.end(), [&](const TokenRun& run) {
    return reach.Counts(run) && run.begin <= reach.before && match.size() - run.end <= reach.after;
  });
}

}  // namespace picket
