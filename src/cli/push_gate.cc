#include "cli/push_gate.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <unordered_set>
#include <utility>

#include "cli/gate.h"
#include "cli/policy_files.h"
#include "cli/shut_in.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "git/alternate_refs.h"
#include "git/git_ancestry.h"
#include "report/lines.h"
#include "scan/malware_detector.h"
#include "scan/push_log.h"

namespace picket {
namespace {

// Enough to know it by; longer names than Git itself can store would make no valid list.
constexpr size_t kLongestRef = 1024;

bool IsSharedWithGroup(const Repository& repository) {
  struct stat status {};
  return stat((repository.common_dir() + "/objects").c_str(), &status) == 0 &&
         (status.st_mode & S_IWGRP) != 0;
}

std::vector<std::string> UpdatedRefs(const RefUpdates& updates) {
  std::vector<std::string> refs;
  for (const RefUpdate& update : updates)
    if (!update.new_oid.is_zero()) refs.emplace_back(update.ref);
  return refs;
}

// What was let pass by a push option is said, and what named nothing.
void AddUse(const Bypass& bypass, Mask& mask, Verdict* verdict) {
  if (bypass.allowances().empty()) return;
  std::unordered_set<std::string> used;
  uint64_t count = 0;
  for (const JudgedFinding& judged : verdict->findings) {
    if (judged.allowed_by != AllowedBy::kBypass) continue;
    ++count;
    used.insert(judged.finding.fingerprint);
  }
  if (count > 0) {
    verdict->notes.push_back(Count(count, "finding") + " let pass by picket.allow, as granted to " +
                             mask.Apply(bypass.who()) + "; it is written down.");
  }
  for (const Allowance& one : bypass.allowances()) {
    if (!used.contains(one.fingerprint))
      verdict->notes.push_back("Nothing in this push needs picket.allow=" + one.fingerprint + ".");
  }
}

// What a developer to whom a bypass is granted may do.
void AddHint(const Bypass& bypass, Verdict* verdict) {
  if (verdict->outcome != Outcome::kBlocked) return;
  for (const JudgedFinding& judged : verdict->findings) {
    if (judged.disposition != Disposition::kBlocks) continue;
    if (!bypass.MayAllow(judged.finding.fingerprint)) continue;
    verdict->notes.push_back(
        "You may let a finding pass, for this push alone; it is written down: git push -o "
        "picket.allow=FINGERPRINT -o picket.reason=\"why it may pass\"");
    return;
  }
}

}  // namespace

bool MayBeUnderWay(const Debt& debt) {
  constexpr std::time_t kDay = 24 * 60 * 60;
  return debt.since > Utc(std::time(nullptr) - kDay);
}

DebtBook DebtsOf(const Repository& repository, const Policy& policy) {
  const std::string& folder = policy.server.debts;
  if (folder.empty())
    return DebtBook(repository.common_dir() + "/picket/debts", IsSharedWithGroup(repository));
  const std::string name =
      ObjectId::FromRaw(AsBytes(Sha256(AsBytes(repository.common_dir())))).ToHex();
  return DebtBook(folder + "/" + name.substr(0, 32), IsSharedWithGroup(repository));
}

Unjudged UnjudgedOf(const DebtList& list) {
  Unjudged unjudged;
  for (const Debt& debt : list.debts) unjudged.tips.push_back(debt.tip);
  const std::unordered_set<ObjectId> tips(unjudged.tips.begin(), unjudged.tips.end());
  for (const ObjectId& commit : list.judged)
    if (!tips.contains(commit)) unjudged.judged.push_back(commit);
  return unjudged;
}

std::set<Debt> JudgedDebts(const std::vector<Debt>& debts, const ChangeList& changes,
                           const RefUpdates& updates) {
  if (debts.empty()) return {};
  const std::vector<ObjectId> values = updates.SetTo();
  std::unordered_set<ObjectId> judged(values.begin(), values.end());
  for (const NewCommit& commit : changes.commits) judged.insert(commit.oid);
  for (const ChangedObject& object : changes.objects)
    if (object.kind == ObjectKind::kTag) judged.insert(object.oid);
  std::set<Debt> result;
  for (const Debt& debt : debts)
    if (judged.contains(debt.tip)) result.insert(debt);
  return result;
}

PushGate::PushGate(const PushInput& input)
    : input_(input),
      book_(DebtsOf(input.repository, input.policy)),
      record_(input.repository.git_dir(), input.updates, GetVariable),
      sets_refs_(input.updates.AreAnySet()) {
  input_.watch.OnEnd([this](const std::string& sentence) { NoteError(sentence); });
}

PushGate::~PushGate() {
  input_.watch.OnEnd(nullptr);
  // A process ends where its gate does, and to take a long list apart would cost it a tenth of what
  // making it has cost.
  static auto* const kept = new ChangeList(std::move(changes_));
  static_cast<void>(kept);
}

void PushGate::Log(PushOutcome outcome, const Verdict* verdict, const Bypass* bypass,
                   std::string_view why) {
  const ServerPolicy& server = input_.policy.server;
  if (server.log.empty() || (outcome == PushOutcome::kPass && !server.log_accepted)) return;
  AppendToLog(server.log, record_.Lines(outcome, verdict, bypass, why, input_.watch.Elapsed()),
              input_.watch.Patience());
}

void PushGate::NoteError(const std::string& why) noexcept {
  try {
    Log(PushOutcome::kIncomplete, nullptr, nullptr, why);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "picket: %s\n", error.what());
  }
}

