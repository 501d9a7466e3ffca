// The refs of the repositories from which this one borrows objects.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/object_id.h"
#include "git/repository.h"

namespace picket {

// The targets of the refs of every alternate that is the object folder of a repository; those that
// the environment names, which a client may have set, lend none. What can't be opened as one, or is
// not `settled` (some of it was let in before it was judged), has none, and is named in `notes`:
// less counts as existing then.
std::vector<ObjectId> AlternateRefs(const Repository& repository,
                                    const std::function<bool(const Repository&)>& settled,
                                    std::vector<std::string>* notes);

}  // namespace picket
