#include "git/live_trees.h"

#include <algorithm>
#include <utility>

#include "git/parallel.h"

namespace picket {
namespace {

// Each finds what lies one folder higher, and mostly several at once.
constexpr int kMostRounds = 64;
// Of the trees that one thread stands below, 16 bytes each.
constexpr uint64_t kMostHeld = uint64_t{2} << 20;
// Told in all, 12 bytes each.
constexpr uint64_t kMostTold = uint64_t{4} << 20;

}  // namespace

// Goes through a chunk and knows of each tree which of its entries count. One thread's own.
class LiveTrees::Follower {
 public:
  explicit Follower(const LiveTrees& trees) : trees_(trees) {}

  // Calls on_tree(label, depth, rows); false where there are too many.
  template <typename OnTree>
  bool Follow(const TreeRowChunk& chunk, const OnTree& on_tree) {
    TreeRowCursor cursor(chunk);
    while (cursor.NextTree()) {
      const bool alone = cursor.depth() == TreeRowChunk::kAlone;
      const size_t depth = alone ? 0 : cursor.depth();
      if (held_.size() <= depth) held_.resize(depth + 1);
      std::vector<LiveRow>* rows = alone ? &alone_ : &held_[depth];
      count_ -= rows->size();
      rows->clear();
      FollowTree(depth == 0 ? std::span<const LiveRow>() : held_[depth - 1], &cursor, rows);
      count_ += rows->size();
      if (count_ > kMostHeld) return false;
      on_tree(cursor.label(), cursor.depth(), std::as_const(*rows));
    }
    return true;
  }

 private:
  void FollowTree(std::span<const LiveRow> base, TreeRowCursor* cursor,
                  std::vector<LiveRow>* rows) const {
    uint32_t position = 0;
    auto next = base.begin();  // versions of one folder are in one order
    while (cursor->NextPart()) {
      if (!cursor->is_copy()) {
        if (trees_.Counts(cursor->row())) rows->push_back({position, cursor->row()});
        ++position;
        continue;
      }
      const uint32_t first = cursor->first();
      if (next != base.begin() && (next - 1)->position >= first) next = base.begin();
      while (next != base.end() && next->position < first) ++next;
      for (; next != base.end() && next->position - first < cursor->count(); ++next) {
        rows->push_back({next->position - first + position, next->row});
      }
      position += cursor->count();
    }
  }

  const LiveTrees& trees_;
  std::vector<std::vector<LiveRow>> held_;  // by depth
  std::vector<LiveRow> alone_;
  uint64_t count_ = 0;  // of all held rows
};

LiveTrees::LiveTrees(const TreeRows& rows, const std::vector<bool>& objects,
                     const std::vector<bool>& names, unsigned threads)
    : rows_(rows),
      objects_(objects),
      names_(names),
      live_(rows.tree_count()),
      places_(rows.tree_count()),
      told_(rows.chunks().size()),
      first_trees_(rows.chunks().size()) {
  // What could not be read has to be met again, for its gap to be told.
  for (uint32_t i = 0; i < live_.size(); ++i) {
    live_[i].store(rows.IsWhole(i) ? 0 : 1, std::memory_order_relaxed);
  }
  // What takes too many rounds is not shortened by looking for less.
  bool is_deep = false;
  if (FindLive(threads, &is_deep) && Tell(threads)) return;
  is_too_much_ = !is_deep;
  GiveUp();
}

// Rounds, until one finds nothing more: which trees lead there does not depend on their order. Git
// writes a folder before what is in it, so the last chunks come first.
bool LiveTrees::FindLive(unsigned threads, bool* is_deep) {
  static_assert(kMostRounds < UINT8_MAX);
  const size_t count = rows_.chunks().size();
  std::atomic<bool> more{true};
  std::atomic<bool> good{true};
  for (int round = 0; more && good; ++round) {
    if (round == kMostRounds) {
      *is_deep = true;
      return false;
    }
    more = false;
    ForEachChunk(count, 16, threads, [&] {
      return [&, follower = Follower(*this)](size_t begin, size_t end) mutable {
        bool found = false;
        for (size_t i = begin; i < end; ++i) {
          const TreeRowChunk& chunk = rows_.chunks()[count - 1 - i];
          if (round > 0 && !MayFindMore(chunk, round)) continue;
          const auto on_tree = [&](uint32_t label, uint32_t, const std::vector<LiveRow>& rows) {
            if (rows.empty() || label == kNone || IsLive(label)) return;
            live_[label].store(static_cast<uint8_t>(round + 1), std::memory_order_relaxed);
            found = true;
          };
          if (!follower.Follow(chunk, on_tree)) good = false;
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

bool LiveTrees::Tell(unsigned threads) {
  std::atomic<uint64_t> told{0};
  std::atomic<bool> good{true};
  ForEachChunk(rows_.chunks().size(), 16, threads, [&] {
    return [&, follower = Follower(*this), places = std::vector<Place>()](size_t begin,
                                                                          size_t end) mutable {
      for (size_t i = begin; i < end && good; ++i) {
        std::vector<TreeRow>& all = told_[i];
        // The versions of a folder mostly say the same.
        const auto is_same = [&](const Place& place, const std::vector<LiveRow>& rows) {
          return place.count == rows.size() &&
                 std::equal(rows.begin(), rows.end(), all.begin() + place.first,
                            [](const LiveRow& a, const TreeRow& b) { return a.row == b; });
        };
        first_trees_[i] = kNone;
        const bool whole = follower.Follow(
            rows_.chunks()[i],
            [&](uint32_t label, uint32_t depth, const std::vector<LiveRow>& rows) {
              const bool alone = depth == TreeRowChunk::kAlone;
              Place place;
              if (!alone && depth > 0 && is_same(places[depth - 1], rows)) {
                place = places[depth - 1];
              } else if (!rows.empty()) {
                place = {static_cast<uint32_t>(all.size()), static_cast<uint32_t>(rows.size())};
                for (const LiveRow& row : rows) all.push_back(row.row);
                if (told.fetch_add(rows.size()) + rows.size() > kMostTold) good = false;
              }
              if (!alone) {
                if (places.size() <= depth) places.resize(depth + size_t{1});
                places[depth] = place;
              }
              if (label == kNone) return;
              if (first_trees_[i] == kNone) first_trees_[i] = label;
              if (!rows_.IsWhole(label)) return;
              const bool lacks = std::any_of(rows.begin(), rows.end(), [](const LiveRow& one) {
                return one.row.type == TreeRow::kDirectory && one.row.object == kNone;
              });
              if (!lacks) places_[label] = place;
            });
        if (!whole) good = false;
        all.shrink_to_fit();
      }
    };
  });
  // A chunk without trees ends where the next one begins.
  for (size_t i = first_trees_.size(), next = kNone; i-- > 0;) {
    if (first_trees_[i] == kNone) first_trees_[i] = static_cast<uint32_t>(next);
    next = first_trees_[i];
  }
  return good;
}

// Every tree is read then, and what there is too much of is told there.
void LiveTrees::GiveUp() {
  for (std::atomic<uint8_t>& live : live_) live.store(1, std::memory_order_relaxed);
  places_.assign(places_.size(), {});
}

std::span<const TreeRow> LiveTrees::RowsOf(uint32_t tree) const {
  const auto chunk = std::upper_bound(first_trees_.begin(), first_trees_.end(), tree) - 1;
  const Place& place = places_[tree];
  const std::vector<TreeRow>& all = told_[static_cast<size_t>(chunk - first_trees_.begin())];
  return std::span(all).subspan(place.first, place.count);
}

}  // namespace picket