int PushGate::Run() {
  const Policy& given = input_.policy;
  const std::unique_ptr<MalwareDetector> malware = MalwareDetector::Start(given.malware);
  Engine engine(input_.common, given, input_.rules.get());
  if (malware) engine.Use(*malware);
  if (!given.server.log.empty()) {
    record_.MaskWith(engine.mask(), engine.name(),
                     ServerPolicyId(input_.common, input_.repository));
  }
  // Only a grant asks for them.
  const Bypass bypass(
      given.server,
      given.server.bypass.empty() ? std::vector<std::string>() : UpdatedRefs(input_.updates),
      GetVariable);
  Policy policy = given;
  policy.allow.insert(policy.allow.end(), bypass.allowances().begin(), bypass.allowances().end());
  input_.stats.Mark("open");

  Verdict verdict = Judge(policy, engine, malware.get());
  for (std::string& note : bypass.Notes()) verdict.notes.push_back(std::move(note));
  AddUse(bypass, engine.mask(), &verdict);
  AddHint(bypass, &verdict);
  return Conclude(std::move(verdict), bypass);
}

Verdict PushGate::Judge(const Policy& policy, Engine& engine, const MalwareDetector* malware) {
  const StepWatch listing = input_.watch.BeginListing();
  // The refs before the debts: a push is put on the list before its refs move.
  if (sets_refs_) refs_.refs = input_.repository.Refs(&refs_.head);
  known_ = book_.Read();
  const Unjudged unjudged = UnjudgedOf(known_);
  std::vector<std::string> notes;
  std::vector<ObjectId> lent;
  if (policy.trust_alternates && sets_refs_) {
    const auto is_settled = [&policy](const Repository& lender) {
      return DebtsOf(lender, policy).Read().debts.empty();
    };
    lent = AlternateRefs(input_.repository, is_settled, &notes);
  }
  ShutIn({.gate = Gate::kPreReceive,
          .common = input_.common,
          .policy = policy,
          .engine = engine,
          .repository = &input_.repository,
          .debts = &book_});
  changes_ = ListReceived(input_.repository, input_.updates,
                          {.refs = &refs_,
                           .unjudged = &unjudged,
                           .also_existing = lent,
                           .watch = listing,
                           .threads = engine.threads()});
  changes_.notes.insert(changes_.notes.end(), notes.begin(), notes.end());
  input_.stats.Mark("list");
  GitAncestry ancestry(input_.repository, GitAncestry::Base::kCommits);
  return JudgeChange({.gate = Gate::kPreReceive,
                      .common = input_.common,
                      .repository = input_.repository,
                      .policy = policy,
                      .engine = engine,
                      .changes = changes_,
                      .ancestry = ancestry,
                      .stats = input_.stats,
                      .watch = &input_.watch,
                      .malware = malware});
}

PushOutcome PushGate::OutcomeOf(const Verdict& verdict) const {
  if (verdict.outcome == Outcome::kBlocked) return PushOutcome::kBlocked;
  if (verdict.outcome == Outcome::kIncomplete) return PushOutcome::kIncomplete;
  if (!verdict.complete) return PushOutcome::kDebt;
  const bool bypassed =
      std::any_of(verdict.findings.begin(), verdict.findings.end(),
                  [](const auto& judged) { return judged.allowed_by == AllowedBy::kBypass; });
  return bypassed ? PushOutcome::kBypassed : PushOutcome::kPass;
}

