#include "weights/find_word.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

namespace picket {
namespace {

TEST_CASE("find word: where the library's own search finds it, at every place and length") {
  std::mt19937 random(1);
  const auto below = [&random](size_t most) { return static_cast<size_t>(random() % most); };
  constexpr std::string_view kLetters = "\"a_bclsnme ";
  for (const std::string_view word : {"\"a_b", "ab", "a", "_", "\"class_name\""}) {
    for (int i = 0; i < 2000; ++i) {
      std::string text(below(600), ' ');
      for (char& c : text) c = kLetters[below(kLetters.size())];
      if (i % 2 == 0) text.insert(below(text.size() + 1), word);
      CHECK(FindWord(text, word) == text.find(word));
    }
    for (size_t before = 0; before < 300; ++before) {
      const std::string text = std::string(before, '_') + std::string(word);
      CHECK(FindWord(text, word) == text.find(word));
      CHECK(FindWord(text.substr(0, text.size() - 1), word) ==
            text.substr(0, text.size() - 1).find(word));
    }
  }
  CHECK(FindWord("", "\"a_b") == std::string_view::npos);
}

}  // namespace
}  // namespace picket
