#include "cli/rule_cache.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "match/rule_store.h"
#include "secrets/secret_detector.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

fs::path CacheFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "picket";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" / "picket" : fs::path();
}

}  // namespace

std::shared_ptr<const RuleSet> LoadRulesThroughCache(const std::string& dir,
                                                     std::vector<std::string>* notes) {
  const fs::path folder = CacheFolder();
  if (folder.empty()) return LoadSecretRules(dir, "", notes);
  const fs::path file = folder / "secrets.rules";
  std::vector<std::string> not_used;
  std::shared_ptr<const RuleSet> rules = LoadSecretRules(dir, file, &not_used);
  if (not_used.empty()) return rules;
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  try {
    if (error) throw Error(error.message() + ".");
    WriteCompiledRules(*rules, dir, file);
  } catch (const Error& why) {
    notes->push_back("The cache " + folder.string() +
                     " can't be written, so the next run compiles the rules again: " + why.what());
  }
  return rules;
}

}  // namespace picket