std::vector<Debt> PushGate::NewDebts() const {
  // Where everything new is known, a ref that was set to what is judged already is no debt.
  std::unordered_set<ObjectId> existing;
  for (const Ref& ref : refs_.refs) existing.insert(ref.target);
  std::unordered_set<ObjectId> fresh;
  for (const NewCommit& commit : changes_.commits) fresh.insert(commit.oid);
  const std::unique_ptr<ObjectDatabase> objects = input_.repository.NewObjectDatabase();
  std::unordered_set<ObjectId> unjudged;
  for (const Debt& debt : known_.debts) unjudged.insert(debt.tip);
  const std::string now = Utc(std::time(nullptr));
  std::vector<Debt> debts;
  std::unordered_set<ObjectId> listed;
  for (const RefUpdate& update : input_.updates) {
    const ObjectId& value = update.new_oid;
    if (value.is_zero() || !listed.insert(value).second) continue;
    if (existing.contains(value) && !unjudged.contains(value)) continue;
    ObjectHeader header;
    const bool known_commit = changes_.is_walked &&
                              objects->ReadHeader(value, &header, nullptr) == ReadStatus::kOk &&
                              header.type == ObjectType::kCommit;
    if (known_commit && !fresh.contains(value)) continue;
    debts.push_back({value, now, std::string(update.ref.substr(0, kLongestRef))});
  }
  return debts;
}

void PushGate::SettleDebts(const Verdict& verdict, std::vector<std::string>* notes) {
  if (verdict.complete) {
    const std::set<Debt> judged = JudgedDebts(known_.debts, changes_, input_.updates);
    if (judged.empty()) return;
    try {
      book_.Change(
          [&](DebtList* list) {
            std::erase_if(list->debts, [&](const Debt& debt) { return judged.contains(debt); });
          },
          input_.watch.Patience());
      notes->push_back("Settled: " + Count(judged.size(), "debt") +
                       " of earlier pushes, judged with this one.");
    } catch (const Error& error) {
      // It is judged once more; nothing is lost.
      notes->push_back(error.what());
    }
    return;
  }
  const std::vector<Debt> debts = NewDebts();
  if (debts.empty()) return;
  std::unordered_set<ObjectId> unjudged;
  for (const Debt& debt : known_.debts) unjudged.insert(debt.tip);
  std::unordered_set<ObjectId> held;
  for (const Ref& ref : refs_.refs) held.insert(ref.target);
  const std::unique_ptr<ObjectDatabase> objects = input_.repository.NewObjectDatabase();
  const std::set<Debt> covered = JudgedDebts(known_.debts, changes_, input_.updates);
  book_.Change(
      [&](DebtList* list) {
        // What nobody has any more, and what only a debt of this push reaches, needs no line.
        std::erase_if(list->debts, [&](const Debt& debt) {
          if (MayBeUnderWay(debt) || held.contains(debt.tip)) return false;
          return covered.contains(debt) || !objects->Contains(debt.tip);
        });
        std::unordered_set<ObjectId> listed;
        for (const Debt& debt : list->debts) listed.insert(debt.tip);
        for (const Debt& debt : debts)
          if (!listed.contains(debt.tip)) list->debts.push_back(debt);
        for (const RefUpdate& update : input_.updates) {
          const ObjectId& old = update.old_oid;
          if (!old.is_zero() && !unjudged.contains(old) && held.contains(old))
            list->judged.push_back(old);
        }
      },
      input_.watch.Patience());
  notes->push_back(
      "The push is let in although not everything was examined: " + Count(debts.size(), "value") +
      " of refs is put on this repository's list of debts, and the next push, or "
      "picket audit --debts, judges what it brings.");
}

int PushGate::Conclude(Verdict verdict, const Bypass& bypass) {
  input_.watch.BeginVerdict();
  const PushOutcome outcome = OutcomeOf(verdict);
  if (IsAccepted(outcome)) SettleDebts(verdict, &verdict.notes);
  if (IsAccepted(outcome)) {
    Log(outcome, &verdict, &bypass, "");
  } else {
    try {
      Log(outcome, &verdict, &bypass, "");
    } catch (const Error& error) {
      verdict.notes.push_back(error.what());
    }
  }
  const int code = WriteReport(verdict, Gate::kPreReceive, input_.common);
  if (code != 0 || !IsAccepted(outcome)) {
    if (IsAccepted(outcome)) NoteError("the report could not be written");
    return code;
  }
  if (!input_.watch.WasInterrupted()) return code;
  constexpr std::string_view kStopped = "the hook was stopped while it wrote down its verdict";
  NoteError(std::string(kStopped));
  std::fprintf(stderr, "picket: %s, so nothing was let in; push again.\n", kStopped.data());
  return ExitCode(Outcome::kIncomplete);
}

}  // namespace picket
