// A test that takes long runs as several entries of ctest, each with its share of the items:
// $PICKET_SHARD is "2/4" in the second of four. By hand, without it, one process has them all.
#pragma once

#include <cstddef>

namespace picket {

struct Shard {
  size_t index = 0;
  size_t count = 1;

  bool Has(size_t item) const { return item % count == index; }
};

// Throws std::runtime_error where $PICKET_SHARD says something else.
Shard ThisShard();

}  // namespace picket
