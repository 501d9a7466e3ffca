#include "match/matcher.h"

#include <hs.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <tuple>

#include "core/error.h"
#include "match/measure.h"
#include "match/name_word.h"
#include "match/rule_regex.h"
#include "match/split_word.h"

namespace picket {
namespace {

constexpr size_t kHits = 16'384;
// A range this small always fits: every id ends at most once at each offset.
constexpr uint64_t kSmallestRange = 16;
bool IsHex(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

char Lower(uint8_t c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

bool HoldsWord(Bytes text, uint64_t begin, uint64_t end, const std::vector<std::string>& words) {
  std::string near;
  for (uint64_t i = begin; i < end; ++i) near.push_back(Lower(text[i]));
  return std::any_of(words.begin(), words.end(), [&near](const std::string& word) {
    return near.find(word) != std::string::npos;
  });
}

bool HasContext(Bytes text, const RawMatch& match) {
  const RuleContext& context = match.rule.context;
  if (context.words.empty()) return true;
  uint64_t begin = match.match.offset - std::min<uint64_t>(match.match.offset, context.before);
  uint64_t end = std::min<uint64_t>(text.size(), match.match.end() + context.after);
  return HoldsWord(text, begin, match.match.offset, context.words) ||
         HoldsWord(text, match.match.end(), end, context.words);
}

// ESC [ digits m, the escape itself being a byte or spelt \033, \x1b, \u001b, \e.
bool EndsColour(Bytes text, uint64_t offset) {
  if (text[offset - 1] != 'm') return false;
  uint64_t at = offset - 1;
  uint64_t floor = offset - std::min<uint64_t>(offset, 24);
  while (at > floor && ((text[at - 1] >= '0' && text[at - 1] <= '9') || text[at - 1] == ';')) --at;
  if (at < 2 || text[at - 1] != '[') return false;
  uint8_t before = text[at - 2];
  return before == 0x1b || before == '3' || before == 'b' || before == 'B' || before == 'e';
}

bool HasLeftNeighbour(Bytes text, const Rule& rule, uint64_t start) {
  return start > 0 && rule.not_before.Contains(text[start - 1]) && !FollowsEscape(text, start);
}

bool HasRightNeighbour(Bytes text, const Rule& rule, uint64_t end) {
  return end < text.size() && rule.not_after.Contains(text[end]);
}

// False when every end from `first` to `last` has a neighbour that the rule refuses. Each match
// ends where Hyperscan says that one does, so that RE2 need not look: it took a third of the time
// over source text, for values that a rule wants at the end of a line.
bool MayEnd(Bytes text, const Rule& rule, uint64_t first, uint64_t last) {
  if (!rule.measure.kind.empty()) return true;
  for (uint64_t end = last + 1; end-- > first;) {
    if (!HasRightNeighbour(text, rule, end)) return true;
  }
  return false;
}

void SortByBegin(std::vector<Landmark>* landmarks) {
  std::sort(landmarks->begin(), landmarks->end(),
            [](const Landmark& a, const Landmark& b) { return a.begin < b.begin; });
}

}  // namespace

bool FollowsEscape(Bytes text, uint64_t offset) {
  auto at = [&](uint64_t back) -> uint8_t { return back <= offset ? text[offset - back] : 0; };
  if (offset < 2) return false;
  uint8_t last = at(1);
  static constexpr std::string_view kSimple = "nrtbfv0ae";
  if (at(2) == '\\' && kSimple.find(static_cast<char>(last)) != std::string_view::npos) return true;
  bool two_hex = IsHex(last) && IsHex(at(2));
  if (two_hex && (at(3) == '%' || at(3) == '=')) return true;
  if (two_hex && at(3) == 'x' && at(4) == '\\') return true;
  bool four_hex = two_hex && IsHex(at(3)) && IsHex(at(4));
  if (four_hex && (at(5) == 'u' || at(5) == 'U') && at(6) == '\\') return true;
  bool octal =
      two_hex && at(3) >= '0' && at(3) <= '3' && at(4) == '\\' && last <= '7' && at(2) <= '7';
  return octal || EndsColour(text, offset);
}

struct Matcher::Collector {
  Matcher& matcher;
  uint64_t base = 0;                 // offset of the scanned bytes in the text
  const Excerpt* excerpt = nullptr;  // what is scanned of them; null for all
  uint64_t after = 0;                // ends up to here belong to the range before,
  uint64_t last = 0;                 // those behind here to the next one
  bool full = false;

  static int OnHit(unsigned int id, unsigned long long, unsigned long long to, unsigned int,
                   void* context) {
    Collector& self = *static_cast<Collector*>(context);
    uint64_t end = self.base + (self.excerpt == nullptr ? to : self.excerpt->EndInText(to));
    if (end <= self.after || end > self.last) return 0;
    Matcher& matcher = self.matcher;
    uint32_t& last = matcher.last_hit_[id];
    // Literals are told one by one, in the order of their ends.
    const bool is_rule = id < matcher.rules_->rules().size();
    if (is_rule && last != 0 && matcher.hits_[last - 1].last_end + 1 == end) {
      matcher.hits_[last - 1].last_end = end;
      return 0;
    }
    if (matcher.hits_.size() == matcher.hits_.capacity()) {
      self.full = true;
      return 1;
    }
    matcher.hits_.push_back({id, end, end});
    last = static_cast<uint32_t>(matcher.hits_.size());
    return 0;
  }
};

Matcher::Matcher(std::shared_ptr<const RuleSet> rules, uint64_t window)
    : rules_(std::move(rules)), window_(std::max(window, kSmallestRange)) {
  size_t ids = rules_->rules().size() + rules_->literals().size();
  hits_.reserve(std::max(kHits, ids * kSmallestRange));
  last_hit_.resize(ids);
  resume_.resize(rules_->rules().size());
  regexes_.resize(rules_->rules().size());
}

Matcher::~Matcher() { hs_free_scratch(scratch_); }

void Matcher::Scan(Bytes text, MatchJudge& judge, HitList* keep) {
  if (keep != nullptr) keep->Reset(text.size());
  ForgetDecided();
  has_far_word_ = false;
  CollectAll(text, &judge, [&] {
    if (keep != nullptr) keep->Add(hits_);
    Drain(text, &hits_, judge);
  });
  if (keep == nullptr) return;
  if (has_far_word_) keep->NoteFarWord();
  keep->Finish();
}

void Matcher::CollectAll(Bytes text, const MatchJudge* judge, const std::function<void()>& take) {
  if (!rules_->has_database()) return;
  for (uint64_t begin = 0; begin < text.size(); begin += window_) {
    if (judge != nullptr && judge->IsStopped()) return;
    CollectRange(text, begin, begin + std::min(window_, text.size() - begin), take);
  }
}

// Hyperscan promises no order among hits, so a range is collected whole before any of it is used;
// a range with more hits than the buffer holds is halved.
void Matcher::CollectRange(Bytes text, uint64_t begin, uint64_t end,
                           const std::function<void()>& take) {
  if (Collect(text, begin, end)) {
    take();
    return;
  }
  if (end - begin <= kSmallestRange) {
    throw Error("Hyperscan reports more matches than there can be; this is an error in Picket.");
  }
  uint64_t middle = begin + (end - begin) / 2;
  CollectRange(text, begin, middle, take);
  CollectRange(text, middle, end, take);
}

void Matcher::ForgetHits() {
  for (const Hit& hit : hits_) last_hit_[hit.id] = 0;
  hits_.clear();
}

bool Matcher::Collect(Bytes text, uint64_t begin, uint64_t end) {
  ForgetHits();
  const uint64_t from = begin - std::min<uint64_t>(begin, rules_->widest());
  // A measured body whose head ends in the range may have its run behind it.
  const uint64_t seen = end + std::min<uint64_t>(text.size() - end, kMeasuredReach);
  const Bytes range = text.subspan(from, end - from);
  const Bytes reached = text.subspan(from, seen - from);
  Collector collector{*this, from, nullptr, begin, end};
  if (!Search(SearchGroup::kEverywhere, range, collector)) return false;
  const auto search = [&](SearchGroup group, const std::vector<Landmark>& landmarks) {
    if (!IsWanted(group)) return true;
    excerpt_.Take(reached, landmarks, ReachOf(group));
    collector.excerpt = &excerpt_;
    return Search(group, excerpt_.bytes(), collector);
  };
  if (scope_ == SearchScope::kFar) {
    FindFarWords(reached);
    return search(SearchGroup::kFarWord, beside_far_words_);
  }
  // The first to read the text, because it has so much to do with each byte that it does not wait
  // for memory.
  FindWords(reached);
  has_far_word_ = has_far_word_ || !beside_far_words_.empty();
  FindSigns(reached, begin - from, &signs_);
  if (signs_.nul && !Search(SearchGroup::kWide, range, collector)) return false;
  CollectEscapes(text, from, end);
  if (IsWanted(SearchGroup::kSplit)) {
    // A word of the range may end far behind it.
    const uint64_t split_end = end + std::min<uint64_t>(text.size() - end, kSplitWordReach);
    FindSplitWords(text.subspan(from, split_end - from), &others_);
    while (!others_.empty() && others_.back().begin >= reached.size()) others_.pop_back();
    if (!search(SearchGroup::kSplit, others_)) return false;
  }
  FindUserinfo(reached, signs_.at_signs, &others_);
  if (!search(SearchGroup::kUserinfo, others_)) return false;
  if (!search(SearchGroup::kPassword, passwords_)) return false;
  if (!search(SearchGroup::kWord, beside_words_)) return false;
  if (!search(SearchGroup::kFarWord, beside_far_words_)) return false;
  run_finder_.Find(reached, &runs_);
  NameRuns(reached, names_, runs_, rules_->widest_named(), &named_runs_);
  for (SearchGroup group : kSearchGroups) {
    if (!IsBesideTokenRuns(group) || rules_->database(group) == nullptr) continue;
    excerpt_.Take(reached, ReachOf(group).named ? named_runs_ : runs_, ReachOf(group));
    if (!Search(group, excerpt_.bytes(), collector)) return false;
  }
  return true;
}

// Those of signs_, which were found from `from` on. There are three of them at most.
void Matcher::CollectEscapes(Bytes text, uint64_t from, uint64_t end) {
  const std::optional<uint32_t> id = rules_->escape_id();
  if (!id || !IsWanted(SearchGroup::kEscape)) return;
  for (const uint32_t at : signs_.escapes) {
    const uint64_t behind = from + at + 1;
    if (behind <= end) hits_.push_back({*id + EscapeKindOf(text[behind - 1]), behind, behind});
  }
}

// Names, and what stands beside the rules' own words.
void Matcher::FindWords(Bytes text) {
  names_.clear();
  passwords_.clear();
  beside_words_.clear();
  beside_far_words_.clear();
  rules_->words().Find(text, &word_hits_);
  for (const WordHit& hit : word_hits_) {
    if (hit.word >= kNameWords.size()) {
      TakeWord(text, rules_->rule_words()[hit.word - kNameWords.size()], hit.at);
      continue;
    }
    const uint32_t length = NameLength(text, hit.at, hit.word);
    if (length == 0) continue;
    names_.push_back({hit.at, hit.at + length});
    if (IsPasswordName(hit.word)) passwords_.push_back(names_.back());
  }
  SortByBegin(&beside_words_);
  SortByBegin(&beside_far_words_);
}

void Matcher::FindFarWords(Bytes text) {
  beside_far_words_.clear();
  rules_->far_words().Find(text, &word_hits_);
  for (const WordHit& hit : word_hits_) {
    TakeWord(text, rules_->rule_words()[rules_->far_indexes()[hit.word]], hit.at);
  }
  SortByBegin(&beside_far_words_);
}

void Matcher::TakeWord(Bytes text, const RuleWord& word, uint32_t at) {
  const uint64_t end = uint64_t{at} + word.text.size() + word.after;
  (word.far ? beside_far_words_ : beside_words_)
      .push_back({at - std::min(at, word.before),
                  static_cast<uint32_t>(std::min<uint64_t>(end, text.size()))});
}

// One scratch space for all databases: it grows to what the largest needs. Hyperscan holds a
// database against its checksum then.
void Matcher::Prepare(SearchGroup group) {
  bool& prepared = prepared_[static_cast<size_t>(group)];
  if (prepared) return;
  const hs_error_t status = hs_alloc_scratch(rules_->database(group), &scratch_);
  if (status == HS_NOMEM) throw std::bad_alloc();
  if (status != HS_SUCCESS) {
    if (rules_->file_path().empty()) {
      throw Error("Hyperscan refuses the database that it compiled; this is an error in it.");
    }
    throw Error("The compiled rules " + rules_->file_path() +
                " are damaged, so nothing was judged; remove that file and run `picket rules "
                "compile`.");
  }
  prepared = true;
}

// False when the hits are too many.
bool Matcher::Search(SearchGroup group, Bytes bytes, Collector& collector) {
  const hs_database_t* database = rules_->database(group);
  if (database == nullptr || bytes.empty() || !IsWanted(group)) return true;
  Prepare(group);
  const hs_error_t status =
      hs_scan(database, reinterpret_cast<const char*>(bytes.data()),
              static_cast<unsigned>(bytes.size()), 0, scratch_, &Collector::OnHit, &collector);
  if (status == HS_SCAN_TERMINATED && collector.full) return false;
  if (status != HS_SUCCESS) {
    throw Error("Hyperscan failed with code " + std::to_string(status) +
                "; compile the rules again by running the installation.");
  }
  return true;
}

void Matcher::Drain(Bytes text, std::vector<Hit>* hits, MatchJudge& judge) {
  uint32_t rules = static_cast<uint32_t>(rules_->rules().size());
  std::sort(hits->begin(), hits->end(), [rules](const Hit& a, const Hit& b) {
    return std::tuple(std::min(a.id, rules), a.first_end, a.id) <
           std::tuple(std::min(b.id, rules), b.first_end, b.id);
  });
  const Hit* before = nullptr;
  for (const Hit& hit : *hits) {
    if (hit.id < rules) {
      Confirm(text, hit, judge);
      continue;
    }
    const EncodedLiteral& literal = rules_->literals()[hit.id - rules];
    const bool again = before != nullptr && *before == hit;
    before = &hit;
    if (again || !IsLiteralWithinReach(text, literal, hit.first_end)) continue;
    judge.OnEncoded(text, literal, hit.first_end - literal.width);
  }
}

// Those that are searched beside token runs count where a run that can be seen from their end is
// near, those of words that may go on where they stand in one, so that they don't depend on where a
// window ends, or on what else is searched.
bool Matcher::IsLiteralWithinReach(Bytes text, const EncodedLiteral& literal, uint64_t end) {
  // Across two pieces of an excerpt.
  if (end < literal.width) return false;
  if (literal.group() == SearchGroup::kSplit) return IsInSplitWord(text, end - literal.width, end);
  if (!IsBesideTokenRuns(literal.group())) return true;
  const SearchReach& reach = ReachOf(literal.group());
  const uint64_t begin = end - std::min<uint64_t>({end, rules_->widest(), kLiteralView});
  const uint64_t last = end + std::min<uint64_t>(text.size() - end, kMeasuredReach);
  run_finder_.Find(text.subspan(begin, last - begin), &runs_);
  return std::any_of(runs_.begin(), runs_.end(), [&](const TokenRun& run) {
    return reach.Counts(run) && begin + run.begin <= end - literal.width + reach.before &&
           end <= begin + run.end + reach.after;
  });
}

void Matcher::Confirm(Bytes text, const Hit& hit, MatchJudge& judge) {
  const Rule& rule = rules_->rules()[hit.id];
  if (rule.min_width == rule.max_width) {
    ConfirmFixed(text, hit, judge);
    return;
  }
  if (!MayEnd(text, rule, hit.first_end, hit.last_end)) return;
  const RuleRegex& regex = Regex(hit.id);
  RegexMatch match;
  uint64_t limit = std::min<uint64_t>(text.size(), hit.last_end + rule.max_width);
  uint64_t reach = std::min<uint64_t>(hit.first_end, rule.max_width);
  uint64_t position =
      regex.EarliestStart(text, std::max(resume_[hit.id], hit.first_end - reach), hit.first_end);
  while (position < hit.last_end && regex.Find(text, position, hit.last_end, limit, &match)) {
    uint64_t end = Examine(text, hit.id, match, judge);
    position = end == 0 ? match.match.offset + 1 : end;
  }
  // `limit` cut off no match that starts before the hit's end, so all of those are decided now.
  Decide(hit.id, std::max(position, hit.last_end));
}

// Where the width is fixed an end tells the start, so that a wrong neighbour costs nothing.
void Matcher::ConfirmFixed(Bytes text, const Hit& hit, MatchJudge& judge) {
  const Rule& rule = rules_->rules()[hit.id];
  const RuleRegex& regex = Regex(hit.id);
  RegexMatch match;
  for (uint64_t end = hit.first_end; end <= hit.last_end; ++end) {
    if (end < rule.max_width) continue;
    uint64_t start = end - rule.max_width;
    if (start < resume_[hit.id] || HasLeftNeighbour(text, rule, start)) continue;
    if (!MayEnd(text, rule, end, end)) continue;
    if (!regex.FindWhole(text, start, end, &match)) continue;
    uint64_t accepted = Examine(text, hit.id, match, judge);
    if (accepted != 0) Decide(hit.id, accepted);
  }
}

uint64_t Matcher::Examine(Bytes text, uint32_t id, const RegexMatch& found,
                          MatchJudge& judge) const {
  const Rule& rule = rules_->rules()[id];
  RawMatch match{rule, id, found.match, found.capture, found.match.end()};
  uint64_t start = match.match.offset;
  if (HasLeftNeighbour(text, rule, start)) return 0;
  std::optional<uint64_t> end = MeasureBody(rule.measure, text, match.head_end);
  if (!end || HasRightNeighbour(text, rule, *end)) return 0;
  const uint64_t seen = std::min(*end, match.head_end + kMeasuredReach);
  const Bytes seen_text = text.subspan(start, seen - start);
  if (!IsWithinReach(rule, seen_text, match.head_end - start)) return 0;
  if (!rule.measure.kind.empty()) {
    match.match.length = *end - start;
    match.capture.length = *end - match.capture.offset;
  }
  if (!HasContext(text, match) || !judge.Accept(text, match)) return 0;
  return *end;
}

// Most texts decide nothing, and there are a thousand rules.
void Matcher::ForgetDecided() {
  for (const uint32_t rule : resumed_) resume_[rule] = 0;
  resumed_.clear();
}

void Matcher::Decide(uint32_t rule, uint64_t position) {
  if (resume_[rule] == 0) resumed_.push_back(rule);
  resume_[rule] = position;
}

const RuleRegex& Matcher::Regex(uint32_t rule) {
  std::unique_ptr<RuleRegex>& regex = regexes_[rule];
  if (regex == nullptr) regex = std::make_unique<RuleRegex>(rules_->rules()[rule]);
  return *regex;
}

}  // namespace picket
