// What the owner of a gate has decided: tiers, weights, allowances, exclusions, limits, gaps.
// The file is JSON and read strictly (schemas/policy.schema.json): a key that is not known, or that
// stands twice, is an Error, since a rule that is silently ignored is a hole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/sandbox_use.h"
#include "match/rule_files.h"
#include "scan/allowance.h"
#include "scan/glob.h"
#include "scan/inline_mark.h"
#include "scan/policy_lfs.h"
#include "scan/policy_malware.h"
#include "scan/policy_refs.h"
#include "scan/server_policy.h"

namespace picket {

// Where picket stands.
enum class Gate : uint8_t {
  kPreCommit,
  kPreMergeCommit,
  kCommitMsg,
  kPrePush,
  kPreReceive,
  kAudit,
  kScan,
};

// Ordered from loose to strict.
enum class Action : uint8_t { kOff, kWarn, kBlock };
// Ordered from loose to strict.
enum class WeightPolicy : uint8_t { kDenylist, kAllowlist, kSafetensorsOnly };

// Unset limits have the defaults of EffectiveLimits.
struct PolicyLimits {
  std::optional<uint64_t> blob_memory_bytes;
  std::optional<uint64_t> temp_bytes;
  std::optional<uint64_t> expand_bytes;
  std::optional<uint64_t> expand_children;
  std::optional<uint64_t> expand_depth;
  std::optional<uint64_t> findings_per_blob;
  std::optional<uint64_t> threads;
};

struct EffectiveLimits {
  uint64_t blob_memory_bytes = uint64_t{64} << 20;  // larger Git objects go to a temporary file
  uint64_t temp_bytes = uint64_t{16} << 30;         // all temporary files together
  uint64_t expand_bytes = uint64_t{1} << 30;        // decoded or inflated below one blob
  uint32_t expand_children = 200'000;               // members below one blob
  int expand_depth = 8;                             // levels of content inside content
  size_t findings_per_blob = 1000;                  // kept in full, per blob and tier
  unsigned threads = 0;                             // 0: one per processor
};

struct Policy {
  std::optional<Action> precise;
  std::optional<Action> contextual;
  std::optional<WeightPolicy> weights;
  // Canonical names of globals that unknown-global findings may have, "pkg.module.Class".
  std::vector<std::string> weights_allow;
  std::vector<Allowance> allow;
  std::vector<Glob> exclude;
  PolicyLimits limits;
  LfsPolicy lfs;
  RefsPolicy refs;
  std::optional<Action> gaps;
  // Keys ("allow", "tiers.contextual", "weights", ...) that a repository's own policy may loosen.
  std::vector<std::string> repo_may;
  // What of the pushed repository counts on this server: ".picket.json" (its allowances, and those
  // of the baseline that it names), "inline" (comments beside a finding).
  std::vector<std::string> honour;
  // Whether hostile bytes are parsed in a sandbox: everywhere, not only on a server.
  std::optional<SandboxUse> sandbox;
  // Refs of the repositories whose objects this one borrows count as existing: what they hold has
  // been judged there.
  bool trust_alternates = false;
  // The rest of "server"; only the system's policy has it.
  ServerPolicy server;
  // A "server" key stands in the file, empty or not.
  bool has_server = false;
  // Only the system's policy has it.
  MalwarePolicy malware;
  // Bits of InlineWord: whose comments beside a finding may allow it.
  std::optional<uint8_t> inline_words;
  // The baseline file as the policy names it, "" for none; cli/policy_files.h finds and reads it.
  std::string baseline;
  // Those whose findings are in `allow`, and the keys that they were written under.
  struct BaselineRead {
    std::string file;
    std::string key_id;
  };
  std::vector<BaselineRead> baselines;
  // Files of an organisation's own rules as the policy names them; cli/policy_files.h reads them.
  std::vector<std::string> rules;
  // Those that count, read.
  std::vector<RuleFile> rule_files;
  // Absolute; "" for the public key.
  std::string fingerprint_key_file;

  // Precise findings block and contextual ones warn, unless the policy says otherwise.
  Action ActionFor(Tier tier) const;
  WeightPolicy weight_policy() const { return weights.value_or(WeightPolicy::kAllowlist); }
  // By default gaps block where nobody can look again (pre-receive, audit, scan), and warn in local
  // hooks, where any status but 0 is a veto.
  bool GapsBlock(Gate gate) const;
  bool Excludes(std::string_view path) const;
  bool AllowsClass(std::string_view canonical) const;
  // The comments that count at `gate`: picket's own unless the policy says otherwise; in
  // pre-receive none at all but where "inline" is honoured.
  uint8_t InlineWordsAt(Gate gate) const;
  EffectiveLimits effective_limits() const;
  bool Honours(std::string_view file) const;
};

// `file` names the text in errors. Throws Error, a sentence that names the file, the key and, for
// an unknown key, the nearest valid one where there is one near. Never repeats values of the file.
Policy ParsePolicy(std::string_view json, std::string_view file);
// Throws Error where the file can't be read.
Policy ReadPolicy(const std::string& file);

// Every key that a policy file may hold, as "tiers.contextual" and "allow[].reason".
std::vector<std::string> PolicyKeys();

// A server: `repository`'s policy on top of the system's. It may only tighten, but for keys that
// the system's `server.repo_may` lists. Throws Error that names the key and `file` otherwise.
Policy Tighten(const Policy& system, const Policy& repository, std::string_view file);
// A person's own machine: what `nearer` says replaces what `base` says; lists are joined.
Policy Layer(const Policy& base, const Policy& nearer);
// Adds the allowances of `tree` and nothing else of it (a file that `server.honour` names).
Policy WithAllowancesOf(const Policy& base, const Policy& tree);
// What travels with the judged content has no say over servers, nor over folders of the machine.
// Throws Error, naming `file`, where it has a "server" or "malware" key, "lfs.stores" or
// "lfs.memory".
void CheckTreePolicy(const Policy& tree, std::string_view file);

// Today's date in UTC, "YYYY-MM-DD".
std::string TodayUtc();

}  // namespace picket
