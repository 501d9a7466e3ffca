#include "match/word_finder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace picket {
namespace {

using Places = std::vector<std::tuple<uint32_t, uint16_t>>;

Places Sorted(const std::vector<WordHit>& hits) {
  Places places;
  for (const WordHit& hit : hits) places.emplace_back(hit.at, hit.word);
  std::sort(places.begin(), places.end());
  return places;
}

Places OneByOne(const std::string& text, const std::vector<Word>& words) {
  Places places;
  for (size_t at = 0; at < text.size(); ++at) {
    for (size_t word = 0; word < words.size(); ++word) {
      const std::string& letters = words[word].text;
      if (text.size() - at < letters.size()) continue;
      size_t same = 0;
      while (same < letters.size() &&
             FoldWordByte(static_cast<uint8_t>(text[at + same])) == letters[same]) {
        ++same;
      }
      if (same == letters.size()) {
        places.emplace_back(static_cast<uint32_t>(at), static_cast<uint16_t>(word));
      }
    }
  }
  return places;
}

Places Found(const WordFinder& finder, const std::string& text, Instructions with) {
  std::vector<WordHit> hits;
  finder.Find(AsBytes(text), &hits, with);
  CHECK(std::is_sorted(hits.begin(), hits.end(),
                       [](const WordHit& a, const WordHit& b) { return a.at < b.at; }));
  return Sorted(hits);
}

}  // namespace

TEST_CASE("word finder: in either case, at every place, and none cut off by the end") {
  std::vector<Word> words = {{"key"}, {"\x7fid"}, {"gitlab"}, {"gitlabs"}, {"-----beg"}, {"sk-"}};
  SpreadWords(&words);
  const WordFinder finder(words);
  for (const char* spelled :
       {"", "ke", "KEY", "keyke", "_ID \x7fid", "GitLabs", "gitlab", "-----BEGIN", "-----be",
        "sk-SK-", "k\xe5y \xeb\xe5\xf9", "\xc7itlab", "s\x0bk- sk\x0d"}) {
    for (size_t before = 0; before < 140; ++before) {
      const std::string text = std::string(before, '.') + spelled;
      CAPTURE(text);
      for (Instructions with : KnownInstructions()) {
        REQUIRE(Found(finder, text, with) == OneByOne(text, words));
      }
    }
  }
}

TEST_CASE("word finder: any words in any text") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    const size_t kinds = 2 + random() % 20;
    const auto letter = [&] { return "abcdefghij\x7f-=:\"/019z"[random() % kinds]; };
    std::vector<Word> words(1 + random() % (round % 10 == 0 ? kMostWords : 20));
    for (Word& word : words) {
      for (size_t i = kShortestWord + random() % 6; i > 0; --i) {
        word.text.push_back(static_cast<char>(FoldWordByte(static_cast<uint8_t>(letter()))));
      }
    }
    SpreadWords(&words);
    REQUIRE(std::all_of(words.begin(), words.end(), IsWord));
    const WordFinder finder(words);
    for (int texts = 0; texts < 5; ++texts) {
      std::string text(random() % 2500, ' ');
      for (char& c : text) {
        c = letter();
        if (random() % 4 == 0 && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        if (random() % 50 == 0) c = static_cast<char>(random());
      }
      for (Instructions with : KnownInstructions()) {
        REQUIRE(Found(finder, text, with) == OneByOne(text, words));
      }
    }
  }
}

TEST_CASE("word finder: what is no word") {
  CHECK(IsWord({"key", 15}));
  CHECK_FALSE(IsWord({"key", 16}));
  CHECK_FALSE(IsWord({"ke", 0}));
  CHECK_FALSE(IsWord({"ninechars", 0}));
  CHECK_FALSE(IsWord({"Key", 0}));
  CHECK_FALSE(IsWord({"a_b", 0}));
  CHECK_FALSE(IsWord({"k\xe5y", 0}));
}

}  // namespace picket
