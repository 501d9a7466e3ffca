#include "match/search_group.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "match/dialect.h"
#include "match/landmark.h"
#include "match/line_head.h"
#include "match/name_word.h"
#include "match/pattern_path.h"
#include "match/rule.h"
#include "match/rule_word.h"
#include "match/run_odds.h"

namespace picket {
namespace {

// Of 34 letters, as in the tokens of Hugging Face, 33 in a million are no run that counts.
constexpr double kMostMissed = 4e-5;

constexpr std::array<SearchReach, kSearchGroups.size()> kReaches = {{
    {},
    {},
    {},
    {},
    {0, 0, 32, 16},
    {0, 0, 192, 160},
    {},
    {},
    {16, 16, 20, 4},
    {32, 32, 192, 4},
    {32, 32, 192, 4, true, true},
    {32, 32, 192, 4, true},
    {16, 16, 192, 4, true},
    {8, 16, 112, 32, true},
}};

static_assert(std::all_of(kReaches.begin(), kReaches.end(), [](const SearchReach& reach) {
  return !reach.named || reach.before <= kFurthestName;
}));

bool IsOne(const PathStep& step) { return step.min == 1 && step.max == 1; }

// The length of the name that the path has from its step `at` on, in steps; 0 for none.
size_t NameAt(const PatternPath& path, size_t at) {
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
bool IsNamed(const PatternPath& path, size_t first, size_t last) {
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
double OddsOfMiss(const PatternPath& path, const SearchReach& reach, RunOdds& odds) {
  uint64_t head = 0;
  for (const PathStep& step : path) head += step.measured ? 0 : step.max;
  double least = 1;
  uint64_t before = 0;
  uint64_t begin = 0;
  size_t first = 0;
  std::vector<RunPart> parts;
  const auto close = [&](size_t last) {
    const bool reached = begin <= reach.before && head <= before + reach.after;
    if (!parts.empty() && reached && (!reach.named || IsNamed(path, first, last))) {
      least = std::min(least, odds.OfMiss(parts));
    }
    parts.clear();
  };
  for (size_t i = 0; i < path.size(); ++i) {
    const PathStep& step = path[i];
    if (!(reach.hex ? step.hex : step.token)) {
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
bool IsUserinfo(const PatternPath& path) {
  const SearchReach& reach = ReachOf(SearchGroup::kUserinfo);
  const auto is = [&path](size_t i, char byte) {
    return i < path.size() && path[i].byte == byte && path[i].min == 1 && path[i].max == 1;
  };
  uint64_t width = 0;
  for (const PathStep& step : path) width += step.max;
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

bool HasName(const PatternPath& path) { return IsNamed(path, path.size(), path.size()); }

// Whether every text of the path has "pass" or "pwd" where the reach spans all of it.
bool HasPasswordName(const PatternPath& path) {
  const SearchReach& reach = ReachOf(SearchGroup::kPassword);
  uint64_t width = 0;
  for (const PathStep& step : path) width += step.max;
  uint64_t before = 0;
  for (size_t i = 0; i < path.size() && before <= reach.before; before += path[i++].max) {
    const size_t size = NameAt(path, i);
    if (size == 0 || path[i].letter != 'p') continue;
    if (path[i + 1].letter != 'w' && path[i + 2].letter != 's') continue;
    if (width - (before + size) <= reach.after) return true;
  }
  return false;
}

// The least of a measured body, as far as it is looked at.
std::optional<PathStep> StepOf(const RuleMeasure& measure) {
  PathStep step;
  if (measure.kind == "run") {
    step = MakeStep(measure.bytes);
  } else if (measure.kind == "jwt") {
    ByteSet bytes;
    bytes.AddRange('0', '9');
    bytes.AddRange('A', 'Z');
    bytes.AddRange('a', 'z');
    bytes.Add('-');
    bytes.Add('_');
    bytes.Add('.');
    step = MakeStep(bytes);
  } else {
    return std::nullopt;
  }
  step.min = std::min(measure.min, kMeasuredReach);
  step.max = kMeasuredReach;
  step.measured = true;
  return step;
}

bool IsSearchedBy(const std::vector<PatternPath>& paths, SearchGroup group) {
  const SearchReach& reach = ReachOf(group);
  RunOdds odds(reach);
  return std::all_of(paths.begin(), paths.end(), [&](const PatternPath& path) {
    return OddsOfMiss(path, reach, odds) <= kMostMissed;
  });
}

}  // namespace

std::string_view ToString(SearchGroup group) {
  static constexpr std::array<std::string_view, kSearchGroups.size()> kTexts = {
      "everywhere",  "wide text",  "escape", "split",     "userinfo",  "password",
      "word",        "far word",   "token",  "far token", "named hex", "long named token",
      "named token", "named value"};
  return kTexts[static_cast<size_t>(group)];
}

const SearchReach& ReachOf(SearchGroup group) { return kReaches[static_cast<size_t>(group)]; }

SearchGroup ChooseSearchGroup(const Rule& rule) {
  if (rule.is_path_rule()) return SearchGroup::kEverywhere;
  std::optional<std::vector<PatternPath>> paths = ListPaths(ParsePattern(rule.pattern));
  if (!paths || paths->empty()) return SearchGroup::kEverywhere;
  const auto all = [&paths](auto holds) {
    return std::all_of(paths->begin(), paths->end(), holds);
  };
  if (all(&IsUserinfo)) return SearchGroup::kUserinfo;
  const bool password = all(&HasPasswordName);
  const bool words = ChooseWords(*paths).has_value();
  if (const std::optional<PathStep> body = StepOf(rule.measure)) {
    for (PatternPath& path : *paths) path.push_back(*body);
  }
  // What is no match without a run is not missed without one.
  if (rule.token_run && all(&HasName)) return SearchGroup::kNamedValue;
  for (SearchGroup group :
       {SearchGroup::kToken, SearchGroup::kNamedHex, SearchGroup::kLongNamedToken,
        SearchGroup::kNamedToken, SearchGroup::kNamedValue, SearchGroup::kFarToken}) {
    if (IsSearchedBy(*paths, group)) return group;
  }
  if (password) return SearchGroup::kPassword;
  if (!words) return SearchGroup::kEverywhere;
  return WidestLineHead(rule.pattern) > kFarLine ? SearchGroup::kFarWord : SearchGroup::kWord;
}

bool IsWithinReach(const Rule& rule, Bytes match, uint64_t head) {
  const bool beside = IsBesideTokenRuns(rule.group);
  if (!beside && !rule.token_run) return true;
  const SearchReach& reach = ReachOf(beside ? rule.group : SearchGroup::kNamedValue);
  std::vector<TokenRun> runs;
  TokenRunFinder().Find(match, &runs);
  if (!beside) return !runs.empty();
  if (reach.named) {
    std::vector<Landmark> names;
    FindNames(match, &names);
    const std::vector<TokenRun> all = std::exchange(runs, {});
    NameRuns(match, names, all, kUnnamed, &runs);
  }
  return std::any_of(runs.begin(), runs.end(), [&](const TokenRun& run) {
    return reach.Counts(run) && run.begin <= reach.before &&
           head <= uint64_t{run.end} + reach.after;
  });
}

}  // namespace picket
