#include <algorithm>
#include <vector>

#include "match/matcher.h"
#include "match/split_word.h"

namespace picket {
namespace {

// What is looked at behind a window to search it.
constexpr uint64_t kAhead = std::max<uint64_t>(kMeasuredReach, kSplitWordReach);
// Hits that are held back: 24 MiB. A text with more of them is waited for.
constexpr size_t kMostHeld = size_t{1} << 20;

}  // namespace

// To search a window takes what stands in it and kAhead behind it; to confirm a hit may take any of
// the text. Hits are confirmed window by window, as in Scan(): a judge that has to let go of what
// it holds does so at the same places.
bool Matcher::ScanArriving(Bytes text, Arrival& arrival, MatchJudge& judge) {
  std::vector<Hit> held;
  std::vector<size_t> window_ends;  // in `held`
  bool is_here = false;
  const auto settle = [&] {
    is_here = arrival.Await(text.size());
    size_t from = 0;
    for (const size_t end : window_ends) {
      if (!is_here || judge.IsStopped()) break;
      gathered_.assign(held.begin() + static_cast<ptrdiff_t>(from),
                       held.begin() + static_cast<ptrdiff_t>(end));
      Drain(text, &gathered_, judge);
      from = end;
    }
    held.clear();
    window_ends.clear();
    return is_here;
  };
  const auto take = [&] {
    if (is_here) {
      Drain(text, &hits_, judge);
    } else if (!hits_.empty()) {
      held.insert(held.end(), hits_.begin(), hits_.end());
      window_ends.push_back(held.size());
    }
  };
  ForgetDecided();
  if (!rules_->has_database()) return settle();
  for (uint64_t begin = 0; begin < text.size(); begin += window_) {
    if (judge.IsStopped()) return is_here;
    const uint64_t end = begin + std::min(window_, text.size() - begin);
    const uint64_t seen = end + std::min(kAhead, text.size() - end);
    if (!is_here && !arrival.Await(seen)) return false;
    CollectRange(text, begin, end, take);
    if (held.size() > kMostHeld && !settle()) return false;
  }
  return is_here || settle();
}

}  // namespace picket
