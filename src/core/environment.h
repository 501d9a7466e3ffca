// The variables of a process, or a test's.
#pragma once

#include <cstdlib>
#include <functional>

namespace picket {

// Null for a variable that is not set.
using Environment = std::function<const char*(const char*)>;

// This process's. Nobody may be changing them.
inline const char* GetVariable(const char* name) { return std::getenv(name); }

}  // namespace picket
