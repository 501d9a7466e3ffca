// Linked instead of src/git/repository_route.cc: every repository is read as one that libgit2 can't
// open.
#include "git/repository_format.h"

namespace picket {

bool Libgit2Serves(const RepositoryFormat&) { return false; }

bool RefFilesServe(const RepositoryFormat&) { return false; }

}  // namespace picket
