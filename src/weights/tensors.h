// Where a weight file keeps its tensors: numbers that no loader runs, and that are too many to be
// read byte by byte in a file of gigabytes.
#pragma once

#include <vector>

#include "core/bytes.h"

namespace picket {

// The ranges of `file` that hold tensors and nothing else, sorted and disjoint: those of a
// safetensors or GGUF file that its reader holds nothing against, the stored storages of a torch
// zip whose one directory and local headers agree, the arrays of a joblib file. Empty for all else;
// a directory that is wrong in any way leaves nothing out.
std::vector<Span> FindTensors(Bytes file);

}  // namespace picket
