#include "contents/quote_marks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace picket {
namespace {

// The whole text, with room neither before nor behind it.
std::vector<uint64_t> All(const std::string& text, Instructions with, uint64_t step) {
  const std::vector<uint8_t> exact(text.begin(), text.end());
  QuoteMarks marks(exact, with);
  std::vector<uint64_t> found;
  for (uint64_t at = 0; at <= text.size();) {
    found.push_back(marks.Next(at));
    at = std::max(found.back(), at) + step;
  }
  return found;
}

std::vector<uint64_t> Expected(const std::string& text, uint64_t step) {
  std::vector<uint64_t> found;
  for (uint64_t at = 0; at <= text.size();) {
    found.push_back(std::min(text.find_first_of("\"\\", at), text.size()));
    at = std::max(found.back(), at) + step;
  }
  return found;
}

}  // namespace

TEST_CASE("quote marks: each is found in turn, whatever the processor has, and over any gap") {
  std::mt19937 random(7);
  for (size_t size : {0u, 1u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 9000u, 20'000u}) {
    for (unsigned one_in : {1u, 3u, 40u, 3000u}) {
      std::string text(size, ' ');
      for (char& c : text) {
        if (random() % one_in == 0) {
          c = random() % 2 == 0 ? '"' : '\\';
        } else {
          c = static_cast<char>(random());
        }
      }
      for (uint64_t step : {1u, 2u, 700u, 5000u}) {
        for (Instructions with : KnownInstructions()) {
          CAPTURE(size);
          CAPTURE(one_in);
          CAPTURE(step);
          CHECK(All(text, with, step) == Expected(text, step));
        }
      }
    }
  }
}

TEST_CASE("quote marks: asked for the same place again they say the same") {
  const std::string text = std::string(5000, ' ') + "\"" + std::string(5000, ' ') + "\\";
  QuoteMarks marks(AsBytes(text));
  for (int i = 0; i < 3; ++i) CHECK(marks.Next(17) == 5000);
  CHECK(marks.Next(5000) == 5000);
  for (int i = 0; i < 3; ++i) CHECK(marks.Next(5001) == 10'001);
  for (int i = 0; i < 3; ++i) CHECK(marks.Next(10'002) == 10'002);
  CHECK(marks.Next(20'000) == 10'002);
}

}  // namespace picket
