// A push at the server's gate: listed, judged, and whatever follows from that - the list of debts,
// the log, the report - before Git moves a ref.
#pragma once

#include <future>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/hook_watch.h"
#include "cli/output.h"
#include "cli/push_record.h"
#include "core/change_list.h"
#include "core/verdict.h"
#include "git/changes.h"
#include "git/ref_updates.h"
#include "git/repository.h"
#include "scan/debts.h"
#include "scan/policy.h"

namespace picket {

class MalwareDetector;

// Where the debts of a repository are listed, as its policy says.
DebtBook DebtsOf(const Repository& repository, const Policy& policy);
// A push is put on the list before its refs move and its objects leave the quarantine: for a day,
// that no ref reaches a debt says nothing.
bool MayBeUnderWay(const Debt& debt);
// What the walk has to know of them.
Unjudged UnjudgedOf(const DebtList& list);
// Those of `debts` that a run which has examined everything of `changes`, which was listed for
// `updates`, has judged.
std::set<Debt> JudgedDebts(const std::vector<Debt>& debts, const ChangeList& changes,
                           const RefUpdates& updates);

// The references outlive the gate.
struct PushInput {
  const CommonOptions& common;
  const Repository& repository;
  const Policy& policy;
  const RefUpdates& updates;
  std::future<LoadedRules>& rules;  // taken once, by Run()
  HookWatch& watch;
  StatsLine& stats;
};

class PushGate {
 public:
  explicit PushGate(const PushInput& input);
  ~PushGate();
  PushGate(const PushGate&) = delete;
  PushGate& operator=(const PushGate&) = delete;

  // The exit code. Throws Error.
  int Run();
  // Run() has thrown: the push is refused, and that is written down as far as it can be.
  void NoteError(const std::string& why) noexcept;

 private:
  Verdict Judge(const Policy& policy, Engine& engine, const MalwareDetector* malware);
  int Conclude(Verdict verdict, const Bypass& bypass);
  PushOutcome OutcomeOf(const Verdict& verdict) const;
  // What is let in unexamined is listed; what was judged is taken off.
  void SettleDebts(const Verdict& verdict, std::vector<std::string>* notes);
  std::vector<Debt> NewDebts() const;
  void Log(PushOutcome outcome, const Verdict* verdict, const Bypass* bypass, std::string_view why);

  const PushInput input_;
  DebtBook book_;
  PushRecord record_;
  ExistingRefs refs_;
  DebtList known_;
  ChangeList changes_;
  bool sets_refs_;  // and not only deletes some
};

}  // namespace picket
