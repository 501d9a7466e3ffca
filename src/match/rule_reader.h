// Reads patterns/secrets/*.json. The format is patterns/secrets.schema.json.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "match/rule.h"
#include "match/rule_files.h"

namespace picket {

// Every rule that can be read, sorted as the files stand; one sentence for everything else, all
// of them at once. Checks types, keys, dialect, widths and uniqueness; `validators` are the names
// that the caller knows.
std::vector<RuleSource> ParseRuleFiles(std::span<const RuleFile> files,
                                       std::span<const std::string_view> validators,
                                       std::vector<std::string>* complaints);

// Keys that an entry may have; the schema names the same.
std::span<const std::string_view> RuleKeys();

}  // namespace picket
