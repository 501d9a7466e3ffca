// Matcher: texts that are made from others.
#include <algorithm>

#include "match/line_head.h"
#include "match/matcher.h"

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
    keep->Add(gathered_);
    keep->Finish();
  }
  std::fill(resume_.begin(), resume_.end(), 0);
  Drain(text, &gathered_, judge);
}

// A few rules reach five times as far as the others, so that the reach of these is another. What
// goes by what stands far behind it, and what is told once for a window, is looked for in the whole
// text, which costs little.
bool Matcher::GatherHits(Bytes text, const HitList& base, std::span<const CopiedRange> copies) {
  if (reach_near_.after == 0) FindReaches();
  gathered_.clear();
  changed_.Take(text, base.text_size(), copies, reach_near_);
  bool good = !changed_.is_whole() && GatherHits(text, base, SearchScope::kNear);
  if (good) {
    changed_.Take(text, base.text_size(), copies, reach_far_);
    good = GatherHits(text, base, SearchScope::kFar);
  }
  changed_.Trim();
  return good && GatherHitsOfWhole(text);
}

bool Matcher::GatherHits(Bytes text, const HitList& base, SearchScope scope) {
  const uint64_t most = HitList::Most(text.size());
  const auto wanted = [&](uint32_t id) { return ScopeOf(GroupOf(id)) == scope; };
  if (!changed_.CarryOver(base, wanted, most, &gathered_)) return false;
  scope_ = scope;
  CollectAll(changed_.bytes(), nullptr, [&] {
    for (const Hit& hit : hits_) {
      if (gathered_.size() <= most) changed_.MapHit(hit, &gathered_);
    }
  });
  scope_ = SearchScope::kAll;
  return gathered_.size() <= most;
}

bool Matcher::GatherHitsOfWhole(Bytes text) {
  const uint64_t most = HitList::Most(text.size());
  scope_ = SearchScope::kWhole;
  CollectAll(text, nullptr, [&] {
    if (gathered_.size() <= most) gathered_.insert(gathered_.end(), hits_.begin(), hits_.end());
  });
  scope_ = SearchScope::kAll;
  return gathered_.size() <= most;
}

void Matcher::FindReaches() {
  const auto widen = [this](SearchGroup group, uint64_t before, uint64_t before_line) {
    if (ScopeOf(group) == SearchScope::kWhole) return;
    HitReach& reach = ScopeOf(group) == SearchScope::kFar ? reach_far_ : reach_near_;
    reach.before = std::max(reach.before, before + kRunMargin);
    reach.before_line = std::max(reach.before_line, before_line + kRunMargin);
    reach.after = kMeasuredReach + kRunMargin;
  };
  widen(SearchGroup::kEverywhere, 0, 0);
  widen(SearchGroup::kToken, kLiteralView, kLiteralView);
  for (const Rule& rule : rules_->rules()) {
    if (!rule.is_path_rule()) widen(rule.group, rule.max_width, WidestLineHead(rule.pattern));
  }
  for (const EncodedLiteral& literal : rules_->literals()) {
    widen(literal.group(), literal.width, literal.width);
  }
}

Matcher::SearchScope Matcher::ScopeOf(SearchGroup group) {
  switch (group) {
    case SearchGroup::kEverywhere:
    case SearchGroup::kWord: return SearchScope::kFar;
    case SearchGroup::kEscape:
    case SearchGroup::kSplit: return SearchScope::kWhole;
    default: return SearchScope::kNear;
  }
}

SearchGroup Matcher::GroupOf(uint32_t id) const {
  const size_t rules = rules_->rules().size();
  return id < rules ? rules_->rules()[id].group : rules_->literals()[id - rules].group();
}

}  // namespace picket
