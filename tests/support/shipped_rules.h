// The rules that ship, compiled. Under ctest they are read from the file that the installed program
// compiled ($PICKET_COMPILED_RULES); by hand they are compiled, which takes seconds.
#pragma once

#include <memory>

#include "match/rule_set.h"

namespace picket {

std::shared_ptr<const RuleSet> ShippedRules();

}  // namespace picket
