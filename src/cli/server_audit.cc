#include "cli/server_audit.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/audit_state.h"
#include "cli/engine.h"
#include "cli/gate.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/progress.h"
#include "cli/push_record.h"
#include "cli/server_repositories.h"
#include "cli/server_result.h"
#include "cli/shut_in.h"
#include "cli/told.h"
#include "core/error.h"
#include "git/changes.h"
#include "git/git_ancestry.h"
#include "git/repository.h"
#include "report/escape.h"
#include "scan/malware_detector.h"
#include "scan/push_log.h"

namespace picket {
namespace {

std::string Count(uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// As ASCII, whatever the bytes are.
std::string Quoted(const std::string& text) {
  return nlohmann::json(EscapeInvalidUtf8(text)).dump(-1, ' ', true);
}

// The report, written repository by repository: what was told of one is not lost if the run is
// killed at the next.
class ServerReport {
 public:
  explicit ServerReport(const CommonOptions& common)
      : json_(common.format == "json"), quiet_(common.quiet) {
    if (json_) std::cout << "{\n\"repositories\": [";
  }

  // Throws Error where it can't be written.
  void Add(const std::string& name, const ServerResult& result) {
    ++outcomes_[static_cast<size_t>(result.outcome)];
    complete_ = complete_ && result.complete;
    commits_ += result.commits;
    blobs_ += result.blobs;
    if (json_) {
      std::cout << (total() == 1 ? "\n" : ",\n") << "{\"repository\": " << Quoted(name)
                << ", \"report\":\n"
                << result.report << "}";
    } else if (!result.silent) {
      const bool passes = result.outcome == Outcome::kPass && result.complete;
      if (passes && quiet_) return;
      std::cout << "repository " << EscapeForTerminal(name) << ":\n\n" << result.report << "\n";
    }
    Flush();
  }

  int Finish(const std::vector<std::string>& notes, const std::string& engine) {
    if (json_) {
      std::cout << "\n],\n\"verdict\": " << Quoted(std::string(ToString(outcome())))
                << ",\n\"complete\": " << (complete_ ? "true" : "false") << ",\n\"notes\": [";
      for (size_t i = 0; i < notes.size(); ++i)
        std::cout << (i == 0 ? "" : ", ") << Quoted(notes[i]);
      std::cout << "],\n\"engine\": " << Quoted(engine) << "\n}\n";
    } else if (!quiet_ || outcome() != Outcome::kPass || !complete_) {
      for (const std::string& note : notes) {
        std::cout << "picket: " << EscapeForTerminal(note) << "\n";
      }
      std::cout << "picket: " << Count(total(), "repository", "repositories") << ": "
                << of(Outcome::kPass) << " pass, " << of(Outcome::kBlocked) << " blocked, "
                << of(Outcome::kIncomplete) << " incomplete; "
                << Count(commits_, "commit", "commits") << " and " << Count(blobs_, "blob", "blobs")
                << " judged\n"
                << "picket: " << ToString(outcome()) << "\n";
    }
    Flush();
    return ExitCode(outcome());
  }

 private:
  uint64_t of(Outcome outcome) const { return outcomes_[static_cast<size_t>(outcome)]; }
  uint64_t total() const { return outcomes_[0] + outcomes_[1] + outcomes_[2]; }
  Outcome outcome() const {
    if (of(Outcome::kBlocked) > 0) return Outcome::kBlocked;
    return of(Outcome::kIncomplete) > 0 ? Outcome::kIncomplete : Outcome::kPass;
  }
  static void Flush() {
    std::cout.flush();
    if (std::cout.good()) return;
    throw Error(
        "The report can't be written, so the audit ended; what was not reported will be "
        "judged again.");
  }

  bool json_;
  bool quiet_;
  std::array<uint64_t, 3> outcomes_{};
  bool complete_ = true;
  uint64_t commits_ = 0;
  uint64_t blobs_ = 0;
};

// How long a log that others write may be waited for.
constexpr std::chrono::seconds kLogPatience{60};

RefUpdates MovedRefs(const std::vector<Ref>& before, const std::vector<Ref>& now) {
  std::unordered_map<std::string_view, ObjectId> known;
  for (const Ref& ref : before) known.emplace(ref.name, ref.target);
  RefUpdates moved;
  for (const Ref& ref : now) {
    const ObjectId old = known.contains(ref.name) ? known.at(ref.name) : ObjectId();
    if (old != ref.target) moved.Add(old, ref.target, ref.name);
  }
  return moved;
}

// As long as it lives.
class UsedDetector {
 public:
  // `detector` may be null; both outlive this.
  UsedDetector(Engine& engine, const Detector* detector) : engine_(engine), detector_(detector) {
    if (detector_ != nullptr) engine_.Use(*detector_);
  }
  ~UsedDetector() {
    if (detector_ != nullptr) engine_.Drop(*detector_);
  }
  UsedDetector(const UsedDetector&) = delete;
  UsedDetector& operator=(const UsedDetector&) = delete;

 private:
  Engine& engine_;
  const Detector* detector_;
};

class ServerAudit {
 public:
  ServerAudit(const CommonOptions& common, const ServerAuditOptions& options)
      : common_(common),
        options_(options),
        stats_(common),
        progress_(common),
        state_(options.state),
        policy_(ReadBasePolicy(common)),
        engine_(common, policy_),
        report_(common) {}

  int Run() {
    const ServerFolder folder = ListServerFolder(options_.directory);
    if (folder.repositories.empty() && folder.unsearched.empty()) {
      throw Error("There is no bare repository at or below " + options_.directory +
                  ", so nothing was judged.");
    }
    stats_.Mark("search");
    for (const ServerFolder::Unsearched& one : folder.unsearched) {
      report_.Add(Masked(one.path), ResultOf(Unexamined(one.path, one.reason), {}));
    }
    for (size_t i = 0; i < folder.repositories.size(); ++i) {
      progress_.BeginRepository(i + 1, folder.repositories.size());
      Audit(folder.repositories[i]);
    }
    return report_.Finish(Notes(folder), engine_.name());
  }

 private:
  std::string Masked(const std::string& text) const { return engine_.mask().Apply(text); }

  Verdict Unexamined(const std::string& path, const std::string& why) const {
    Verdict verdict;
    verdict.engine = engine_.name();
    verdict.gaps.push_back({Masked(path), "", "", Masked(why)});
    verdict.complete = false;
    verdict.outcome = policy_.GapsBlock(Gate::kPreReceive) ? Outcome::kIncomplete : Outcome::kPass;
    return verdict;
  }

  ServerResult ResultOf(const Verdict& verdict, std::vector<std::string> log) const {
    ServerResult result;
    result.log = std::move(log);
    result.outcome = verdict.outcome;
    result.complete = verdict.complete;
    result.silent = verdict.findings.empty() && verdict.complete && verdict.notes.empty();
    result.commits = verdict.scanned.commits;
    result.blobs = verdict.scanned.blobs;
    const bool json = common_.format == "json";
    result.report = Report(verdict, Gate::kPreReceive, json ? "json" : "text");
    return result;
  }

  void Audit(const std::string& path) {
    std::string trouble;
    std::optional<JudgedRefs> known;
    if (options_.since_last) known = state_.Read(path, &trouble);
    const std::optional<std::string> told =
        AuditApart(common_, [&] { return WriteServerResult(AuditHere(path, known, trouble)); });
    std::optional<ServerResult> result = told ? ReadServerResult(*told) : std::nullopt;
    const bool sound = result && (common_.format != "json" || IsOneJsonObject(result->report));
    if (!sound) result = NotJudged(path, "the process that judged it came to no end");
    report_.Add(Masked(path), *result);
    if (!result->log.empty() && !policy_.server.log.empty())
      AppendToLog(policy_.server.log, result->log, kLogPatience);
    if (result->unchanged) ++unchanged_;
    if (result->under_other_rules) ++under_other_rules_;
    const std::optional<JudgedRefs> judged = ReadJudgedRefs(result->judged, path);
    if (result->complete && judged) state_.Write(path, *judged);
  }

  ServerResult NotJudged(const std::string& path, const std::string& why) {
    const Verdict verdict = Unexamined(path, why);
    return ResultOf(verdict, LogLines(path, {}, verdict, {}));
  }

  // None where the policy wants none.
  std::vector<std::string> LogLines(const std::string& path, const RefUpdates& moved,
                                    const Verdict& verdict,
                                    std::chrono::steady_clock::duration took) const {
    const ServerPolicy& server = policy_.server;
    const bool passes = verdict.outcome == Outcome::kPass && verdict.complete;
    if (server.log.empty() || (passes && !server.log_accepted)) return {};
    PushRecord record(
        path, moved, [](const char*) -> const char* { return nullptr; }, PushRecord::Kind::kAudit);
    record.MaskWith(engine_.mask(), engine_.name(), "");
    const PushOutcome outcome = verdict.outcome == Outcome::kBlocked ? PushOutcome::kBlocked
                                : passes                             ? PushOutcome::kPass
                                                                     : PushOutcome::kIncomplete;
    return record.Lines(outcome, &verdict, nullptr, "",
                        std::chrono::duration_cast<std::chrono::milliseconds>(took));
  }

  // In a process of its own, which nothing that it reads can make more of.
  ServerResult AuditHere(const std::string& path, const std::optional<JudgedRefs>& known,
                         const std::string& trouble) {
    const auto start = std::chrono::steady_clock::now();
    try {
      const std::unique_ptr<Repository> repository = Repository::OpenAt(path);
      std::error_code error;
      if (!std::filesystem::equivalent(repository->git_dir(), path, error) || error) {
        throw Error("It looks like a repository, but Git opens " + repository->git_dir() +
                    " for it; repair or remove it.");
      }
      const Policy policy = ReadServerPolicy(common_, *repository);
      // What a repository's own policy adds may decide what is looked for.
      std::optional<Engine> own;
      if (std::filesystem::exists(path + "/" + kServerPolicy, error)) own.emplace(common_, policy);
      Engine& engine = own ? *own : engine_;
      // Of this process alone: one that ends in the middle must leave no channel to the next.
      const std::unique_ptr<MalwareDetector> malware = MalwareDetector::Start(policy_.malware);
      const UsedDetector used(engine, malware.get());
      JudgedRefs judged{.refs = repository->Refs(), .engine = engine_.name()};
      ShutIn({.gate = Gate::kPreReceive,
              .common = common_,
              .policy = policy,
              .engine = engine,
              .repository = repository.get()});

      const JudgedRefs before = known.value_or(JudgedRefs());
      const bool other_rules = known && before.engine != judged.engine;
      if (other_rules) judged.engine = before.engine;
      const ChangeList changes = ListSince(*repository, judged.refs, before.refs);
      GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);
      Verdict verdict = JudgeChange({.gate = Gate::kPreReceive,
                                     .common = common_,
                                     .repository = *repository,
                                     .policy = policy,
                                     .engine = engine,
                                     .changes = changes,
                                     .ancestry = ancestry,
                                     .stats = stats_,
                                     .malware = malware.get()});
      if (!trouble.empty()) verdict.notes.push_back(Masked(trouble));
      ServerResult result =
          ResultOf(verdict, LogLines(path, MovedRefs(before.refs, judged.refs), verdict,
                                     std::chrono::steady_clock::now() - start));
      result.unchanged = changes.refs.empty();
      result.under_other_rules = other_rules;
      if (judged != before) result.judged = WriteJudgedRefs(judged, path);
      return result;
    } catch (const Error& error) {
      return NotJudged(path, error.what());
    }
  }

  std::vector<std::string> Notes(const ServerFolder& folder) const {
    std::vector<std::string> notes;
    if (folder.links > 0) {
      notes.push_back(Count(folder.links, "symbolic link to a folder was",
                            "symbolic links to "
                            "folders were") +
                      " not followed.");
    }
    if (folder.worktrees > 0) {
      notes.push_back(Count(folder.worktrees, "repository with a worktree was",
                            "repositories with a worktree were") +
                      " left out; `picket audit REPO` examines one.");
    }
    if (unchanged_ > 0) {
      notes.push_back("In " + Count(unchanged_, "repository", "repositories") +
                      " no ref has moved since the last audit.");
    }
    if (under_other_rules_ > 0) {
      notes.push_back("What " + Count(under_other_rules_, "repository", "repositories") +
                      " held before was judged by another version or other rules; a run without "
                      "--since-last judges all of it anew.");
    }
    return notes;
  }

  const CommonOptions& common_;
  const ServerAuditOptions& options_;
  StatsLine stats_;
  ProgressTeller progress_;
  AuditState state_;
  Policy policy_;
  Engine engine_;
  ServerReport report_;
  uint64_t unchanged_ = 0;
  uint64_t under_other_rules_ = 0;
};

}  // namespace

int RunServerAudit(const CommonOptions& common, const ServerAuditOptions& options) {
  return ServerAudit(common, options).Run();
}

}  // namespace picket
