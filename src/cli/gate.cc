#include "cli/gate.h"

#include <algorithm>
#include <utility>

#include "cli/hook_watch.h"
#include "cli/lfs_objects.h"
#include "cli/place_checks.h"
#include "cli/progress.h"
#include "git/change_source.h"
#include "git/object_source.h"
#include "report/lines.h"
#include "scan/judge.h"
#include "scan/malware_detector.h"
#include "scan/scanner.h"

namespace picket {
namespace {

std::function<void(const Progress&)> TellBoth(std::function<void(const Progress&)> one,
                                              std::function<void(const Progress&)> other) {
  if (!one || !other) return one ? std::move(one) : std::move(other);
  return [one = std::move(one), other = std::move(other)](const Progress& progress) {
    one(progress);
    other(progress);
  };
}

// Number, noun, what is left of them.
std::string Left(uint64_t left, uint64_t all, std::string_view noun) {
  return Number(left) + " of " + Count(all, noun);
}

std::vector<Gap> LateGaps(const GateInput& input, const ScanResult& scan, size_t objects) {
  const ChangeList& changes = input.changes;
  const std::string late = "not judged within server.deadline (" + input.watch->deadline() + ")";
  std::vector<Gap> gaps;
  if (!changes.is_walked) {
    gaps.push_back({Count(changes.refs.size(), "ref"), "", "",
                    late + ": there was no time to list what is new"});
    return gaps;
  }
  if (changes.commits_left > 0) {
    gaps.push_back({Left(changes.commits_left, changes.commits.size(), "commit"), "", "",
                    late + ": there was no time to list what they change"});
  }
  if (scan.left > 0) gaps.push_back({Left(scan.left, objects, "object"), "", "", late});
  return gaps;
}

void AddLateGaps(std::vector<Gap> gaps, OnDeadline on_deadline, Verdict* verdict) {
  if (gaps.empty()) return;
  verdict->complete = false;
  if (verdict->outcome == Outcome::kPass && on_deadline == OnDeadline::kBlock)
    verdict->outcome = Outcome::kIncomplete;
  // What is about the whole push comes first.
  verdict->gaps.insert(verdict->gaps.begin(), std::make_move_iterator(gaps.begin()),
                       std::make_move_iterator(gaps.end()));
}

}  // namespace

Verdict JudgeChange(const GateInput& input) {
  const EffectiveLimits limits = input.policy.effective_limits();
  const ChangedObjects objects(input.changes, ExcludedObjects(input.changes, input.policy));
  const std::stop_token finding = input.watch ? input.watch->finding() : std::stop_token();
  const std::stop_token judging = input.watch ? input.watch->judging() : std::stop_token();
  const ObjectSource source(input.repository, objects,
                            {.memory_limit = limits.blob_memory_bytes,
                             .temporary_bytes = limits.temp_bytes,
                             .may_be_promised = input.gate == Gate::kPrePush,
                             .stop = finding});
  const ChangeSource by_pack(input.changes, objects, source, input.engine.threads());
  ScanOptions options = input.engine.NewScanOptions();
  ProgressTeller progress(input.common);
  options.on_progress = TellBoth(progress.OnScan(), input.watch ? input.watch->OnScan() : nullptr);
  options.stop = options.limits.stop = finding;
  // An audit goes on without what has ended it, and has to know what that was.
  options.together = input.gate != Gate::kAudit;
  LfsObjects lfs(input.repository, input.policy, input.gate, by_pack, objects);
  ScanResult scan = ScanAll(lfs.source(), input.engine.detectors(), options);
  lfs.Examine(input.engine, options, &scan);
  if (input.malware != nullptr) {
    for (Skipped& skipped : input.malware->TakeSkipped())
      scan.skipped.push_back(std::move(skipped));
  }
  const std::vector<PlacedFinding> placed = CheckPlaces({.repository = input.repository,
                                                         .policy = input.policy,
                                                         .changes = input.changes,
                                                         .ancestry = input.ancestry,
                                                         .lfs = lfs,
                                                         .key = *options.limits.key,
                                                         .stop = finding},
                                                        &scan);
  input.stats.Mark("scan");

  options.limits.stop = judging;
  BlobScanner rescanner(input.engine.detectors(), options.new_opener, options.limits);
  const JudgeContext context{.policy = input.policy,
                             .gate = input.gate,
                             .today = TodayUtc(),
                             .mask = input.engine.mask(),
                             .engine = input.engine.name(),
                             .stop = judging};
  Verdict verdict =
      Judge(context, input.changes, scan, input.ancestry, lfs.RescanWith(&rescanner), placed);
  for (const std::vector<std::string>& notes : {input.engine.notes(), lfs.notes()})
    verdict.notes.insert(verdict.notes.end(), notes.begin(), notes.end());
  if (input.watch != nullptr) {
    AddLateGaps(LateGaps(input, scan, objects.size() + lfs.count()),
                input.policy.server.on_deadline, &verdict);
  }
  input.stats.Mark("judge");
  return verdict;
}

int RunGate(const GateInput& input) {
  return WriteReport(JudgeChange(input), input.gate, input.common);
}

}  // namespace picket
