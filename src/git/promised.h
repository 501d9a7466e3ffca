// What a partial clone does not have, and its promisor may still supply.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "core/object_id.h"
#include "git/commit_records.h"
#include "git/known_ids.h"
#include "git/pack_order.h"
#include "git/repository.h"

namespace picket {

struct PromisedCount {
  uint64_t objects = 0;
  bool has_read_all = true;  // no commit or tag that might name more was unreadable
};

// How many objects are named by commits, tags and refs, or stand in `absent` (from the entries of
// trees), and are not in the store: each once. What an absent tree would name is not known. Fetches
// nothing. Parents that a shallow clone leaves out don't count. Commits that `records` has noted
// lack nothing, and are not read again. `inventory` is the whole store's.
PromisedCount CountPromised(const Repository& repository, const ObjectInventory& inventory,
                            const KnownIds& known, const CommitRecords& records,
                            std::unordered_set<ObjectId> absent, unsigned threads);

}  // namespace picket
