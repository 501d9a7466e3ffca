#include "cli/rule_cache.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/fingerprint.h"
#include "match/rule_store.h"
#include "match/trusted_file.h"
#include "secrets/own_rules.h"
#include "secrets/secret_detector.h"

namespace picket {
namespace {

namespace fs = std::filesystem;

// Versions of own rules that the cache keeps.
constexpr size_t kKept = 8;
constexpr std::string_view kOwnPrefix = "own-";
constexpr std::string_view kOwnSuffix = ".rules";

std::string OwnName(std::string_view hash) {
  return std::string(kOwnPrefix) + ToHex(AsBytes(hash)) + std::string(kOwnSuffix);
}

// Null where there is none that can be used: it is compiled again then, and nothing is lost.
std::shared_ptr<const RuleSet> TryOwn(const fs::path& file, const std::string& hash,
                                      const RuleSet& installed) {
  std::string why;
  std::optional<TrustedBytes> bytes = MapTrustedFile(file, &why);
  if (!bytes) return nullptr;
  std::shared_ptr<const RuleSet> set = RuleSet::Parse(std::move(*bytes), &why);
  if (set == nullptr || set->source_hash() != hash) return nullptr;
  // An id may be taken since: then compiling tells it.
  return FindTakenIds(set->rules(), installed).empty() ? set : nullptr;
}

// The oldest go, so that each edit of the rules leaves no file for ever.
void DropOldOnes(const fs::path& folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    if (!name.starts_with(kOwnPrefix) || !name.ends_with(kOwnSuffix)) continue;
    files.emplace_back(fs::last_write_time(it->path(), error), it->path());
  }
  std::sort(files.begin(), files.end());
  for (size_t i = 0; i + kKept < files.size(); ++i) fs::remove(files[i].second, error);
}

}  // namespace

fs::path UserCacheFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "picket";
  const char* home = std::getenv("HOME");
  // Accounts of services have a home that is not there, and nobody wants it made.
  std::error_code error;
  if (home == nullptr || *home != '/' || !fs::is_directory(home, error)) return {};
  return fs::path(home) / ".cache" / "picket";
}

bool MakeCacheFolder(const fs::path& folder, std::error_code* error) {
  fs::create_directories(folder, *error);
  if (!*error) fs::permissions(folder, fs::perms::owner_all, *error);
  return !*error;
}

std::shared_ptr<const RuleSet> LoadRulesThroughCache(const std::string& dir,
                                                     std::vector<std::string>* notes) {
  const fs::path folder = UserCacheFolder();
  if (folder.empty()) return LoadSecretRules(dir, "", notes);
  const fs::path file = folder / "secrets.rules";
  std::vector<std::string> not_used;
  std::shared_ptr<const RuleSet> rules = LoadSecretRules(dir, file, &not_used);
  if (not_used.empty()) return rules;
  std::error_code error;
  try {
    if (!MakeCacheFolder(folder, &error)) throw Error(error.message() + ".");
    WriteCompiledRules(*rules, dir, file);
  } catch (const Error& why) {
    notes->push_back("The cache " + folder.string() +
                     " can't be written, so the next run compiles the rules again: " + why.what());
  }
  return rules;
}

std::shared_ptr<const RuleSet> LoadOwnRules(std::span<const RuleFile> files,
                                            const RuleSet& installed, const std::string& compiled,
                                            UserCache cache) {
  if (files.empty()) return nullptr;
  const std::string hash = HashOwnRules(files);
  const std::string name = OwnName(hash);
  const fs::path folder = cache == UserCache::kUsed ? UserCacheFolder() : fs::path();
  for (const fs::path& place : {fs::path(compiled), folder}) {
    if (place.empty()) continue;
    if (auto set = TryOwn(place / name, hash, installed)) return set;
  }
  std::shared_ptr<const RuleSet> set = CompileOwnRules(files, installed);
  std::error_code error;
  if (folder.empty() || !MakeCacheFolder(folder, &error)) return set;
  try {
    WriteTrustedFile(folder / name, set->Serialize(""));
    DropOldOnes(folder);
  } catch (const Error&) {
    // The verdict is the same without, and a hook has better things to say.
  }
  return set;
}

void WriteOwnRules(std::span<const RuleFile> files, const RuleSet& installed,
                   const std::string& folder) {
  const std::shared_ptr<const RuleSet> set = CompileOwnRules(files, installed);
  WriteTrustedFile(fs::path(folder) / OwnName(set->source_hash()), set->Serialize(""));
}

}  // namespace picket
