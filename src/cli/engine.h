// The engine, assembled: rules, weight knowledge, detectors and the mask, as one installation and
// one policy give them.
#pragma once

#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/installation.h"
#include "core/detector.h"
#include "core/fingerprint.h"
#include "core/mask.h"
#include "scan/policy.h"
#include "scan/scanner.h"

namespace picket {

class RuleSet;
class ImportSource;

// Which files of compiled rules a verb looks for in the user's cache (cli/rule_cache.h).
enum class RuleCache : uint8_t {
  kUnused,    // pre-receive
  kOwnRules,  // local hooks: those that the organisation adds
  kUsed,      // audit and scan: all
};

// The secret rules of one installation, compiled.
struct LoadedRules {
  RuleCache cache = RuleCache::kUnused;
  RuleFolders folders;
  std::shared_ptr<const RuleSet> rules;
  // Sentences for the report ("the compiled rules are older than ...").
  std::vector<std::string> notes;
};

// For a hook: loads them on a thread of its own, megabytes that can be read while Git lists what is
// staged, or says what is pushed. What it throws, get() throws. `common` outlives it.
std::future<LoadedRules> StartLoadingRules(const CommonOptions& common, RuleCache cache);
// The same on the calling thread: what a thread of its own takes from the heap, it takes page by
// page.
std::future<LoadedRules> LoadRulesNow(const CommonOptions& common, RuleCache cache);

class Engine {
 public:
  // Throws Error when there are no rules, or one of them is broken: nothing may pass then.
  Engine(const CommonOptions& common, const Policy& policy, RuleCache cache = RuleCache::kUnused);
  Engine(const CommonOptions& common, const Policy& policy, LoadedRules rules);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // One more, which outlives this engine; before anything is scanned.
  void Use(const Detector& detector) { views_.push_back(&detector); }
  // One that was used and is about to end before this engine.
  void Drop(const Detector& detector) { std::erase(views_, &detector); }
  std::span<const Detector* const> detectors() const { return views_; }
  Mask& mask() const { return *mask_; }
  const RuleSet& rules() const { return *rules_; }
  // Those of --rules FILE and of the policy; null where there are none.
  const RuleSet* own_rules() const { return own_.get(); }
  const ImportSource& imports() const { return *imports_; }
  // "picket 0.1.0, rules 1f2e3d4c5b6a (42), own rules 6b5a4c3d2e1f (3)".
  const std::string& name() const { return name_; }
  // Whatever decides what a scan finds, but for the policy's limits: the program, the rules, the
  // import table and the key; 32 bytes. Throws Error where a file can't be read.
  std::string ScanIdentity() const;
  // FingerprintKey::id() of the policy's key; "" for the public one.
  const std::string& key_id() const { return key_.id(); }
  // Sentences for the report ("the compiled rules are older than ...").
  const std::vector<std::string>& notes() const { return notes_; }
  // Opens whatever is otherwise opened when it is first needed. Then, and afterwards, nothing here
  // opens a file.
  void OpenRest();
  // One sentence more for the report.
  void AddNote(std::string note) { notes_.push_back(std::move(note)); }
  // How this policy has blobs scanned; progress is left to the caller. Refers to this engine.
  ScanOptions NewScanOptions() const;
  // As many as --threads or the policy say, else one for each processor; 1 or more.
  unsigned threads() const;

 private:
  RuleFolders folders_;
  FingerprintKey key_;
  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const RuleSet> own_;
  struct ImportsFile;
  std::shared_ptr<ImportsFile> imports_file_;
  std::unique_ptr<ImportSource> imports_;
  std::vector<std::unique_ptr<Detector>> detectors_;
  std::vector<const Detector*> views_;
  std::unique_ptr<Mask> mask_;
  std::string name_;
  std::vector<std::string> notes_;
  EffectiveLimits limits_;
  unsigned threads_ = 0;
};

}  // namespace picket
