// What `picket scan` would say of the weights that `picket explain` explains, under the same
// policy: the two never part ways.
#pragma once

#include "cli/engine.h"
#include "core/verdict.h"
#include "scan/file_source.h"
#include "scan/policy.h"

namespace picket {

// Of secrets in `files` nothing is said. `engine` was made for `policy`.
Verdict JudgeWeights(const Engine& engine, const Policy& policy, const FileList& files);

}  // namespace picket
