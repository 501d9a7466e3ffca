// Which loose objects a store holds, by the names of their files alone.
#pragma once

#include <string>
#include <vector>

#include "core/finding.h"
#include "core/object_id.h"
#include "git/repository.h"

namespace picket {

// Why a folder of the store can't be listed, as the reason of a gap.
std::string WhyUnlisted(int error);

struct LooseIds {
  std::vector<ObjectId> ids;  // sorted, each once
  std::vector<Gap> gaps;      // folders that can't be listed
};

// Of every object directory, alternates included, with `threads` threads (1 or more). A file whose
// name Git would not look for is no object.
LooseIds ListLooseIds(const Repository& repository, unsigned threads);

}  // namespace picket
