#include "match/search_group.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "match/dialect.h"
#include "match/landmark.h"
#include "match/rule.h"

namespace picket {
namespace {

// Of 20 base64url characters 25 in a million are no run that counts; they are a common token.
constexpr double kMostMissed = 3e-5;
// A pattern with more ways through its alternatives, or longer ones, is searched everywhere.
constexpr size_t kMostPaths = 20'000;
constexpr size_t kMostSteps = 1'000'000;
constexpr size_t kMostRuns = 500;  // that differ, of a pattern
// Further bytes make a run no likelier to fail.
constexpr uint32_t kMostBytes = 120;

constexpr std::array<SearchReach, kSearchGroups.size()> kReaches = {{
    {},
    {},
    {0, 0, 32, 16},
    {0, 0, 192, 160},
    {16, 16, 32, 16},
    {32, 32, 192, 16},
    {32, 32, 192, 16, true},
    {16, 20, 192, 16, true},
    {8, 16, 112, 32, true},
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
  bool token = false;     // of token bytes only
  bool userinfo = false;  // of userinfo bytes only
  bool before_argument = false;
  uint8_t byte = 0;    // where there is but one
  uint8_t letter = 0;  // where there is but one, in either case or both; lower
  Kinds kinds;
  uint32_t min = 0;
  uint64_t max = 0;
  bool measured = false;  // behind the pattern's part

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
  step.token = step.userinfo = step.before_argument = true;
  int size = 0;
  bool one_letter = true;
  std::array<int, 4> counts{};
  for (int i = 0; i < 256; ++i) {
    const auto byte = static_cast<uint8_t>(i);
    if (!bytes.Contains(byte)) continue;
    ++size;
    step.token = step.token && IsTokenByte(byte);
    step.userinfo = step.userinfo && IsUserinfoByte(byte);
    step.before_argument = step.before_argument && IsBeforeArgument(byte);
    const auto letter = static_cast<uint8_t>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    one_letter = one_letter && (size == 1 || letter == step.letter);
    step.byte = byte;
    step.letter = letter;
    const bool digit = byte >= '0' && byte <= '9';
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool lower = byte >= 'a' && byte <= 'z';
    ++counts[digit ? 0 : upper ? 1 : lower ? 2 : 3];
  }
  step.token = step.token && size > 0;
  step.userinfo = step.userinfo && size > 0;
  if (size != 1) step.byte = 0;
  if (!one_letter) step.letter = 0;
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
    optional.token = optional.userinfo = true;
    for (const Path& path : inner) {
      uint64_t width = 0;
      for (const Step& step : path) {
        width += step.max;
        optional.token = optional.token && step.token;
        optional.userinfo = optional.userinfo && step.userinfo;
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

bool IsOne(const Step& step) { return step.min == 1 && step.max == 1; }

// The length of the name that the path has from its step `at` on, in steps; 0 for none.
size_t NameAt(const Path& path, size_t at) {
  std::array<uint8_t, 8> letters{};
  size_t size = 0;
  while (size < letters.size() && at + size < path.size() && IsOne(path[at + size])) {
    letters[size] = path[at + size].letter;
    ++size;
  }
  // What follows pat can't be told where it is optional; a blank stands for it.
  const size_t seen = size;
  if (size < letters.size()) letters[size++] = ' ';
  return std::min<size_t>(NameLength(Bytes(letters).first(size)), seen);
}

// Whether a run of the path's steps from `first` on, before `last`, has a name for sure.
bool IsNamed(const Path& path, size_t first, size_t last) {
  for (size_t i = 0; i < last; ++i) {
    const size_t size = NameAt(path, i);
    if (size != 0 && i + size <= last) return true;
  }
  uint64_t between = 0;
  while (first > 0 && path[first - 1].before_argument) between += path[--first].max;
  return between <= kBeforeArgument && first > 0 && path[first - 1].byte == '(' &&
         IsOne(path[first - 1]);
}

// The run on a path that is missed most seldom, of those from which the reach spans all of it.
double OddsOfMiss(const Path& path, const SearchReach& reach, Odds& odds) {
  uint64_t head = 0;
  for (const Step& step : path) head += step.measured ? 0 : step.max;
  double least = 1;
  uint64_t before = 0;
  uint64_t begin = 0;
  size_t first = 0;
  std::vector<Part> parts;
  const auto close = [&](size_t last) {
    const bool reached = begin <= reach.before && head <= before + reach.after;
    if (!parts.empty() && reached && (!reach.named || IsNamed(path, first, last))) {
      least = std::min(least, odds.OfMiss(parts));
    }
    parts.clear();
  };
  for (size_t i = 0; i < path.size(); ++i) {
    const Step& step = path[i];
    if (!step.token) {
      close(i);
    } else if (step.min > 0) {
      if (parts.empty()) {
        begin = before;
        first = i;
      }
      parts.push_back({step.kinds, step.min});
    } else if (!parts.empty()) {
      parts.push_back({});
    }
    before += step.max;
  }
  close(path.size());
  return least;
}

// Whether every text of the path has "://" and, with userinfo bytes between, "@", where the reach
// spans all of it.
bool IsUserinfo(const Path& path) {
  const SearchReach& reach = ReachOf(SearchGroup::kUserinfo);
  const auto is = [&path](size_t i, char byte) {
    return i < path.size() && path[i].byte == byte && path[i].min == 1 && path[i].max == 1;
  };
  uint64_t width = 0;
  for (const Step& step : path) width += step.max;
  uint64_t before = 0;
  for (size_t i = 0; i < path.size() && before <= reach.before; before += path[i++].max) {
    if (!is(i, ':') || !is(i + 1, '/') || !is(i + 2, '/')) continue;
    uint64_t at = before + 3;
    size_t j = i + 3;
    for (; j < path.size() && path[j].userinfo; ++j) at += path[j].max;
    if (!is(j, '@')) continue;
    if (at + 1 - before <= kLongestUserinfo && width - (at + 1) <= reach.after) return true;
  }
  return false;
}

bool HasName(const Path& path) { return IsNamed(path, path.size(), path.size()); }

// Whether every text of the path has "pass" or "pwd" where the reach spans all of it.
bool HasPasswordName(const Path& path) {
  const SearchReach& reach = ReachOf(SearchGroup::kPassword);
  uint64_t width = 0;
  for (const Step& step : path) width += step.max;
  uint64_t before = 0;
  for (size_t i = 0; i < path.size() && before <= reach.before; before += path[i++].max) {
    const size_t size = NameAt(path, i);
    if (size == 0 || !IsPasswordName(path[i].letter, path[i + 1].letter, path[i + 2].letter)) {
      continue;
    }
    if (width - (before + size) <= reach.after) return true;
  }
  return false;
}

// The least of a measured body, as far as it is looked at.
std::optional<Step> StepOf(const RuleMeasure& measure) {
  Step step;
  if (measure.kind == "run") {
    step = StepOf(measure.bytes);
  } else if (measure.kind == "jwt") {
    ByteSet bytes;
    bytes.AddRange('0', '9');
    bytes.AddRange('A', 'Z');
    bytes.AddRange('a', 'z');
    bytes.Add('-');
    bytes.Add('_');
    bytes.Add('.');
    step = StepOf(bytes);
  } else {
    return std::nullopt;
  }
  step.min = std::min(measure.min, kMeasuredReach);
  step.max = kMeasuredReach;
  step.measured = true;
  return step;
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
  static constexpr std::array<std::string_view, kSearchGroups.size()> kTexts = {
      "everywhere", "wide text",        "userinfo",    "password",   "token",
      "far token",  "long named token", "named token", "named value"};
  return kTexts[static_cast<size_t>(group)];
}

const SearchReach& ReachOf(SearchGroup group) { return kReaches[static_cast<size_t>(group)]; }

SearchGroup ChooseSearchGroup(const Rule& rule) {
  if (rule.is_path_rule()) return SearchGroup::kEverywhere;
  std::optional<std::vector<Path>> paths = Paths::Of(ParsePattern(rule.pattern));
  if (!paths || paths->empty()) return SearchGroup::kEverywhere;
  const auto all = [&paths](auto holds) {
    return std::all_of(paths->begin(), paths->end(), holds);
  };
  if (all(&IsUserinfo)) return SearchGroup::kUserinfo;
  const bool password = all(&HasPasswordName);
  if (const std::optional<Step> body = StepOf(rule.measure)) {
    for (Path& path : *paths) path.push_back(*body);
  }
  // What is no match without a run is not missed without one.
  if (rule.token_run && all(&HasName)) return SearchGroup::kNamedValue;
  for (SearchGroup group :
       {SearchGroup::kToken, SearchGroup::kLongNamedToken, SearchGroup::kNamedToken,
        SearchGroup::kNamedValue, SearchGroup::kFarToken}) {
    if (IsSearchedBy(*paths, group)) return group;
  }
  return password ? SearchGroup::kPassword : SearchGroup::kEverywhere;
}

bool IsWithinReach(const Rule& rule, Bytes match, uint64_t head) {
  const bool beside = IsBesideTokenRuns(rule.group);
  if (!beside && !rule.token_run) return true;
  const SearchReach& reach = ReachOf(beside ? rule.group : SearchGroup::kNamedValue);
  std::vector<TokenRun> runs;
  FindTokenRuns(match, &runs);
  if (!beside) {
    return std::any_of(runs.begin(), runs.end(),
                       [&reach](const TokenRun& run) { return reach.Counts(run); });
  }
  std::vector<Landmark> names;
  std::vector<Landmark> passwords;
  if (reach.named) FindNames(match, &names, &passwords);
  return std::any_of(runs.begin(), runs.end(), [&](const TokenRun& run) {
    if (!reach.Counts(run) || run.begin > reach.before) return false;
    if (head > uint64_t{run.end} + reach.after) return false;
    return !reach.named || (!names.empty() && names.front().end <= run.end) ||
           IsFirstArgument(match, run.begin);
  });
}

}  // namespace picket
