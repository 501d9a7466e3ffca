#include "cli/debts_audit.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "cli/engine.h"
#include "cli/gate.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/push_gate.h"
#include "git/git_ancestry.h"
#include "report/lines.h"

namespace picket {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

class DebtsAudit {
 public:
  DebtsAudit(const CommonOptions& common, const Repository& repository, bool settle)
      : common_(common),
        repository_(repository),
        stats_(common),
        policy_(ReadServerPolicy(common, repository)),
        engine_(common, policy_),
        book_(DebtsOf(repository, policy_)) {
    // What it is for: a gap that only warned let these in. Whoever settles them knows the gaps.
    policy_.gaps = settle ? Action::kWarn : Action::kBlock;
  }

  int Run() {
    refs_.refs = repository_.Refs(&refs_.head);
    known_ = book_.Read();
    const std::set<Debt> gone = DropUnreachable();
    const size_t count = known_.debts.size();
    std::set<Debt> done = gone;
    Verdict verdict = Judge(known_.debts);
    if (verdict.outcome == Outcome::kPass) {
      done.insert(known_.debts.begin(), known_.debts.end());
    } else if (count > 1) {
      // One that can't be judged must not keep the others on the list.
      for (const Debt& debt : known_.debts)
        if (Judge({debt}).outcome == Outcome::kPass) done.insert(debt);
    }
    if (!done.empty()) {
      book_.Change(
          [&](DebtList* list) {
            std::erase_if(list->debts, [&](const Debt& debt) { return done.contains(debt); });
          },
          kPatience);
    }
    const size_t judged = done.size() - gone.size();
    if (!gone.empty())
      verdict.notes.push_back(Count(gone.size(), "debt") + " dropped: no ref reaches it any more.");
    if (count == 0) {
      verdict.notes.push_back("There are no debts here.");
    } else {
      verdict.notes.push_back(Number(judged) + " of " + Count(count, "debt") +
                              " were judged and taken off the list " + book_.file() + ".");
    }
    return WriteReport(verdict, Gate::kAudit, common_);
  }

 private:
  std::set<Debt> DropUnreachable() {
    std::vector<ObjectId> tips;
    for (const Debt& debt : known_.debts) tips.push_back(debt.tip);
    const std::vector<bool> reachable = FindReachable(repository_, refs_.refs, tips);
    std::vector<Debt> kept;
    std::set<Debt> gone;
    for (size_t i = 0; i < tips.size(); ++i) {
      if (reachable[i] || MayBeUnderWay(known_.debts[i])) {
        kept.push_back(std::move(known_.debts[i]));
      } else {
        gone.insert(std::move(known_.debts[i]));
      }
    }
    known_.debts = std::move(kept);
    return gone;
  }

  // What `debts` bring, as the gate would judge it. The others count as unjudged too.
  Verdict Judge(const std::vector<Debt>& debts) {
    const Unjudged unjudged = UnjudgedOf(known_);
    RefUpdates updates;
    for (const Debt& debt : debts) updates.Add(ObjectId(), debt.tip, debt.ref);
    const ChangeList changes =
        ListReceived(repository_, updates, {.refs = &refs_, .unjudged = &unjudged, .watch = {}});
    GitAncestry ancestry(repository_, GitAncestry::Base::kCommits);
    return JudgeChange({.gate = Gate::kPreReceive,
                        .common = common_,
                        .repository = repository_,
                        .policy = policy_,
                        .engine = engine_,
                        .changes = changes,
                        .ancestry = ancestry,
                        .stats = stats_});
  }

  const CommonOptions& common_;
  const Repository& repository_;
  StatsLine stats_;
  Policy policy_;
  Engine engine_;
  DebtBook book_;
  ExistingRefs refs_;
  DebtList known_;
};

}  // namespace

int AuditDebts(const CommonOptions& common, const std::string& repository, bool settle) {
  const std::unique_ptr<Repository> opened = Repository::OpenAt(repository);
  return DebtsAudit(common, *opened, settle).Run();
}

}  // namespace picket
