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

// A few rules of several lines reach five times as far as the others. All of them are searched
// everywhere, so that the reach of the rest is another.
bool Matcher::GatherHits(Bytes text, const HitList& base, std::span<const CopiedRange> copies) {
  if (reach_beside_.after == 0) FindReaches();
  changed_everywhere_.Take(text, base.text_size(), copies, reach_everywhere_);
  changed_beside_.Take(text, base.text_size(), copies, reach_beside_);
  if (changed_everywhere_.is_whole() && changed_beside_.is_whole()) return false;
  const uint64_t most = HitList::Most(text.size());
  gathered_.clear();
  scope_ = SearchScope::kEverywhere;
  bool good = GatherHits(base, changed_everywhere_, most,
                         [this](uint32_t id) { return IsSearchedEverywhere(id); });
  scope_ = SearchScope::kAllElse;
  good = good && GatherHits(base, changed_beside_, most,
                            [this](uint32_t id) { return !IsSearchedEverywhere(id); });
  scope_ = SearchScope::kAll;
  return good && !HasLostExpression(base);
}

template <typename Wanted>
bool Matcher::GatherHits(const HitList& base, const ChangedText& changed, uint64_t most,
                         Wanted wanted) {
  changed.CarryOver(base, wanted, &gathered_);
  CollectAll(changed.bytes(), [&] {
    for (const Hit& hit : hits_) {
      if (gathered_.size() > most) return;
      if (IsExpression(hit.id)) {
        changed.MapWherever(hit, &gathered_);
      } else {
        changed.MapHit(hit, &gathered_);
      }
    }
  });
  return gathered_.size() <= most;
}

void Matcher::FindReaches() {
  const auto widen = [](HitReach* reach, uint64_t before, uint64_t before_line) {
    reach->before = std::max(reach->before, before + kRunMargin);
    reach->before_line = std::max(reach->before_line, before_line + kRunMargin);
    reach->after = kMeasuredReach + kRunMargin;
  };
  const auto reach_of = [this](SearchGroup group) {
    return group == SearchGroup::kEverywhere ? &reach_everywhere_ : &reach_beside_;
  };
  widen(&reach_everywhere_, 0, 0);
  widen(&reach_beside_, kLiteralView, kLiteralView);
  for (const Rule& rule : rules_->rules()) {
    if (rule.is_path_rule()) continue;
    widen(reach_of(rule.group), rule.max_width, WidestLineHead(rule.pattern));
  }
  for (const EncodedLiteral& literal : rules_->literals()) {
    widen(reach_of(literal.group()), literal.width, literal.width);
  }
}

bool Matcher::IsSearchedEverywhere(uint32_t id) const {
  const size_t rules = rules_->rules().size();
  const SearchGroup group =
      id < rules ? rules_->rules()[id].group : rules_->literals()[id - rules].group();
  return group == SearchGroup::kEverywhere;
}

bool Matcher::IsExpression(uint32_t id) const {
  const size_t rules = rules_->rules().size();
  return id >= rules && rules_->literals()[id - rules].is_expression;
}

// Of an expression Hyperscan tells one place in a window. When that is not in the text any more,
// there may be others that nobody has told.
bool Matcher::HasLostExpression(const HitList& base) const {
  std::vector<uint32_t> kept;
  for (const Hit& hit : gathered_) {
    if (IsExpression(hit.id)) kept.push_back(hit.id);
  }
  return std::any_of(base.hits().begin(), base.hits().end(), [&](const Hit& hit) {
    return IsExpression(hit.id) && std::find(kept.begin(), kept.end(), hit.id) == kept.end();
  });
}

}  // namespace picket
