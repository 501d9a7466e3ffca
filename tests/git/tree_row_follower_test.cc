#include "git/tree_row_follower.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

namespace picket {
namespace {

constexpr uint32_t kRows = 100'000;
constexpr uint8_t kFile = 0100000 >> 12;

struct Tree {
  uint32_t label = 0;
  std::vector<FollowedRow> rows;
};

// Every third entry counts, and says which one it was in the tree that it was in first.
std::vector<Tree> Follow(const TreeRowChunk& chunk) {
  std::vector<Tree> trees;
  TreeRowFollower follower;
  const auto choose = [](const TreeRow& row, uint32_t* index) {
    *index = row.name;
    return row.name % 3 == 0;
  };
  CHECK(follower.Follow(chunk, choose,
                        [&](uint32_t label, uint32_t, std::span<const FollowedRow> rows) {
                          trees.push_back({label, {rows.begin(), rows.end()}});
                        }));
  return trees;
}

}  // namespace

// As one entry after the other is copied from either end in turn, which took a walk over all of
// the base for each.
TEST_CASE("tree rows: copies in any order are followed, each by itself") {
  TreeRowChunk chunk;
  chunk.Begin(0, 0);
  for (uint32_t i = 0; i < kRows; ++i) {
    chunk.Add(i, kFile);
    chunk.AddFile(i);
  }
  chunk.End();
  chunk.Begin(1, 1);
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < kRows / 2; ++i) {
    order.push_back(kRows - 1 - i);
    order.push_back(i);
  }
  for (const uint32_t entry : order) chunk.Copy(entry, 1);
  chunk.End();
  const std::vector<Tree> trees = Follow(chunk);
  REQUIRE(trees.size() == 2);
  CHECK(trees[1].label == 1);
  size_t at = 0;
  bool same = true;
  for (uint32_t position = 0; position < order.size(); ++position) {
    if (order[position] % 3 != 0) continue;
    same = same && at < trees[1].rows.size() && trees[1].rows[at].position == position &&
           trees[1].rows[at].index == order[position];
    ++at;
  }
  CHECK(same);
  CHECK(at == trees[1].rows.size());
}

}  // namespace picket
