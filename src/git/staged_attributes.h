// The .gitattributes that count for what is staged: the index's, and where it has none that differs
// from HEAD's, HEAD's.
#pragma once

#include <span>

#include "core/change_list.h"
#include "git/repository.h"
#include "git/staged.h"

namespace picket {

// `staged` is the index against HEAD. Fills in ChangeList::index_attributes; where more than 10,000
// folders hold something staged, only a note.
void AddStagedAttributes(const Repository& repository, std::span<const RawChange> staged,
                         ChangeList* list);

}  // namespace picket
