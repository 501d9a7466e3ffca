#include "cli/fleet.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include "cli/engine.h"
#include "cli/files.h"
#include "cli/fleet_plan.h"
#include "cli/fleet_report.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/progress.h"
#include "cli/shard.h"
#include "cli/shut_audit.h"
#include "cli/shut_in.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "git/repository.h"
#include "report/escape.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr char kPlanFile[] = "plan.json";

fs::path ResultFile(const fs::path& folder, const std::string& key) {
  return folder / "repositories" / (key + ".result");
}

// What two tasks must have in common for their results to stand beside each other.
std::string JudgeOf(const CommonOptions& common, const FleetOptions& options, const Policy& policy,
                    const Engine& engine) {
  std::error_code error;
  const std::string file = common.policy.empty() ? kSystemPolicy : common.policy;
  std::string all = engine.ScanIdentity();
  all += Sha256(AsBytes(fs::exists(file, error) ? ReadWholeFile(file) : std::string()));
  for (const Allowance& allowance : policy.allow) {
    for (const std::string& part :
         {allowance.fingerprint, allowance.reason, allowance.owner, allowance.expires}) {
      all += Sha256(AsBytes(part));
    }
  }
  all += options.require_complete ? 'c' : '-';
  all += options.report_unused ? 'u' : '-';
  return ToHex(AsBytes(Sha256(AsBytes(all))));
}

// Leaves a plan that is there already as it is.
void WriteFirst(const fs::path& file, const std::string& text) {
  std::error_code error;
  if (fs::exists(file, error)) return;
  const std::string temporary = file.string() + "." + std::to_string(getpid()) + ".new";
  ReplaceFile(temporary, text);
  const bool linked = link(temporary.c_str(), file.c_str()) == 0;
  const int why = errno;
  // Some file systems have no links; the tasks that start together there write the same.
  if (!linked && why != EEXIST) ReplaceFile(file, text);
  unlink(temporary.c_str());
}

FleetPlan AgreeOnPlan(const FleetPlan& own, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder / "repositories", error);
  if (error) {
    throw Error("The folder for results " + folder.string() + " can't be made: " + error.message() +
                "; nothing was audited.");
  }
  const fs::path file = folder / kPlanFile;
  WriteFirst(file, WritePlan(own));
  FleetPlan plan = ReadPlan(ReadWholeFile(file), file.string());
  // The plan of the first task counts, sizes and date included.
  FleetPlan compared = own;
  compared.today = plan.today;
  compared.repositories = plan.repositories;
  const std::string difference = Difference(plan, compared);
  if (!difference.empty()) {
    throw Error("The folder " + folder.string() + " holds the results of another audit: " +
                difference + ". Name an empty folder, or empty this one.");
  }
  for (size_t i = 0; i < plan.repositories.size(); ++i)
    plan.repositories[i].path = own.repositories[i].path;
  return plan;
}

class FleetAudit {
 public:
  FleetAudit(const CommonOptions& common, const FleetOptions& options)
      : common_(common),
        options_(options),
        stats_(common),
        progress_(common),
        policy_(ReadBasePolicy(common)),
        engine_(common, policy_, options.no_cache ? RuleCache::kUnused : RuleCache::kUsed) {
    shard_ = ChooseShard(options.shard, options.shards, &GetVariable);
    if (shard_.count > 1 && options.results.empty()) {
      throw Error(
          "A part of a fleet's audit needs a folder for its results; name one with --results DIR.");
    }
    plan_.engine = engine_.name();
    plan_.judge = JudgeOf(common, options, policy_, engine_);
    plan_.today = TodayUtc();
    plan_.shards = shard_.count;
    for (const std::string& path : ReadRepositoryList(options.list)) {
      plan_.repositories.push_back(Describe(path));
      plan_.repositories.back().name = EscapeInvalidUtf8(engine_.mask().Apply(path));
    }
    Deal(&plan_);
    if (!options.results.empty()) plan_ = AgreeOnPlan(plan_, options.results);
    stats_.Mark("plan");
  }

