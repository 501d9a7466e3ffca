// picket allow: a finding may stay, by its fingerprint and with a reason.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "cli/allow_import.h"
#include "cli/command_line.h"
#include "cli/files.h"
#include "cli/policy_files.h"
#include "cli/presentable.h"
#include "core/error.h"
#include "report/escape.h"
#include "scan/allowance.h"
#include "scan/foreign_ignores.h"
#include "scan/policy.h"
#include "scan/policy_text.h"

namespace picket {
namespace {

struct AllowOptions {
  std::string fingerprint;
  std::string reason;
  std::string expires;
  std::string owner;
  std::string import;
};

// Nothing of a wrong argument is repeated: what was pasted may be the secret itself.
void CheckText(const CommonOptions& common, const std::string& text, const std::string& name) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control || EscapeInvalidUtf8(text) != text)
    throw Error("The " + name + " is not one line of UTF-8 text; write it without line breaks.");
  if (Presentable(common, text) != EscapeForTerminal(text)) {
    throw Error("The " + name +
                " holds what looks like a secret itself, and it would be committed; say it in "
                "other words.");
  }
}

void CheckOptions(const CommonOptions& common, const AllowOptions& options) {
  const bool imports = !options.import.empty();
  if (imports == !options.fingerprint.empty()) {
    throw Error(
        "`picket allow` takes one fingerprint, or --import FILE; reports name the fingerprint of "
        "each finding.");
  }
  if (!imports && !IsFingerprint(options.fingerprint)) {
    throw Error(
        "That is no fingerprint: one is \"fp1:\" and 40 hexadecimal digits in lower case; copy it "
        "from the report.");
  }
  if (!imports && options.reason.find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error("An allowance needs a reason, for those who read it later; say it with --reason.");
  CheckText(common, options.reason, "reason");
  CheckText(common, options.owner, "owner");
  if (options.expires.empty()) return;
  if (!IsDate(options.expires))
    throw Error("The date of --expires is none; write it as YYYY-MM-DD.");
  if (options.expires < TodayUtc()) {
    throw Error("The date of --expires, " + options.expires +
                ", has passed, so the allowance would allow nothing; name a later one.");
  }
}

// The policy file that is edited, and the text that it has; "" where it is not there.
struct Target {
  std::string file;
  std::string text;
};

Target ReadTarget(const CommonOptions& common, const Repository* repository) {
  Target target;
  target.file = common.policy;
  if (target.file.empty()) {
    if (repository->worktree().empty()) {
      throw Error("The repository " + repository->git_dir() +
                  " has no worktree to hold a .picket.json; name a policy with --policy FILE.");
    }
    target.file = repository->worktree() + "/" + kTreePolicy;
  }
  if (access(target.file.c_str(), F_OK) == 0) target.text = ReadWholeFile(target.file);
  return target;
}

class Allower {
 public:
  Allower(const CommonOptions& common, Target target)
      : common_(common), target_(std::move(target)), before_(target_.text) {}

  void Allow(const Allowance& one) {
    PolicyEdit edit = AllowIn(target_.text, one, target_.file);
    target_.text = std::move(edit.text);
    last_ = edit.what;
    changed_ += edit.what == PolicyEdit::What::kSame ? 0 : 1;
  }

  void Write() const {
    if (target_.text != before_) ReplaceFile(target_.file, target_.text);
  }

  size_t changed() const { return changed_; }
  PolicyEdit::What last() const { return last_; }

  void Say(std::ostream& out, const std::string& sentence) const {
    out << "picket: " << Presentable(common_, sentence) << '\n';
  }

  // " Stage it ..." where a hook reads it from the index.
  std::string NextStep() const {
    return common_.policy.empty() && changed_ > 0 ? " Stage it, so that the hooks see it." : "";
  }

  const std::string& file() const { return target_.file; }

 private:
  const CommonOptions& common_;
  Target target_;
  std::string before_;
  size_t changed_ = 0;
  PolicyEdit::What last_ = PolicyEdit::What::kSame;
};

int RunAllowOne(const CommonOptions& common, const AllowOptions& options) {
  std::unique_ptr<Repository> repository;
  if (common.policy.empty()) repository = Repository::OpenAt(".");
  Allower allower(common, ReadTarget(common, repository.get()));
  Allowance one;
  one.fingerprint = options.fingerprint;
  one.reason = options.reason;
  one.expires = options.expires;
  one.owner = options.owner;
  allower.Allow(one);
  allower.Write();
  if (common.quiet) return 0;
  const std::string until = one.expires.empty() ? "" : " until " + one.expires;
  switch (allower.last()) {
    case PolicyEdit::What::kAdded:
      allower.Say(std::cout, allower.file() + " now allows " + one.fingerprint + until + "." +
                                 allower.NextStep());
      break;
    case PolicyEdit::What::kRenewed:
      allower.Say(std::cout, allower.file() + " allowed " + one.fingerprint +
                                 " already; the allowance was replaced, and holds" +
                                 (until.empty() ? " without end" : until) + "." +
                                 allower.NextStep());
      break;
    case PolicyEdit::What::kSame:
      allower.Say(std::cout, allower.file() + " allows " + one.fingerprint +
                                 " already, in these words; nothing was changed.");
      break;
  }
  return 0;
}

int RunImport(const CommonOptions& common, const AllowOptions& options) {
  const std::unique_ptr<Repository> repository = Repository::OpenAt(".");
  const ForeignIgnores list = ParseForeignIgnores(ReadWholeFile(options.import), options.import);
  const Policy policy = ReadWorktreePolicy(common, *repository);
  const Engine engine(common, policy, RuleCache::kUsed);
  const ImportedIgnores imported = ResolveIgnores(list, *repository, engine);
  Allower allower(common, ReadTarget(common, repository.get()));
  size_t known = 0;
  for (const std::string& fingerprint : imported.fingerprints) {
    const bool stands =
        std::any_of(policy.allow.begin(), policy.allow.end(), [&](const Allowance& other) {
          return other.fingerprint == fingerprint && other.source == AllowedBy::kPolicy;
        });
    if (stands) {
      ++known;
      continue;
    }
    Allowance one;
    one.fingerprint = fingerprint;
    one.reason = options.reason.empty() ? "imported from " + list.tool : options.reason;
    one.expires = options.expires;
    one.owner = options.owner;
    allower.Allow(one);
  }
  allower.Write();
  // One engine masks them all: there may be as many sentences as the list has entries.
  for (const std::string& sentence : imported.unresolved)
    std::cerr << "picket: " << EscapeForTerminal(engine.mask().Apply(sentence)) << '\n';
  if (!common.quiet) {
    allower.Say(std::cout, "Of " + std::to_string(list.entries.size()) + " entries of " +
                               list.tool + ", " + std::to_string(imported.unresolved.size()) +
                               " could not be taken over. Findings allowed in " + allower.file() +
                               ": " + std::to_string(allower.changed()) + " now, " +
                               std::to_string(known) + " before." + allower.NextStep());
  }
  return imported.unresolved.empty() ? 0 : ExitCode(Outcome::kIncomplete);
}

}  // namespace

void AddAllow(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<AllowOptions>();
  CLI::App* verb = app.add_subcommand(
      "allow", "Let a finding stay: one line in .picket.json, or in the --policy FILE");
  verb->add_option("FINGERPRINT", options->fingerprint, "The finding's, from the report");
  verb->add_option("--reason", options->reason, "Why it may stay")->type_name("TEXT");
  verb->add_option("--expires", options->expires, "The last day on which it may (UTC)")
      ->type_name("YYYY-MM-DD");
  verb->add_option("--owner", options->owner, "Who answers for it")->type_name("WHO");
  verb->add_option("--import", options->import,
                   "Take over what a .gitleaksignore or a .secrets.baseline lets be")
      ->type_name("FILE");
  verb->callback([&invocation, options] {
    invocation.run = [&invocation, options] {
      CheckOptions(invocation.common, *options);
      return options->import.empty() ? RunAllowOne(invocation.common, *options)
                                     : RunImport(invocation.common, *options);
    };
  });
}

}  // namespace picket
