#include "cli/engine.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "cli/files.h"
#include "cli/installation.h"
#include "cli/policy_files.h"
#include "cli/presentable.h"
#include "cli/rule_cache.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "match/rule_set.h"
#include "match/trusted_file.h"
#include "scan/expander_opener.h"
#include "secrets/secret_detector.h"
#include "secrets/secret_mask.h"
#include "weights/imports.h"
#include "weights/weight_detector.h"

namespace picket {
namespace {

FingerprintKey ReadKey(const std::string& file) {
  return file.empty() ? FingerprintKey() : FingerprintKey(ReadWholeFile(file));
}

// The compiled table, or where there is none that can be trusted, the JSON that it is made from.
// Only a claimed pickle gets here, so the difference of a few milliseconds needs no note.
std::string ReadImports(const RuleFolders& folders) {
  std::string why;
  if (!folders.compiled.empty()) {
    if (auto table = ReadTrustedFile(folders.compiled_imports(), &why)) return std::move(*table);
  }
  return CompileImports(ReadWholeFile(folders.imports()));
}

LoadedRules LoadRules(const CommonOptions& common, RuleCache cache) {
  LoadedRules loaded;
  loaded.cache = cache;
  loaded.folders = FindRules(common);
  const RuleFolders& folders = loaded.folders;
  loaded.rules =
      cache == RuleCache::kUsed && folders.compiled.empty()
          ? LoadRulesThroughCache(folders.secrets(), &loaded.notes)
          : LoadSecretRules(folders.secrets(), folders.compiled_secrets(), &loaded.notes);
  return loaded;
}

// A process ends where its engine does, and taking a thousand rules apart would cost it what
// reading them has cost.
void KeepToTheEnd(const std::shared_ptr<const RuleSet>& rules) {
  static const auto* const kept = new std::shared_ptr<const RuleSet>(rules);
  static_cast<void>(kept);
}

// What the command line and the policy name.
std::vector<RuleFile> ListOwnRules(const CommonOptions& common, const Policy& policy) {
  std::vector<RuleFile> files = policy.rule_files;
  for (RuleFile& file : ReadNamedRules(common)) files.push_back(std::move(file));
  return files;
}

}  // namespace

std::future<LoadedRules> StartLoadingRules(const CommonOptions& common) {
  // Without a policy named the library loads in get() where no thread can be had.
  return std::async([&common] { return LoadRules(common, RuleCache::kOwnRules); });
}

Engine::Engine(const CommonOptions& common, const Policy& policy, RuleCache cache)
    : Engine(common, policy, LoadRules(common, cache)) {}

Engine::Engine(const CommonOptions& common, const Policy& policy, LoadedRules rules)
    : key_(ReadKey(policy.fingerprint_key_file)),
      rules_(std::move(rules.rules)),
      notes_(std::move(rules.notes)),
      limits_(policy.effective_limits()),
      threads_(common.threads != 0 ? common.threads : limits_.threads) {
  KeepToTheEnd(rules_);
  own_ = LoadOwnRules(ListOwnRules(common, policy), *rules_, rules.folders.compiled,
                      rules.cache == RuleCache::kUnused ? UserCache::kUnused : UserCache::kUsed);
  if (own_ != nullptr) PresentWith(own_);
  imports_ = std::make_unique<LazyImports>(
      [folders = std::move(rules.folders)] { return ReadImports(folders); });
  name_ = "picket " PICKET_VERSION ", " + rules_->Name();
  if (own_ != nullptr) name_ += ", own " + own_->Name();
  if (!key_.id().empty()) name_ += ", key " + key_.id();

  for (const Policy::BaselineRead& baseline : policy.baselines) {
    if (baseline.key_id == key_.id()) continue;
    notes_.push_back("The baseline " + baseline.file +
                     " was written under another fingerprint key, so that none of its lines can "
                     "match; write it again with `picket baseline`, or name its key.");
  }

  auto secrets = std::make_unique<SecretDetector>(rules_, key_, own_);
  mask_ = std::make_unique<SecretMask>(*secrets);
  detectors_.push_back(std::move(secrets));
  detectors_.push_back(std::make_unique<WeightDetector>(
      *imports_, key_, policy.weight_policy() == WeightPolicy::kSafetensorsOnly));
  for (const auto& detector : detectors_) views_.push_back(detector.get());
}

Engine::~Engine() = default;

unsigned Engine::threads() const {
  return threads_ != 0 ? threads_ : std::max(1u, std::thread::hardware_concurrency());
}

ScanOptions Engine::NewScanOptions() const {
  ScanOptions options;
  options.threads = threads_;
  options.new_opener = NewExpanderOpener({.bytes = limits_.expand_bytes,
                                          .children = limits_.expand_children,
                                          .depth = limits_.expand_depth});
  options.limits.findings = limits_.findings_per_blob;
  options.limits.depth = limits_.expand_depth;
  options.limits.key = &key_;
  return options;
}

}  // namespace picket
