#include "git/long_first.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace picket {
namespace {

std::vector<size_t> Turns(const LongFirst& order, size_t count) {
  std::vector<size_t> turns;
  for (size_t turn = 0; turn < count; ++turn) turns.push_back(order(turn));
  return turns;
}

TEST_CASE("long first: every item has one turn, the long ones the first, the rest as they stand") {
  CHECK(Turns(LongFirst(), 3) == std::vector<size_t>{0, 1, 2});
  CHECK(Turns(LongFirst({4}), 6) == std::vector<size_t>{4, 0, 1, 2, 3, 5});
  CHECK(Turns(LongFirst({5, 0, 1}), 6) == std::vector<size_t>{5, 0, 1, 2, 3, 4});
  CHECK(Turns(LongFirst({3, 2, 5, 1}), 7) == std::vector<size_t>{3, 2, 5, 1, 0, 4, 6});
  CHECK(Turns(LongFirst({1, 0}), 2) == std::vector<size_t>{1, 0});
}

}  // namespace
}  // namespace picket
