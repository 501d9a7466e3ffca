// The names of files and folders that a whole history has ever used: a credential in a file name is
// in no blob.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/finding.h"
#include "core/object_id.h"
#include "git/known_ids.h"
#include "git/pack_order.h"
#include "git/repository.h"
#include "git/tree_rows.h"

namespace picket {

struct TreeNames {
  // Distinct names of tree entries (one component of a path each), sorted by bytes.
  std::vector<std::string> names;
  // Trees that can't be read, sorted, and whether there were more names than are held (256 MiB).
  std::vector<Gap> gaps;
  // What entries name and the store does not hold; gitlinks aside. Listed where it is asked for.
  std::unordered_set<ObjectId> absent;
  // What stands in which tree, for Attribute(); null where that is more than is kept.
  std::shared_ptr<const TreeRows> rows;
};

// Reads every tree of `inventory` once, with `threads` threads (1 or more). `known` are its ids.
// The same result for any number of threads, but for which names are left out beyond the bound.
TreeNames ListTreeNames(const Repository& repository, const ObjectInventory& inventory,
                        const KnownIds& known, bool lists_absent, unsigned threads);

}  // namespace picket
