// An organisation's own rules: files in the form of patterns/secrets/*.json whose rules are added
// to the installed ones. They are a set of their own, since compiling both together takes seconds.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "match/rule_files.h"
#include "match/rule_set.h"

namespace picket {

// SHA-256 over what the files hold, 32 bytes: neither names nor order count, so that one file has
// one hash wherever it lies.
std::string HashOwnRules(std::span<const RuleFile> files);

// One sentence for each of `rules` whose id is an installed rule's.
std::vector<std::string> FindTakenIds(std::span<const Rule> rules, const RuleSet& installed);

// The set of all rules of `files`, whose names are what a complaint calls them; its source_hash()
// is HashOwnRules. A file that is named twice counts once. Throws Error with every complaint at
// once, among them ids that are those of installed rules.
std::shared_ptr<const RuleSet> CompileOwnRules(std::span<const RuleFile> files,
                                               const RuleSet& installed);

// Each once, by content.
std::vector<RuleFile> WithoutRepeats(std::span<const RuleFile> files);

}  // namespace picket
