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
  void Add(const std::string& name, const Verdict& verdict) {
    ++outcomes_[static_cast<size_t>(verdict.outcome)];
    complete_ = complete_ && verdict.complete;
    commits_ += verdict.scanned.commits;
    blobs_ += verdict.scanned.blobs;
    if (json_) {
      std::cout << (total() == 1 ? "\n" : ",\n") << "{\"repository\": " << Quoted(name)
                << ", \"report\":\n"
                << Report(verdict, Gate::kPreReceive, "json") << "}";
    } else if (!verdict.findings.empty() || !verdict.complete || !verdict.notes.empty()) {
      const bool passes = verdict.outcome == Outcome::kPass && verdict.complete;
      if (passes && quiet_) return;
      std::cout << "repository " << EscapeForTerminal(name) << ":\n\n"
                << Report(verdict, Gate::kPreReceive, "text") << "\n";
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

std::vector<RefUpdate> MovedRefs(const std::vector<Ref>& before, const std::vector<Ref>& now) {
  std::unordered_map<std::string_view, ObjectId> known;
  for (const Ref& ref : before) known.emplace(ref.name, ref.target);
  std::vector<RefUpdate> moved;
  for (const Ref& ref : now) {
    const ObjectId old = known.contains(ref.name) ? known.at(ref.name) : ObjectId();
    if (old != ref.target) moved.push_back({old, ref.target, ref.name});
  }
  return moved;
}

class ServerAudit {
 public:
  ServerAudit(const CommonOptions& common, const ServerAuditOptions& options)
      : common_(common),
        options_(options),
        stats_(common),
        progress_(common),
        state_(options.state),
        policy_(ReadBasePolicy(common)),
        malware_(MalwareDetector::Start(policy_.malware)),
        engine_(common, policy_),
        report_(common) {
    if (malware_) engine_.Use(*malware_);
  }

  int Run() {
    const ServerFolder folder = ListServerFolder(options_.directory);
    if (folder.repositories.empty() && folder.unsearched.empty()) {
      throw Error("There is no bare repository at or below " + options_.directory +
                  ", so nothing was judged.");
    }
    stats_.Mark("search");
    for (const ServerFolder::Unsearched& one : folder.unsearched) {
      report_.Add(Masked(one.path), Unexamined(one.path, one.reason));
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

  void Audit(const std::string& path) {
    JudgedRefs judged;
    JudgedRefs before;
    std::vector<RefUpdate> moved;
    Verdict verdict;
    const auto start = std::chrono::steady_clock::now();
    try {
      verdict = Judge(path, &before, &judged, &moved);
    } catch (const Error& error) {
      verdict = Unexamined(path, error.what());
    }
    report_.Add(Masked(path), verdict);
    Log(path, moved, verdict, std::chrono::steady_clock::now() - start);
    if (verdict.complete && judged != before) state_.Write(path, judged);
  }

  void Log(const std::string& path, const std::vector<RefUpdate>& moved, const Verdict& verdict,
           std::chrono::steady_clock::duration took) const {
    const ServerPolicy& server = policy_.server;
    const bool passes = verdict.outcome == Outcome::kPass && verdict.complete;
    if (server.log.empty() || (passes && !server.log_accepted)) return;
    PushRecord record(
        path, moved, [](const char*) -> const char* { return nullptr; }, PushRecord::Kind::kAudit);
    record.MaskWith(engine_.mask(), engine_.name(), "");
    const PushOutcome outcome = verdict.outcome == Outcome::kBlocked ? PushOutcome::kBlocked
                                : passes                             ? PushOutcome::kPass
                                                                     : PushOutcome::kIncomplete;
    AppendToLog(server.log,
                record.Lines(outcome, &verdict, nullptr, "",
                             std::chrono::duration_cast<std::chrono::milliseconds>(took)),
                kLogPatience);
  }

  Verdict Judge(const std::string& path, JudgedRefs* before, JudgedRefs* judged,
                std::vector<RefUpdate>* moved) {
    const std::unique_ptr<Repository> repository = Repository::OpenAt(path);
    std::error_code error;
    if (!std::filesystem::equivalent(repository->git_dir(), path, error) || error) {
      throw Error("It looks like a repository, but Git opens " + repository->git_dir() +
                  " for it; repair or remove it.");
    }
    std::string trouble;
    std::optional<JudgedRefs> known;
    if (options_.since_last) known = state_.Read(path, &trouble);
    if (known) *before = std::move(*known);
    judged->refs = repository->Refs();
    judged->engine = engine_.name();
    if (known && before->engine != judged->engine) {
      ++under_other_rules_;
      judged->engine = before->engine;
    }
    const ChangeList changes = ListSince(*repository, judged->refs, before->refs);
    *moved = MovedRefs(before->refs, judged->refs);
    if (changes.refs.empty()) ++unchanged_;

    const Policy policy = ReadServerPolicy(common_, *repository);
    // What a repository's own policy adds may decide what is looked for.
    std::optional<Engine> own;
    if (std::filesystem::exists(path + "/" + kServerPolicy, error)) own.emplace(common_, policy);
    if (own && malware_) own->Use(*malware_);
    GitAncestry ancestry(*repository, GitAncestry::Base::kCommits);
    Verdict verdict = JudgeChange({.gate = Gate::kPreReceive,
                                   .common = common_,
                                   .repository = *repository,
                                   .policy = policy,
                                   .engine = own ? *own : engine_,
                                   .changes = changes,
                                   .ancestry = ancestry,
                                   .stats = stats_,
                                   .malware = malware_.get()});
    if (!trouble.empty()) verdict.notes.push_back(Masked(trouble));
    return verdict;
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
  std::unique_ptr<MalwareDetector> malware_;
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
