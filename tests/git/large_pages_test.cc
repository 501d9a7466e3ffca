#include "git/large_pages.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace picket {
namespace {

TEST_CASE("large pages: a vector grows into them, keeps what it holds and comes back") {
  std::vector<uint32_t, LargePages<uint32_t>> numbers;
  for (uint32_t i = 0; i < 1'500'000; ++i) numbers.push_back(i);
  CHECK(reinterpret_cast<uintptr_t>(numbers.data()) % (size_t{2} << 20) == 0);
  const auto in_order = [&numbers] {
    uint32_t next = 0;
    for (const uint32_t number : numbers) {
      if (number != next++) return false;
    }
    return true;
  };
  CHECK(in_order());
  numbers.resize(100);
  numbers.shrink_to_fit();
  CHECK(numbers.capacity() < 1000);
  CHECK(in_order());
}

TEST_CASE("large pages: more than there is is refused") {
  LargePages<uint64_t> pages;
  CHECK_THROWS_AS(pages.allocate(std::numeric_limits<size_t>::max() / 2), std::bad_alloc);
}

}  // namespace
}  // namespace picket
