// Matcher: texts that are made from others.
#include <algorithm>

#include "match/matcher.h"
#include "match/split_word.h"

namespace picket {
namespace {

// Whether a run counts may depend on so many bytes beside what a match stands on: one that is as
// long as any that is asked for (SearchReach) counts whatever goes on from it. They have to be
// copied with it.
constexpr uint32_t kRunMargin = 32;

}  // namespace

void Matcher::ScanMade(Bytes text, const HitList& base, std::span<const CopiedRange> copies,
                       MatchJudge& judge, HitList* keep) {
  if (!base.whole() || !GatherHits(text, base, copies)) {
    Scan(text, judge, keep);
    return;
  }
  if (keep != nullptr) {
    keep->Reset(text.size());
    if (has_far_word_) keep->NoteFarWord();
    keep->Add(gathered_);
    keep->Finish();
  }
  ForgetDecided();
  Drain(text, &gathered_, judge);
}

// A few rules reach three times as far as the others, so that the reach of these is another. Most
// texts have none of their words: one that is new stands in what is searched for the others.
bool Matcher::GatherHits(Bytes text, const HitList& base, std::span<const CopiedRange> copies) {
  if (reach_near_.after == 0) FindReaches();
  gathered_.clear();
  has_far_word_ = base.has_far_word();
  changed_.Take(text, base.text_size(), copies, reach_near_);
  bool good = !changed_.is_whole() && GatherHits(text, base, SearchScope::kNear);
  if (good && (has_far_word_ || rules_->database(SearchGroup::kEverywhere) != nullptr)) {
    changed_.Take(text, base.text_size(), copies, reach_far_);
    good = GatherHits(text, base, SearchScope::kFar);
  }
  changed_.Trim();
  if (good) GatherEscapes(text, base);
  return good;
}

bool Matcher::GatherHits(Bytes text, const HitList& base, SearchScope scope) {
  const uint64_t most = HitList::Most(text.size());
  const auto wanted = [&](uint32_t id) { return ScopeOf(GroupOf(id)) == scope; };
  if (!changed_.CarryOver(base, wanted, most, &gathered_)) return false;
  scope_ = scope;
  CollectAll(changed_.bytes(), nullptr, [&] {
    for (const Hit& hit : hits_) {
      if (gathered_.size() > most) return;
      // The first of its kind counts for those behind it.
      if (IsEscape(hit.id)) {
        changed_.MapByte(hit, &gathered_);
      } else {
        changed_.MapHit(hit, &gathered_);
      }
    }
  });
  scope_ = SearchScope::kAll;
  return gathered_.size() <= most;
}

bool Matcher::IsEscape(uint32_t id) const {
  const std::optional<uint32_t> first = rules_->escape_id();
  return first && id >= *first && id < *first + kEscapeKinds;
}

// Of each kind one is enough. Those that the base has are carried over, unless the one that is
// known of a kind stood in what changed: then there may be others, and all of the text is looked
// through.
void Matcher::GatherEscapes(Bytes text, const HitList& base) {
  if (!rules_->escape_id()) return;
  std::array<bool, kEscapeKinds> found{};
  std::array<bool, kEscapeKinds> wanted{};
  const auto mark = [this](std::span<const Hit> hits, std::array<bool, kEscapeKinds>* kinds) {
    for (const Hit& hit : hits) {
      if (IsEscape(hit.id)) (*kinds)[hit.id - *rules_->escape_id()] = true;
    }
  };
  mark(gathered_, &found);
  mark(base.hits(), &wanted);
  bool known = true;
  for (size_t kind = 0; kind < kEscapeKinds; ++kind)
    known = known && (found[kind] || !wanted[kind]);
  if (known) return;
  FindSigns(text, 0, &signs_);
  ForgetHits();
  CollectEscapes(text, 0, text.size());
  gathered_.insert(gathered_.end(), hits_.begin(), hits_.end());
}

void Matcher::FindReaches() {
  const auto widen = [this](SearchGroup group, uint64_t before, uint64_t before_line) {
    HitReach& reach = ScopeOf(group) == SearchScope::kFar ? reach_far_ : reach_near_;
    reach.before = std::max(reach.before, before + kRunMargin);
    reach.before_line = std::max(reach.before_line, before_line + kRunMargin);
    reach.after = kMeasuredReach + kRunMargin;
    if (group != SearchGroup::kSplit) return;
    reach.line_after = kLongestSplitWord + kBehindSplitWord;
  };
  widen(SearchGroup::kEverywhere, 0, 0);
  widen(SearchGroup::kToken, kLiteralView, kLiteralView);
  for (const Rule& rule : rules_->rules())
    if (!rule.is_path_rule()) widen(rule.group, rule.max_width, rule.line_head);
  for (const EncodedLiteral& literal : rules_->literals()) {
    widen(literal.group(), literal.width, literal.width);
  }
}

Matcher::SearchScope Matcher::ScopeOf(SearchGroup group) {
  switch (group) {
    case SearchGroup::kEverywhere:
    case SearchGroup::kFarWord: return SearchScope::kFar;
    default: return SearchScope::kNear;
  }
}

SearchGroup Matcher::GroupOf(uint32_t id) const {
  const size_t rules = rules_->rules().size();
  return id < rules ? rules_->rules()[id].group : rules_->literals()[id - rules].group();
}

}  // namespace picket
