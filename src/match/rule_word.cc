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
constexpr CommonWord kCommonWords[] = {{"access", 160},  {"encrypt", 42},  {"experime", 30},
                                       {"registry", 67}, {"subscrip", 10}, {"variable", 44},
                                       {"workflow", 29}};

double OddsOf(std::string_view word);

// Where `word` begins in `common`: with all of it, or with the end that a pattern leaves where it
// writes the first letters in either case.
std::optional<double> OddsBegunIn(std::string_view common, double per_million,
                                  std::string_view word) {
  for (size_t part = common.size(); part >= kShortestWord; --part) {
    const std::string_view end = common.substr(common.size() - part);
    // The first letter decides nearly always.
    if (word.front() != end.front() || !word.starts_with(end)) continue;
    return per_million / 1e6 * OddsOf(word.substr(part));
  }
  return std::nullopt;
}

double OddsOf(std::string_view word) {
  if (word.empty()) return 1;
  for (const CommonWord& common : kCommonWords) {
    const auto odds = OddsBegunIn(common.text, common.per_million, word);
    if (odds) return *odds;
  }
  for (size_t i = 0; i < kNameWords.size(); ++i) {
    const auto odds = OddsBegunIn(kNameWords[i], kNamesPerMillion[i], word);
    if (odds) return *odds;
  }
  return OddsOfWord(word.substr(0, 1)) * OddsOf(word.substr(1));
}

struct Candidate {
  RuleWord word;
  double odds = 1;
};

// The words of a path that are not too frequent, in order; none where it is too wide.
std::vector<Candidate> ListWords(const PatternPath& path) {
  std::vector<Candidate> candidates;
  uint64_t width = 0;
  for (const PathStep& step : path) width += step.measured ? 0 : step.max;
  if (width > kWidest) return candidates;
  uint64_t before = 0;
  for (size_t i = 0; i < path.size() && !path[i].measured; before += path[i++].max) {
    RuleWord word;
    for (size_t j = i; j < path.size() && word.text.size() < kLongestWord; ++j) {
      const PathStep& step = path[j];
      if (step.letter == 0 || step.letter >= 0x80 || step.min != 1 || step.max != 1) break;
      word.text.push_back(static_cast<char>(FoldWordByte(step.letter)));
    }
    if (word.text.size() < kShortestWord) continue;
    const double odds = OddsOf(word.text);
    if (odds >= kMostFrequent) continue;
    word.before = static_cast<uint32_t>(before);
    word.after = static_cast<uint32_t>(width - before - word.text.size());
    candidates.push_back({std::move(word), odds});
  }
  return candidates;
}

// The first that is rare, since vendors stand first, and else the rarest.
const Candidate& Choose(const std::vector<Candidate>& candidates) {
  const auto rare = std::find_if(candidates.begin(), candidates.end(),
                                 [](const Candidate& one) { return one.odds <= kRare; });
  if (rare != candidates.end()) return *rare;
  return *std::min_element(candidates.begin(), candidates.end(),
                           [](const Candidate& a, const Candidate& b) { return a.odds < b.odds; });
}

const Candidate* Find(const std::vector<Candidate>& candidates, std::string_view text) {
  const auto same = std::find_if(candidates.begin(), candidates.end(),
                                 [text](const Candidate& one) { return one.word.text == text; });
  return same == candidates.end() ? nullptr : &*same;
}

// The rarest that stands in all of them, if it is no more frequent than `most`; of like ones the
// first, since the end of a word is more frequent than the word.
std::vector<RuleWord> ChooseShared(const std::vector<std::vector<Candidate>>& paths, double most) {
  std::vector<RuleWord> shared;
  for (const Candidate& first : paths.front()) {
    if (shared.empty() ? first.odds > most : first.odds >= most) continue;
    std::vector<RuleWord> words;
    for (const auto& path : paths) {
      const Candidate* const same = Find(path, first.word.text);
      if (same == nullptr) break;
      words.push_back(same->word);
    }
    if (words.size() < paths.size()) continue;
    most = first.odds;
    shared.clear();
    MergeWords(words, &shared);
  }
  return shared;
}

}  // namespace

std::optional<std::vector<RuleWord>> ChooseWords(const std::vector<PatternPath>& paths) {
  std::vector<std::vector<Candidate>> all;
  std::vector<RuleWord> words;
  double odds = 0;
  for (const PatternPath& path : paths) {
    all.push_back(ListWords(path));
    if (all.back().empty()) return std::nullopt;
    const Candidate& chosen = Choose(all.back());
    const size_t known = words.size();
    MergeWords({chosen.word}, &words);
    if (words.size() != known) odds += chosen.odds;
  }
  std::vector<RuleWord> shared;
  if (words.size() > 1) shared = ChooseShared(all, odds);
  return shared.empty() ? words : shared;
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
