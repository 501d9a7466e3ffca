#include "git/repository_format.h"

namespace picket {

bool Libgit2Serves(const RepositoryFormat& format) { return format.is_plain; }

}  // namespace picket