  int Run() {
    uint64_t audited = 0;
    uint64_t there = 0;
    uint64_t closed = 0;
    const auto share =
        std::count_if(plan_.repositories.begin(), plan_.repositories.end(),
                      [this](const FleetRepository& one) { return one.shard == shard_.index; });
    for (size_t i = 0; i < plan_.repositories.size(); ++i) {
      if (plan_.repositories[i].shard != shard_.index) continue;
      const std::optional<FleetResult> known = Stored(i);
      progress_.BeginRepository(audited + there + 1, static_cast<uint64_t>(share));
      if (known && known->opened) {
        ++there;
        continue;
      }
      FleetResult result = Audit(plan_.repositories[i]);
      ++audited;
      closed += result.opened ? 0 : 1;
      Keep(std::move(result));
    }
    if (shard_.count > 1) return Tell(audited, there, closed);
    return WriteFleetReport(common_, plan_, [this](size_t index) {
      if (options_.results.empty()) return kept_[index];
      return Stored(index).value_or(FleetResult());
    });
  }

 private:
  // In a process of its own, which nothing that it reads can make more of.
  FleetResult AuditHere(const FleetRepository& listed) {
    FleetResult result;
    result.key = listed.key;
    Verdict verdict;
    try {
      const std::unique_ptr<Repository> repository = Repository::OpenAt(listed.path);
      ShutAuditInput input{.common = common_,
                           .policy = policy_,
                           .engine = engine_,
                           .stats = stats_,
                           .require_complete = options_.require_complete,
                           .report_unused = options_.report_unused,
                           .progress = &progress_,
                           .today = plan_.today};
      if (!options_.cache.empty()) input.cache = options_.cache;
      verdict = AuditShutIn(input, *repository);
      result.opened = true;
    } catch (const Error& error) {
      verdict = NotAudited(listed, error.what());
    }
    Fill(verdict, &result);
    return result;
  }

  Verdict NotAudited(const FleetRepository& listed, std::string_view why) const {
    Verdict verdict;
    verdict.engine = engine_.name();
    verdict.gaps.push_back({listed.name, "", "", engine_.mask().Apply(why)});
    verdict.complete = false;
    verdict.outcome = policy_.GapsBlock(Gate::kAudit) ? Outcome::kIncomplete : Outcome::kPass;
    return verdict;
  }

  static void Fill(const Verdict& verdict, FleetResult* result) {
    result->outcome = verdict.outcome;
    result->complete = verdict.complete;
    result->silent = verdict.complete && verdict.findings.empty() && verdict.notes.empty() &&
                     (!verdict.unused || verdict.unused->empty());
    // For nobody's terminal: merged later, and elsewhere.
    result->text = Report(verdict, Gate::kAudit, "text");
    result->json = Report(verdict, Gate::kAudit, "json");
  }

  FleetResult Audit(const FleetRepository& listed) {
    FleetResult result;
    const std::optional<std::string> told =
        AuditApart(common_, [&] { return WriteResult(AuditHere(listed), plan_); });
    if (told && ReadResult(*told, plan_, listed.key, &result)) return result;
    result = FleetResult();
    result.key = listed.key;
    Fill(NotAudited(listed, "the process that audited it came to no end"), &result);
    return result;
  }

  void Keep(FleetResult result) {
    if (options_.results.empty()) {
      kept_.push_back(std::move(result));
    } else {
      ReplaceFile(ResultFile(options_.results, result.key).string(), WriteResult(result, plan_));
    }
  }

  std::optional<FleetResult> Stored(size_t index) const {
    if (options_.results.empty()) return std::nullopt;
    const std::string& key = plan_.repositories[index].key;
    const fs::path file = ResultFile(options_.results, key);
    std::error_code error;
    FleetResult result;
    if (!fs::exists(file, error)) return std::nullopt;
    if (!ReadResult(ReadWholeFile(file.string()), plan_, key, &result)) return std::nullopt;
    return result;
  }

