// Reads patterns/secrets/*.json. The format is patterns/secrets.schema.json.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "match/rule.h"

namespace picket {

struct RuleFile {
  std::string name;  // without the folder
  std::string bytes;
};

// Every *.json of `dir`, sorted by name. Throws Error when the folder can't be read or holds none.
std::vector<RuleFile> ReadRuleFiles(const std::string& dir);

// SHA-256 over names and contents, 32 bytes: tells whether a compiled file is of these sources.
std::string HashRuleFiles(std::span<const RuleFile> files);

// Every rule that can be read, sorted as the files stand; one sentence for everything else, all
// of them at once. Checks types, keys, dialect, widths and uniqueness; `validators` are the names
// that the caller knows.
std::vector<RuleSource> ParseRuleFiles(std::span<const RuleFile> files,
                                       std::span<const std::string_view> validators,
                                       std::vector<std::string>* complaints);

// Keys that an entry may have; the schema names the same.
std::span<const std::string_view> RuleKeys();

}  // namespace picket
