#include "git/repository_format.h"

namespace picket {

bool Libgit2Serves(const RepositoryFormat& format) { return format.is_plain; }

bool RefFilesServe(const RepositoryFormat& format) {
  return format.is_known && format.ref_storage == "files";
}

}  // namespace picket
