// What a partial clone does not have, and its promisor may still supply.
#pragma once

#include <cstdint>

#include "git/repository.h"

namespace picket {

// How many objects the refs reach that are not in the store; 0 without a promisor, where nothing
// may be missing. Asks `git rev-list` and fetches nothing. Throws Error where the list can't be
// had.
uint64_t CountPromised(const Repository& repository);

}  // namespace picket
