#include "git/large_pages.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

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

TEST_CASE("large pages: what lies behind the end is given back, what lies before it stays") {
  std::vector<uint64_t, LargePages<uint64_t>> numbers(2'000'000, 7);
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  uint8_t* const begin = reinterpret_cast<uint8_t*>(numbers.data());
  const auto is_there = [&](size_t byte) {
    unsigned char there = 0;
    REQUIRE(mincore(begin + byte / page * page, page, &there) == 0);
    return (there & 1) != 0;
  };
  CHECK(is_there(8'000'000));
  Truncate(500'000, &numbers);
  CHECK(numbers.size() == 500'000);
  CHECK(is_there(3'999'999));
  CHECK(!is_there(8'000'000));
  CHECK(numbers.front() == 7);
  CHECK(numbers.back() == 7);
  numbers.resize(2'000'000, 8);
  CHECK(numbers[499'999] == 7);
  CHECK(numbers[500'000] == 8);
}

TEST_CASE("large pages: more than there is is refused") {
  LargePages<uint64_t> pages;
  CHECK_THROWS_AS(pages.allocate(std::numeric_limits<size_t>::max() / 2), std::bad_alloc);
}

}  // namespace
}  // namespace picket
