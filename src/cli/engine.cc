#include "cli/engine.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "cli/build_id.h"
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

// The compiled table, or where there is none that can be trusted, the JSON that it is made from.
// Only a claimed pickle gets to what it says, so the difference of a few milliseconds needs no
// note.
struct Engine::ImportsFile {
  explicit ImportsFile(const RuleFolders& where) : folders(where) {}

  void Open() {
    std::string why;
    if (!folders.compiled.empty()) {
      if (auto mapped = MapTrustedFile(folders.compiled_imports(), &why))
        compiled.emplace(std::move(*mapped));
    }
    if (!compiled) json = ReadWholeFile(folders.imports());
    is_open = true;
  }
  std::string Read() {
    if (!is_open) Open();
    return compiled ? std::string(AsText(compiled->bytes())) : CompileImports(json);
  }

  RuleFolders folders;
  std::optional<TrustedBytes> compiled;
  std::string json;
  bool is_open = false;
};

std::future<LoadedRules> StartLoadingRules(const CommonOptions& common, RuleCache cache) {
  // Without a policy named the library loads in get() where no thread can be had.
  return std::async([&common, cache] { return LoadRules(common, cache); });
}

std::future<LoadedRules> LoadRulesNow(const CommonOptions& common, RuleCache cache) {
  std::packaged_task<LoadedRules()> load([&common, cache] { return LoadRules(common, cache); });
  std::future<LoadedRules> rules = load.get_future();
  load();
  return rules;
}

Engine::Engine(const CommonOptions& common, const Policy& policy, RuleCache cache)
    : Engine(common, policy, LoadRules(common, cache)) {}

Engine::Engine(const CommonOptions& common, const Policy& policy, LoadedRules rules)
    : folders_(rules.folders),
      key_(ReadKey(policy.fingerprint_key_file)),
      rules_(std::move(rules.rules)),
      notes_(std::move(rules.notes)),
      limits_(policy.effective_limits()),
      threads_(common.threads != 0 ? common.threads : limits_.threads) {
  KeepToTheEnd(rules_);
  own_ = LoadOwnRules(ListOwnRules(common, policy), *rules_, rules.folders.compiled,
                      rules.cache == RuleCache::kUnused ? UserCache::kUnused : UserCache::kUsed);
  if (own_ != nullptr) PresentWith(own_);
  imports_file_ = std::make_shared<ImportsFile>(folders_);
  imports_ = std::make_unique<LazyImports>([file = imports_file_] { return file->Read(); });
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

void Engine::OpenRest() {
  imports_file_->Open();
  PresentOnlyWith(rules_);
}

std::string Engine::ScanIdentity() const {
  // A build that was changed in any way judges anew; its version number may be the same.
  const std::string build = BuildId();
  std::string all = Sha256(AsBytes(build.empty() ? ReadWholeFile("/proc/self/exe") : build));
  all += Sha256(AsBytes(ImportsFile(folders_).Read()));
  for (const std::string& part :
       {name_, rules_->source_hash(), own_ != nullptr ? own_->source_hash() : std::string()}) {
    all += Sha256(AsBytes(part));
  }
  return Sha256(AsBytes(all));
}

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
