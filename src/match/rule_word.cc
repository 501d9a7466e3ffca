#include "match/rule_word.h"

#include <algorithm>
#include <array>

#include "match/dialect.h"
#include "match/name_word.h"
#include "match/word_finder.h"

namespace picket {
namespace {

// A word that is more frequent would have much of a text searched.
constexpr double kMostFrequent = 2e-4;
constexpr double kRare = 5e-6;
// Of a match with a word in it, in bytes: what stands around words is copied.
constexpr uint64_t kWidest = 1024;
// Names of secrets and other words of programs are more frequent than their letters make them: so
// many of a million bytes of source text begin each of kNameWords, and of others.
constexpr std::array<double, kNameWords.size()> kNamesPerMillion = {
    520, 140, 10, 70, 330, 730, 10, 110, 730, 40, 5, 50, 660, 1060};
struct CommonWord {
  std::string_view text;
  double per_million;
};
constexpr CommonWord kCommonWords[] = {{"access", 90},   {"encrypt", 30},  {"experime", 25},
                                       {"registry", 15}, {"subscrip", 10}, {"variable", 40}};

double OddsOf(std::string_view word) {
  if (word.empty()) return 1;
  for (const CommonWord& common : kCommonWords) {
    if (word.starts_with(common.text)) return common.per_million / 1e6;
  }
  for (size_t i = 0; i < kNameWords.size(); ++i) {
    const std::string_view name = kNameWords[i];
    // A name, or the end of one that `word` begins in.
    for (size_t part = name.size(); part >= kShortestWord; --part) {
      if (!word.starts_with(name.substr(name.size() - part))) continue;
      return kNamesPerMillion[i] / 1e6 * OddsOf(word.substr(part));
    }
  }
  return OddsOfWord(word.substr(0, 1)) * OddsOf(word.substr(1));
}

// The first that is rare, since vendors stand first, and else the rarest.
std::optional<RuleWord> WordOf(const PatternPath& path) {
  uint64_t width = 0;
  for (const PathStep& step : path) width += step.measured ? 0 : step.max;
  if (width > kWidest) return std::nullopt;
  std::optional<RuleWord> rarest;
  double least = kMostFrequent;
  uint64_t before = 0;
  for (size_t i = 0; i < path.size() && !path[i].measured && least > kRare;
       before += path[i++].max) {
    RuleWord word;
    for (size_t j = i; j < path.size() && word.text.size() < kLongestWord; ++j) {
      const PathStep& step = path[j];
      if (step.letter == 0 || step.letter >= 0x80 || step.min != 1 || step.max != 1) break;
      word.text.push_back(static_cast<char>(FoldWordByte(step.letter)));
    }
    if (word.text.size() < kShortestWord) continue;
    const double odds = OddsOf(word.text);
    if (odds >= least) continue;
    least = odds;
    word.before = static_cast<uint32_t>(before);
    word.after = static_cast<uint32_t>(width - before - word.text.size());
    rarest = std::move(word);
  }
  return rarest;
}

}  // namespace

std::optional<std::vector<RuleWord>> ChooseWords(const std::vector<PatternPath>& paths) {
  std::vector<RuleWord> words;
  for (const PatternPath& path : paths) {
    const std::optional<RuleWord> word = WordOf(path);
    if (!word) return std::nullopt;
    MergeWords({*word}, &words);
  }
  return words;
}

std::optional<std::vector<RuleWord>> ChooseWords(std::string_view pattern) {
  const std::optional<std::vector<PatternPath>> paths = ListPaths(ParsePattern(pattern));
  if (!paths) return std::nullopt;
  return ChooseWords(*paths);
}

void MergeWords(const std::vector<RuleWord>& more, std::vector<RuleWord>* words) {
  for (const RuleWord& word : more) {
    const auto same = std::find_if(words->begin(), words->end(), [&word](const RuleWord& known) {
      return known.text == word.text && known.far == word.far;
    });
    if (same == words->end()) {
      words->push_back(word);
      continue;
    }
    same->before = std::max(same->before, word.before);
    same->after = std::max(same->after, word.after);
  }
}

}  // namespace picket
