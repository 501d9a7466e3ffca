// libgit2's own questions about objects, answered by our reader.
#pragma once

#include "git/pack/pack_store.h"

struct git_repository;

namespace picket {

// From here on `repository` sees the objects of `store`, which must outlive it. Nothing is opened
// before libgit2 asks. Throws Error.
void GiveObjects(git_repository* repository, PackStore& store);

}  // namespace picket
