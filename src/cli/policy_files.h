// Which policy files count at which gate. The judged never picks the judge: on a server the
// system's file rules, and a repository's own may only tighten it.
//
// A policy may name a baseline (scan/baseline.h), relative to its own folder; what it lists counts
// like the policy's own allowances. One that a tree's policy names is read from where that policy
// was: the index, the worktree or HEAD. Throws Error where it is not there.
//
// It may also name files of own rules (`rules`), by the same ways; they only add findings, so that
// a server's repository may name some too. What was pushed to a server names none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "git/repository.h"
#include "match/rule_files.h"
#include "scan/policy.h"

namespace picket {

// What the administrator of the machine has decided; read where it exists.
inline constexpr char kSystemPolicy[] = "/etc/picket/policy.json";
// What a repository carries in its tree.
inline constexpr char kTreePolicy[] = ".picket.json";
// What a server's repository has beside its refs.
inline constexpr char kServerPolicy[] = "picket.json";

// Of a file that --rules or a policy names; `named_by` begins the sentence where it can't be read.
// Throws Error.
RuleFile ReadRuleFile(const std::string& file, const std::string& named_by);

// Those of every --rules FILE, in their order. Throws Error.
std::vector<RuleFile> ReadNamedRules(const CommonOptions& common);

// The system's file, or the one named by --policy in its place. All that audit and scan read.
Policy ReadBasePolicy(const CommonOptions& common);

// pre-receive: the base, $GIT_DIR/picket.json, which may only tighten, and the allowances of the
// default branch's .picket.json where the base honours it.
Policy ReadServerPolicy(const CommonOptions& common, const Repository& repository);

// What the base and $GIT_DIR/picket.json say, as twelve digits that change with every byte of them;
// "" where there is neither.
std::string ServerPolicyId(const CommonOptions& common, const Repository& repository);

// pre-commit, pre-merge-commit, commit-msg: the base and the text of the staged .picket.json.
Policy ReadStagedPolicy(const CommonOptions& common, const Repository& repository,
                        const std::optional<std::string>& staged);

// A baseline that a policy names and that is not there: an Error but where it is about to be
// written.
enum class Missing : uint8_t { kIsAnError, kIsEmpty };

// pre-push, allow and baseline: the base and .picket.json of the worktree.
Policy ReadWorktreePolicy(const CommonOptions& common, const Repository& repository,
                          Missing missing = Missing::kIsAnError);

}  // namespace picket
