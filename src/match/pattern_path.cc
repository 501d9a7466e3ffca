#include "match/pattern_path.h"

#include <algorithm>
#include <array>

#include "match/landmark.h"
#include "match/token_run.h"

namespace picket {
namespace {

// A pattern with more ways through its alternatives, or longer ones, is searched everywhere.
constexpr size_t kMostPaths = 20'000;
constexpr size_t kMostSteps = 1'000'000;

// All ways through a pattern, or none when they are too many. What a path may leave out stands in
// it as one step of no sure bytes.
class Paths {
 public:
  static std::optional<std::vector<PatternPath>> Of(
      const std::vector<PatternSequence>& alternatives) {
    Paths paths;
    std::vector<PatternPath> all = paths.Alternatives(alternatives);
    if (paths.too_many_) return std::nullopt;
    return all;
  }

 private:
  std::vector<PatternPath> Alternatives(const std::vector<PatternSequence>& alternatives) {
    std::vector<PatternPath> all;
    for (const PatternSequence& sequence : alternatives) {
      for (PatternPath& path : Sequence(sequence)) all.push_back(std::move(path));
      if (all.size() > kMostPaths) too_many_ = true;
      if (too_many_) return {};
    }
    return all;
  }

  std::vector<PatternPath> Sequence(const PatternSequence& sequence) {
    std::vector<PatternPath> all(1);
    for (const PatternAtom& atom : sequence) {
      if (too_many_) return {};
      if (atom.alternatives.empty()) {
        PathStep step = MakeStep(atom.bytes);
        step.min = atom.min;
        step.max = atom.max;
        AddToAll(step, &all);
        continue;
      }
      const std::vector<PatternPath> inner = Alternatives(atom.alternatives);
      for (uint32_t i = 0; i < atom.min && !too_many_; ++i) all = Join(all, inner);
      if (atom.max > atom.min) AddToAll(Optional(inner, atom.max - atom.min), &all);
    }
    return all;
  }

  void AddToAll(const PathStep& step, std::vector<PatternPath>* all) {
    Spend(all->size());
    for (PatternPath& path : *all) path.push_back(step);
  }

  std::vector<PatternPath> Join(const std::vector<PatternPath>& heads,
                                const std::vector<PatternPath>& tails) {
    std::vector<PatternPath> all;
    too_many_ = too_many_ || heads.size() * tails.size() > kMostPaths;
    for (const PatternPath& head : heads) {
      for (const PatternPath& tail : tails) {
        Spend(head.size() + tail.size());
        if (too_many_) return {};
        PatternPath path = head;
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

  static PathStep Optional(const std::vector<PatternPath>& inner, uint32_t times) {
    PathStep optional;
    optional.token = optional.userinfo = true;
    for (const PatternPath& path : inner) {
      uint64_t width = 0;
      for (const PathStep& step : path) {
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

}  // namespace

PathStep MakeStep(const ByteSet& bytes) {
  PathStep step;
  step.token = step.hex = step.userinfo = step.before_argument = true;
  int size = 0;
  bool one_letter = true;
  std::array<int, 5> counts{};
  for (int i = 0; i < 256; ++i) {
    const auto byte = static_cast<uint8_t>(i);
    if (!bytes.Contains(byte)) continue;
    ++size;
    step.token = step.token && IsTokenByte(byte);
    step.hex = step.hex && IsHexByte(byte);
    step.userinfo = step.userinfo && IsUserinfoByte(byte);
    step.before_argument = step.before_argument && IsBeforeArgument(byte);
    const auto letter = static_cast<uint8_t>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    one_letter = one_letter && (size == 1 || letter == step.letter);
    step.byte = byte;
    step.letter = letter;
    const bool digit = byte >= '0' && byte <= '9';
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool lower = byte >= 'a' && byte <= 'z';
    const bool joint = byte == '-' || byte == '_';
    ++counts[digit ? 0 : upper ? 1 : lower ? 2 : joint ? 3 : 4];
  }
  step.token = step.token && size > 0;
  step.hex = step.hex && size > 0;
  step.userinfo = step.userinfo && size > 0;
  if (size != 1) step.byte = 0;
  if (!one_letter) step.letter = 0;
  const auto share = [&](size_t i) {
    return size == 0 ? 0 : static_cast<double>(counts[i]) / size;
  };
  step.kinds = {share(0), share(1), share(2), share(3), share(4)};
  return step;
}

std::optional<std::vector<PatternPath>> ListPaths(
    const std::vector<PatternSequence>& alternatives) {
  return Paths::Of(alternatives);
}

}  // namespace picket
