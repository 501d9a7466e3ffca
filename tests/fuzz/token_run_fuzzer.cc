// Token runs, names and URLs are those of their definitions, whatever the text and wherever it
// starts, and an excerpt leads back to them.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "match/excerpt.h"
#include "match/name_word.h"
#include "match/split_word.h"
#include "match/text_signs.h"
#include "match/word_finder.h"
#include "support/text_signs_oracle.h"
#include "support/token_run_oracle.h"

namespace {

bool SameLandmarks(const std::vector<picket::Landmark>& a, const std::vector<picket::Landmark>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const picket::Landmark& left, const picket::Landmark& right) {
                      return left.begin == right.begin && left.end == right.end;
                    });
}

// The ways of finding agree with the definition, or with the plain one.
void TryFinders(picket::Bytes text) {
  using namespace picket;
  static const WordFinder* const kFinder = [] {
    std::vector<Word> words;
    for (std::string_view name : kNameWords) words.push_back({std::string(name)});
    for (const char* word : {"-u\x7f", "keys", "-----beg", "  k"}) words.push_back({word});
    SpreadWords(&words);
    return new WordFinder(words);
  }();
  const auto same_hits = [](const WordHit& a, const WordHit& b) {
    return a.at == b.at && a.word == b.word;
  };
  const TextSigns expected = OracleSigns(AsText(text), text.size() / 3);
  std::vector<Landmark> plain_words;
  FindSplitWords(text, &plain_words, Instructions::kPlain);
  for (const Landmark& word : plain_words) {
    if (!IsInSplitWord(text, word.begin, word.begin)) std::abort();
  }
  std::vector<WordHit> plain_hits;
  kFinder->Find(text, &plain_hits, Instructions::kPlain);
  for (Instructions with : KnownInstructions()) {
    TextSigns signs;
    FindSigns(text, text.size() / 3, &signs, with);
    if (signs.nul != expected.nul || signs.at_signs != expected.at_signs) std::abort();
    if (signs.escapes != expected.escapes) std::abort();
    std::vector<Landmark> words;
    FindSplitWords(text, &words, with);
    if (!SameLandmarks(words, plain_words)) std::abort();
    std::vector<WordHit> hits;
    kFinder->Find(text, &hits, with);
    if (!std::equal(hits.begin(), hits.end(), plain_hits.begin(), plain_hits.end(), same_hits)) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace picket;
  const Bytes text(data, size);
  const std::vector<TokenRun> expected = OracleRuns(AsText(text));
  for (Instructions with : KnownInstructions()) {
    std::vector<TokenRun> runs;
    TokenRunFinder(with).Find(text, &runs);
    if (runs.size() != expected.size()) std::abort();
    for (size_t i = 0; i < runs.size(); ++i) {
      if (runs[i].begin != expected[i].begin || runs[i].end != expected[i].end) std::abort();
      for (SearchGroup group : kSearchGroups) {
        if (ReachOf(group).Counts(runs[i]) != ReachOf(group).Counts(expected[i])) std::abort();
      }
    }
  }
  const std::vector<Landmark> expected_names = OracleNames(AsText(text));
  std::vector<Landmark> names;
  FindNames(text, &names);
  if (!SameLandmarks(names, expected_names)) std::abort();
  const std::vector<TokenRun> named = OracleNamedRuns(AsText(text));
  std::vector<TokenRun> near;
  // Of long runs the parts beside a name.
  NameRuns(text, expected_names, expected, 16, &near);
  for (const TokenRun& run : near) {
    if (run.begin > run.end || run.end > size) std::abort();
  }
  NameRuns(text, expected_names, expected, kUnnamed, &near);
  auto found = near.begin();
  for (const TokenRun& run : named) {
    if (run.name_distance > kFurthestName) continue;
    if (found == near.end() || found->begin != run.begin || found->hex != run.hex ||
        found->name_distance != run.name_distance) {
      std::abort();
    }
    ++found;
  }
  if (found != near.end()) std::abort();
  TryFinders(text);
  std::vector<Landmark> userinfo;
  TextSigns signs;
  FindSigns(text, 0, &signs);
  FindUserinfo(text, signs.at_signs, &userinfo);
  if (!SameLandmarks(userinfo, OracleUserinfo(AsText(text)))) std::abort();
  Excerpt excerpt;
  for (SearchGroup group : kSearchGroups) {
    Rule rule;
    rule.group = group;
    rule.token_run = size % 2 == 0;
    for (uint64_t head : {uint64_t{size}, uint64_t{size / 2}}) {
      if (IsWithinReach(rule, text, head) != OracleIsWithinReach(rule, named, head)) {
        std::abort();
      }
    }
    excerpt.Take(text, named, ReachOf(group));
    for (uint64_t end = 1; end <= excerpt.bytes().size(); ++end) {
      const uint8_t byte = excerpt.bytes()[end - 1];
      const uint64_t place = excerpt.EndInText(end);
      if (place > size || (byte != 0 && text[place - 1] != byte)) std::abort();
    }
  }
  return 0;
}
