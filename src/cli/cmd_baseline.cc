// picket baseline: what is in an old repository, written down so that it does not stand in the way.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "cli/audit.h"
#include "cli/command_line.h"
#include "cli/files.h"
#include "cli/policy_files.h"
#include "cli/presentable.h"
#include "core/error.h"
#include "scan/baseline.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

constexpr char kBaselineFile[] = ".picket-baseline";
// Findings that one baseline may hold.
constexpr size_t kMostFindings = 1'000'000;

struct BaselineOptions {
  std::string repository = ".";
  std::string output;
};

bool IsBelow(const std::string& file, const std::string& folder) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(file, error);
  const fs::path root = fs::weakly_canonical(folder, error);
  return !error &&
         std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

// A key that travels with the repository protects its fingerprints from nobody.
bool KeyIsOutside(const Policy& policy, const Repository& repository) {
  const std::string& key = policy.fingerprint_key_file;
  if (key.empty()) return false;
  for (const std::string& folder :
       {repository.worktree(), repository.git_dir(), repository.common_dir()}) {
    if (!folder.empty() && IsBelow(key, folder)) return false;
  }
  return true;
}

std::string Count(uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

int RunBaseline(const CommonOptions& common, const BaselineOptions& options) {
  StatsLine stats(common);
  const std::unique_ptr<Repository> repository = Repository::OpenAt(options.repository);
  std::string output = options.output;
  if (output.empty()) {
    if (repository->worktree().empty()) {
      throw Error("The repository " + repository->git_dir() +
                  " has no worktree to put a baseline into; name a file with --output FILE.");
    }
    output = repository->worktree() + "/" + kBaselineFile;
  }
  const Policy policy = ReadWorktreePolicy(common, *repository, Missing::kIsEmpty);
  const Engine engine(common, policy, RuleCache::kUsed);
  stats.Mark("open");
  const Verdict verdict = AuditRepository({.common = common,
                                           .repository = *repository,
                                           .policy = policy,
                                           .engine = engine,
                                           .stats = stats,
                                           .findings = kMostFindings});
  const WrittenBaseline baseline =
      WriteBaseline(verdict, engine.key_id(), KeyIsOutside(policy, *repository));
  ReplaceFile(output, baseline.text);

  const auto say = [&common](std::ostream& out, const std::string& sentence) {
    out << "picket: " << Presentable(common, sentence) << '\n';
  };
  if (!common.quiet) {
    say(std::cout, "Wrote " + Count(baseline.lines, "finding") + " to " + output +
                       "; a policy lets them be that says {\"baseline\": \"" +
                       fs::path(output).filename().string() + "\"}.");
  }
  if (baseline.guessable > 0 && !common.quiet) {
    say(std::cout,
        "Left out " + Count(baseline.guessable, "contextual finding") +
            ", which can be guessed from a fingerprint under a key that others have; to take such "
            "findings in, keep a key outside the repository and name it with "
            "fingerprint_key_file.");
  }
  if (baseline.nameless > 0) {
    say(std::cerr, Count(baseline.nameless, "finding") +
                       " can't be in a baseline and still count; `picket audit` names them.");
  }
  if (!verdict.gaps.empty()) {
    say(std::cerr, Count(verdict.gaps.size(), "thing") +
                       " could not be examined, so that the baseline may not be whole; `picket "
                       "audit` names them.");
  }
  return baseline.nameless > 0 || !verdict.gaps.empty() ? ExitCode(Outcome::kIncomplete) : 0;
}

}  // namespace

void AddBaseline(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<BaselineOptions>();
  CLI::App* verb = app.add_subcommand(
      "baseline", "Write down what an old repository holds, so that only what is new blocks");
  verb->add_option("REPOSITORY", options->repository, "A worktree or Git directory")
      ->capture_default_str();
  verb->add_option("--output", options->output,
                   "The file to write, instead of .picket-baseline in the worktree")
      ->type_name("FILE");
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunBaseline(invocation.common, *options); };
  });
}

}  // namespace picket
