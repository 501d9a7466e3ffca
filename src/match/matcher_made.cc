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
  gathered_.clear();
  changed_.Take(text, base.text_size(), copies, reach_beside_);
  bool good = !changed_.is_whole() && GatherHits(text, base, SearchScope::kAllElse);
  if (good) {
    changed_.Take(text, base.text_size(), copies, reach_everywhere_);
    good = GatherHits(text, base, SearchScope::kEverywhere);
  }
  changed_.Trim();
  return good && !HasLostExpression(base);
}

bool Matcher::GatherHits(Bytes text, const HitList& base, SearchScope scope) {
  const uint64_t most = HitList::Most(text.size());
  const auto wanted = [&](uint32_t id) {
    return IsSearchedEverywhere(id) == (scope == SearchScope::kEverywhere);
  };
  if (!changed_.CarryOver(base, wanted, most, &gathered_)) return false;
  scope_ = scope;
  CollectAll(changed_.bytes(), nullptr, [&] {
    for (const Hit& hit : hits_) {
      if (gathered_.size() > most) return;
      if (IsExpression(hit.id)) {
        changed_.MapWherever(hit, &gathered_);
      } else {
        changed_.MapHit(hit, &gathered_);
      }
    }
  });
  scope_ = SearchScope::kAll;
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
  const auto is_new = [&kept, this](const Hit& hit) {
    return IsExpression(hit.id) && std::find(kept.begin(), kept.end(), hit.id) == kept.end();
  };
  for (const Hit& hit : gathered_) {
    if (is_new(hit)) kept.push_back(hit.id);
  }
  return std::any_of(base.hits().begin(), base.hits().end(), is_new);
}

}  // namespace picket
