#include "scan/policy.h"

#include <algorithm>
#include <ctime>

#include "core/error.h"

namespace picket {
namespace {

bool IsListed(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Whether the system lets a repository loosen `key`: by its own name or its section's.
bool RepoMay(const Policy& system, std::string_view key) {
  return IsListed(system.repo_may, key) || IsListed(system.repo_may, key.substr(0, key.find('.')));
}

template <typename T>
void Append(std::vector<T>* all, const std::vector<T>& more) {
  all->insert(all->end(), more.begin(), more.end());
}

template <typename T>
void Replace(std::optional<T>* value, const std::optional<T>& nearer) {
  if (nearer) *value = nearer;
}

struct NamedLimit {
  std::string_view key;
  std::optional<uint64_t> PolicyLimits::*limit;
  uint64_t default_value;
};

const std::vector<NamedLimit>& Limits() {
  static const EffectiveLimits kDefaults;
  static const std::vector<NamedLimit> kLimits = {
      {"limits.blob_memory_bytes", &PolicyLimits::blob_memory_bytes, kDefaults.blob_memory_bytes},
      {"limits.temp_bytes", &PolicyLimits::temp_bytes, kDefaults.temp_bytes},
      {"limits.expand_bytes", &PolicyLimits::expand_bytes, kDefaults.expand_bytes},
      {"limits.expand_children", &PolicyLimits::expand_children, kDefaults.expand_children},
      {"limits.expand_depth", &PolicyLimits::expand_depth,
       static_cast<uint64_t>(kDefaults.expand_depth)},
      {"limits.findings_per_blob", &PolicyLimits::findings_per_blob, kDefaults.findings_per_blob},
      {"limits.threads", &PolicyLimits::threads, kDefaults.threads},
  };
  return kLimits;
}

// Refuses what a repository's policy may not do.
class Tightener {
 public:
  Tightener(const Policy& system, std::string_view file) : system_(system), file_(file) {}

  void Check(std::string_view key, bool loosens) const {
    if (!loosens || RepoMay(system_, key)) return;
    throw Error("The policy " + std::string(file_) + " loosens \"" + std::string(key) +
                "\", which this server does not let a repository do; remove the key, or list it "
                "under server.repo_may in the system's policy, /etc/picket/policy.json.");
  }

 private:
  const Policy& system_;
  std::string_view file_;
};

void CheckNoServer(const Policy& policy, std::string_view file) {
  if (!policy.has_server && !policy.malware.has) return;
  throw Error("The policy " + std::string(file) + " has a \"" +
              (policy.has_server ? "server" : "malware") +
              "\" section, which only the system's policy may have; remove it.");
}

}  // namespace

Action Policy::ActionFor(Tier tier) const {
  return tier == Tier::kPrecise ? precise.value_or(Action::kBlock)
                                : contextual.value_or(Action::kWarn);
}

bool Policy::GapsBlock(Gate gate) const {
  if (gaps) return *gaps == Action::kBlock;
  return gate == Gate::kPreReceive || gate == Gate::kAudit || gate == Gate::kScan;
}

bool Policy::Excludes(std::string_view path) const {
  return std::any_of(exclude.begin(), exclude.end(),
                     [&](const Glob& glob) { return glob.Matches(path); });
}

bool Policy::AllowsClass(std::string_view canonical) const {
  return IsListed(weights_allow, canonical);
}

uint8_t Policy::InlineWordsAt(Gate gate) const {
  if (gate == Gate::kPreReceive && !Honours("inline")) return 0;
  return inline_words.value_or(kPicketAllow);
}

EffectiveLimits Policy::effective_limits() const {
  EffectiveLimits result;
  result.blob_memory_bytes = limits.blob_memory_bytes.value_or(result.blob_memory_bytes);
  result.temp_bytes = limits.temp_bytes.value_or(result.temp_bytes);
  result.expand_bytes = limits.expand_bytes.value_or(result.expand_bytes);
  result.expand_children =
      static_cast<uint32_t>(limits.expand_children.value_or(result.expand_children));
  result.expand_depth =
      static_cast<int>(limits.expand_depth.value_or(static_cast<uint64_t>(result.expand_depth)));
  result.findings_per_blob = limits.findings_per_blob.value_or(result.findings_per_blob);
  result.threads = static_cast<unsigned>(limits.threads.value_or(result.threads));
  return result;
}

bool Policy::Honours(std::string_view file) const { return IsListed(honour, file); }

Policy Tighten(const Policy& system, const Policy& repository, std::string_view file) {
  Tightener tightener(system, file);
  for (Tier tier : {Tier::kPrecise, Tier::kContextual}) {
    const auto& said = tier == Tier::kPrecise ? repository.precise : repository.contextual;
    tightener.Check("tiers." + std::string(ToString(tier)), said && *said < system.ActionFor(tier));
  }
  tightener.Check("weights.policy",
                  repository.weights && *repository.weights < system.weight_policy());
  tightener.Check("weights.allow", !repository.weights_allow.empty());
  tightener.Check("allow", !repository.allow.empty());
  tightener.Check("exclude", !repository.exclude.empty());
  // Where gaps only warn, a lower limit means that less is looked at and nothing closes.
  bool gaps_block = system.GapsBlock(Gate::kPreReceive);
  tightener.Check("gaps", repository.gaps == Action::kWarn && gaps_block);
  for (const NamedLimit& limit : Limits()) {
    const auto& said = repository.limits.*limit.limit;
    uint64_t most = (system.limits.*limit.limit).value_or(limit.default_value);
    bool threads = limit.limit == &PolicyLimits::threads;
    // 0 threads means all processors.
    bool raises = said && (threads && most == 0 ? false : *said > most || (threads && *said == 0));
    tightener.Check(limit.key, said && (raises || (!gaps_block && !threads && *said != most)));
  }
  tightener.Check("fingerprint_key_file",
                  !repository.fingerprint_key_file.empty() &&
                      repository.fingerprint_key_file != system.fingerprint_key_file);
  tightener.Check("baseline", !repository.baseline.empty());
  const auto check = [&tightener](std::string_view key, bool loosens) {
    tightener.Check(key, loosens);
  };
  CheckLfsTightens(system.lfs, repository.lfs, check);
  CheckRefsTighten(system.refs, repository.refs, check);
  const uint8_t words = system.inline_words.value_or(kPicketAllow);
  tightener.Check("inline", (repository.inline_words.value_or(0) & ~words) != 0);
  CheckNoServer(repository, file);
  return Layer(system, repository);
}

Policy Layer(const Policy& base, const Policy& nearer) {
  Policy result = base;
  Replace(&result.precise, nearer.precise);
  Replace(&result.contextual, nearer.contextual);
  Replace(&result.weights, nearer.weights);
  Replace(&result.gaps, nearer.gaps);
  Replace(&result.inline_words, nearer.inline_words);
  Replace(&result.sandbox, nearer.sandbox);
  for (const NamedLimit& limit : Limits())
    Replace(&(result.limits.*limit.limit), nearer.limits.*limit.limit);
  Append(&result.weights_allow, nearer.weights_allow);
  Append(&result.allow, nearer.allow);
  Append(&result.exclude, nearer.exclude);
  Append(&result.repo_may, nearer.repo_may);
  Append(&result.honour, nearer.honour);
  result.lfs = Layer(base.lfs, nearer.lfs);
  result.refs = Layer(base.refs, nearer.refs);
  if (!nearer.fingerprint_key_file.empty())
    result.fingerprint_key_file = nearer.fingerprint_key_file;
  return result;
}

Policy WithAllowancesOf(const Policy& base, const Policy& tree) {
  Policy result = base;
  Append(&result.allow, tree.allow);
  return result;
}

void CheckTreePolicy(const Policy& tree, std::string_view file) {
  CheckNoServer(tree, file);
  const std::string_view key = MachineKeyOf(tree.lfs);
  if (key.empty()) return;
  throw Error("The policy " + std::string(file) + " has the key \"" + std::string(key) +
              "\", which names a folder of the machine, so that only the machine's policy may have "
              "it; remove it.");
}

std::string TodayUtc() {
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  size_t length = std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return {text, length};
}

}  // namespace picket
