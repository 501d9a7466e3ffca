#include "git/live_trees.h"

#include <algorithm>

#include "git/parallel.h"
#include "git/tree_row_follower.h"

namespace picket {
namespace {

// Each finds what lies one folder higher, and mostly several at once.
constexpr int kMostRounds = 64;

}  // namespace

LiveTrees::LiveTrees(const TreeRows& rows, const std::vector<bool>& objects,
                     const std::vector<bool>& names, unsigned threads)
    : rows_(rows), objects_(objects), names_(names), live_(rows.tree_count()) {
  // What could not be read has to be met again, for its gap to be told.
  for (uint32_t i = 0; i < live_.size(); ++i) {
    live_[i].store(rows.IsWhole(i) ? 0 : 1, std::memory_order_relaxed);
  }
  // What takes too many rounds is not shortened by looking for less.
  bool is_deep = false;
  if (FindLive(threads, &is_deep)) return;
  is_too_much_ = !is_deep;
  gave_up_ = true;
  // Every tree is read then, and what there is too much of is told there.
  for (std::atomic<uint8_t>& live : live_) live.store(1, std::memory_order_relaxed);
}

// Rounds, until one finds nothing more: which trees lead there does not depend on their order. Git
// writes a folder before what is in it, so the last chunks come first.
bool LiveTrees::FindLive(unsigned threads, bool* is_deep) {
  static_assert(kMostRounds < UINT8_MAX);
  const size_t count = rows_.chunks().size();
  std::atomic<bool> more{true};
  std::atomic<bool> good{true};
  const auto choose = [this](const TreeRow& row, uint32_t*) { return Counts(row); };
  for (int round = 0; more && good; ++round) {
    if (round == kMostRounds) {
      *is_deep = true;
      return false;
    }
    more = false;
    ForEachChunk(count, 16, threads, [&] {
      return [&, follower = TreeRowFollower()](size_t begin, size_t end) mutable {
        bool found = false;
        for (size_t i = begin; i < end; ++i) {
          const TreeRowChunk& chunk = rows_.chunks()[count - 1 - i];
          if (round > 0 && !MayFindMore(chunk, round)) continue;
          const auto on_tree = [&](uint32_t label, uint32_t, std::span<const FollowedRow> rows) {
            if (rows.empty() || label == kNone || IsLive(label)) return;
            live_[label].store(static_cast<uint8_t>(round + 1), std::memory_order_relaxed);
            found = true;
          };
          if (!follower.Follow(chunk, choose, on_tree)) good = false;
        }
        if (found) more = true;
      };
    });
  }
  return good;
}

// A folder that has been found since the last round began, before this chunk was looked at there or
// after.
bool LiveTrees::MayFindMore(const TreeRowChunk& chunk, int round) const {
  return std::any_of(chunk.folders().begin(), chunk.folders().end(), [&](uint32_t folder) {
    return folder != kNone && live_[folder].load(std::memory_order_relaxed) >= round;
  });
}

}  // namespace picket
