// picket baseline: what is in an old repository, written down so that it does not stand in the way.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/command_line.h"
#include "cli/engine.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/policy_files.h"
#include "cli/presentable.h"
#include "cli/shut_audit.h"
#include "cli/shut_in.h"
#include "core/byte_reader.h"
#include "core/byte_writer.h"
#include "core/error.h"
#include "git/repository.h"
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

// What the half that audits tells the one that writes.
struct ToldBaseline {
  WrittenBaseline baseline;
  uint64_t gaps = 0;
  std::string notes;  // a line each
  std::string error;  // the sentence of one that ended the audit; "" for none
};

std::string Write(const ToldBaseline& told) {
  std::string text;
  for (uint64_t number :
       {told.baseline.lines, told.baseline.guessable, told.baseline.nameless, told.gaps})
    AppendU64Le(number, &text);
  for (const std::string* part : {&told.notes, &told.error, &told.baseline.text})
    AppendSized(*part, &text);
  return text;
}

// nullopt for what no audit tells, so that whoever has taken one over writes nothing but a
// baseline.
std::optional<ToldBaseline> Read(std::string_view text, const std::string& output) {
  ByteReader reader(AsBytes(text));
  ToldBaseline told;
  for (uint64_t* number :
       {&told.baseline.lines, &told.baseline.guessable, &told.baseline.nameless, &told.gaps})
    *number = reader.U64Le();
  for (std::string* part : {&told.notes, &told.error, &told.baseline.text})
    *part = AsText(reader.Take(reader.U64Le()));
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  if (!told.error.empty()) return told;
  try {
    if (ParseBaseline(told.baseline.text, output).allowances.size() != told.baseline.lines)
      return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
  return told;
}

std::string Audit(const CommonOptions& common, const Policy& policy, Engine& engine,
                  StatsLine& stats, Repository& repository) {
  ToldBaseline told;
  try {
    const Verdict verdict = AuditShutIn({.common = common,
                                         .policy = policy,
                                         .engine = engine,
                                         .stats = stats,
                                         .findings = kMostFindings},
                                        repository);
    told.baseline = WriteBaseline(verdict, engine.key_id(), KeyIsOutside(policy, repository));
    told.gaps = verdict.gaps.size();
    for (const std::string& note : verdict.notes) told.notes += note + "\n";
  } catch (const Error& error) {
    told.error = error.what();
  }
  return Write(told);
}

void Tell(const CommonOptions& common, const ToldBaseline& told, const std::string& output) {
  const WrittenBaseline& baseline = told.baseline;
  const auto say = [&common](std::ostream& out, const std::string& sentence) {
    out << "picket: " << Presentable(common, sentence) << '\n';
  };
  for (std::string_view notes = told.notes; !notes.empty();) {
    const std::string_view note = notes.substr(0, notes.find('\n'));
    notes.remove_prefix(std::min(note.size() + 1, notes.size()));
    say(std::cerr, std::string(note));
  }
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
  if (told.gaps > 0) {
    say(std::cerr, Count(told.gaps, "thing") +
                       " could not be examined, so that the baseline may not be whole; `picket "
                       "audit` names them.");
  }
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
  Engine engine(common, policy, RuleCache::kUsed);
  // The file is written by the half that has parsed nothing.
  const std::optional<std::string> words =
      AuditApart(common, [&] { return Audit(common, policy, engine, stats, *repository); });
  const std::optional<ToldBaseline> told = words ? Read(*words, output) : std::nullopt;
  if (!told) {
    throw Error("The process that audited " + options.repository +
                " came to no end, so that no baseline was written.");
  }
  if (!told->error.empty()) throw Error(told->error);
  ReplaceFile(output, told->baseline.text);
  Tell(common, *told, output);
  return told->baseline.nameless > 0 || told->gaps > 0 ? ExitCode(Outcome::kIncomplete) : 0;
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
