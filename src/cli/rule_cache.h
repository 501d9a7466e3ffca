// Compiled rules of a folder that has none of its own (a build tree, --rules DIR), kept in the
// user's cache for the next audit or scan; hooks don't use them.
//
// An organisation's own rules, compiled, which takes a few of them 50 ms: in a file that is named
// after what they are made of, beside the installed rules (`picket rules compile` puts it there),
// or in the user's cache. pre-receive does not look into the cache: no environment variable selects
// what it judges by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "match/rule_files.h"
#include "match/rule_set.h"

namespace picket {

// $XDG_CACHE_HOME/picket, else ~/.cache/picket; empty where there is neither that nor a home
// folder.
std::filesystem::path UserCacheFolder();
// Makes it, for the user's eyes only. False, with a reason, where there can't be one.
bool MakeCacheFolder(const std::filesystem::path& folder, std::error_code* error);

// The rules of `dir`, from $XDG_CACHE_HOME/picket (else ~/.cache/picket) where what lies there is
// of these sources and can be trusted; else compiled, and left there. A cache that can't be written
// is a sentence in `notes`. Throws Error where the rules are wrong.
std::shared_ptr<const RuleSet> LoadRulesThroughCache(const std::string& dir,
                                                     std::vector<std::string>* notes);

enum class UserCache : uint8_t { kUnused, kUsed };

// Null where there are no `files`. `compiled` is the folder of the installed compiled rules, or "".
// Throws Error where the own rules are wrong (secrets/own_rules.h).
std::shared_ptr<const RuleSet> LoadOwnRules(std::span<const RuleFile> files,
                                            const RuleSet& installed, const std::string& compiled,
                                            UserCache cache);

// Compiles `files` into `folder` for LoadOwnRules. Throws Error.
void WriteOwnRules(std::span<const RuleFile> files, const RuleSet& installed,
                   const std::string& folder);

}  // namespace picket