  int Tell(uint64_t audited, uint64_t there, uint64_t closed) const {
    if (!common_.quiet) {
      std::cout << "picket: shard " << shard_.index + 1 << " of " << shard_.count << ": " << audited
                << (audited == 1 ? " repository" : " repositories") << " audited, " << there
                << " had been already; picket merge joins the parts\n";
    }
    if (closed == 0) return 0;
    std::cerr << "picket: " << closed << (closed == 1 ? " repository" : " repositories")
              << " could not be opened, and will be tried again by the next run of this shard\n";
    return ExitCode(Outcome::kIncomplete);
  }

  const CommonOptions& common_;
  const FleetOptions& options_;
  StatsLine stats_;
  ProgressTeller progress_;
  Policy policy_;
  Engine engine_;
  Shard shard_;
  FleetPlan plan_;
  std::vector<FleetResult> kept_;  // where there is no folder
};

// Those who have parts to finish, in one sentence.
[[noreturn]] void FailUnfinished(const FleetPlan& plan, const std::vector<size_t>& missing) {
  std::vector<uint64_t> counts(plan.shards, 0);
  for (size_t index : missing) ++counts[plan.repositories[index].shard];
  std::string who;
  uint32_t told = 0;
  uint32_t all = 0;
  for (uint32_t shard = 0; shard < plan.shards; ++shard) {
    if (counts[shard] == 0) continue;
    ++all;
    if (told == 10) continue;
    ++told;
    who += (who.empty() ? "" : ", ") + std::to_string(shard + 1) + "/" +
           std::to_string(plan.shards) + " (" + std::to_string(counts[shard]) + ")";
  }
  if (told < all) who += " and " + std::to_string(all - told) + " more";
  throw Error("Of " + std::to_string(plan.repositories.size()) + " repositories " +
              std::to_string(missing.size()) + (missing.size() == 1 ? " has" : " have") +
              " no whole result, so that nothing was merged; run these shards again, with the same "
              "list and --results: " +
              who + ".");
}

}  // namespace

int RunFleet(const CommonOptions& common, const FleetOptions& options) {
  return FleetAudit(common, options).Run();
}

int MergeFleet(const CommonOptions& common, const std::vector<std::string>& folders) {
  std::optional<FleetPlan> plan;
  for (const std::string& folder : folders) {
    const std::string file = (fs::path(folder) / kPlanFile).string();
    FleetPlan one = ReadPlan(ReadWholeFile(file), file);
    const std::string difference = plan ? Difference(*plan, one) : "";
    if (!difference.empty()) {
      throw Error("The results in " + folders.front() + " and in " + folder +
                  " are not of one audit, so that nothing was merged: " + difference + ".");
    }
    if (!plan) plan = std::move(one);
  }
  // One that could be opened is better than one that could not; two that differ are no one's.
  const auto read = [&](size_t index) {
    const std::string& key = plan->repositories[index].key;
    std::optional<FleetResult> found;
    for (const std::string& folder : folders) {
      const fs::path file = ResultFile(folder, key);
      std::error_code error;
      FleetResult result;
      if (!fs::exists(file, error) ||
          !ReadResult(ReadWholeFile(file.string()), *plan, key, &result)) {
        continue;
      }
      if (found && found->opened && result.opened && found->json != result.json) {
        throw Error("The repository " + plan->repositories[index].name +
                    " has two results that differ, so that nothing was merged; remove the file " +
                    file.string() + ", or its twin in another folder.");
      }
      if (!found || (result.opened && !found->opened)) found = std::move(result);
    }
    return found;
  };
  std::vector<size_t> missing;
  for (size_t i = 0; i < plan->repositories.size(); ++i) {
    if (!read(i)) missing.push_back(i);
  }
  if (!missing.empty()) FailUnfinished(*plan, missing);
  return WriteFleetReport(common, *plan,
                          [&](size_t index) { return read(index).value_or(FleetResult()); });
}

}  // namespace picket
