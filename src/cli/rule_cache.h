// Compiled rules of a folder that has none of its own (a build tree, --rules DIR), kept in the
// user's cache for the next audit or scan. Hooks don't use it: no environment variable selects what
// they judge by.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "match/rule_set.h"

namespace picket {

// The rules of `dir`, from $XDG_CACHE_HOME/picket (else ~/.cache/picket) where what lies there is
// of these sources and can be trusted; else compiled, and left there. A cache that can't be written
// is a sentence in `notes`. Throws Error where the rules are wrong.
std::shared_ptr<const RuleSet> LoadRulesThroughCache(const std::string& dir,
                                                     std::vector<std::string>* notes);

}  // namespace picket
