// Where rules come from at run time: the compiled file when it can be trusted, else the rule files.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "match/rule_set.h"

namespace picket {

// Compiles the *.json of `dir`. Throws Error with every complaint when one rule is wrong, when the
// folder can't be read or when there is no rule.
std::shared_ptr<const RuleSet> CompileRules(const std::string& dir,
                                            std::span<const std::string_view> validators);

// Uses `compiled` only if it is of today's rule files in `dir`, of this version, engine and
// processor, and if the file and its folder belong to root or the effective user and nobody else
// may write them; else compiles `dir` and appends one sentence to `notes`. An empty `compiled`
// compiles without a note; an empty `dir` takes `compiled` without comparing the sources.
std::shared_ptr<const RuleSet> LoadRules(const std::string& dir, const std::string& compiled,
                                         std::span<const std::string_view> validators,
                                         std::vector<std::string>* notes);

// Writes atomically, mode 0644. `dir` is where `rules` were compiled from. Throws Error.
void WriteCompiledRules(const RuleSet& rules, const std::string& dir, const std::string& path);

}  // namespace picket
