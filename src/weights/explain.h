// What a weight file would do, global by global: for `picket explain`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/blob.h"
#include "weights/pickle_judge.h"

namespace picket {

struct ExplainedGlobal {
  // As the file spells them; hostile text.
  std::string module;
  std::string name;
  std::string canonical;
  ImportVerdict verdict = ImportVerdict::kUnknown;
  uint64_t offset = 0;  // in the blob
  std::string use;      // "called with REDUCE"
};

struct ExplainedPickle {
  // The blob's member name, and where in it the pickle stands: "archive/data.pkl@0x1f3".
  std::string member;
  std::vector<ExplainedGlobal> globals;
  // Clauses on what could not be read, and on where readers part ways.
  std::vector<std::string> gaps;
  std::vector<std::string> disagreements;
};

// The pickles of one blob, stream by stream; not of its children, which the expander hands out.
// Empty when it is none. Globals are in order of offset.
std::vector<ExplainedPickle> ExplainPickles(const Blob& blob, const ImportSource& imports);

}  // namespace picket
