// What a weight file would do, global by global, opcode by opcode: for `picket explain`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/blob.h"
#include "core/finding.h"
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

struct ExplainedProblem {
  std::string rule;     // "keras.lambda-layer"
  std::string subject;  // hostile text
  std::string message;
  uint64_t offset = 0;  // in the blob
  WeightConcern concern = WeightConcern::kAmbiguous;
};

// A pickle, or a blob in which a format's reader found something else to say.
struct ExplainedPickle {
  // The blob's member name, and where in it the pickle stands: "archive/data.pkl@0x1f3".
  std::string member;
  std::vector<ExplainedGlobal> globals;
  // Clauses on what could not be read, and on where readers part ways.
  std::vector<std::string> gaps;
  std::vector<std::string> disagreements;
  // What formats that are no pickle hold against the blob.
  std::vector<ExplainedProblem> problems;
  // Where the pickle begins in the blob; nullopt when this is none that can be listed.
  std::optional<uint64_t> start;
};

// The canonical names that a policy would have to allow so that these pass, sorted. `refused` gets
// those that no policy line can allow: known dangerous, or no name of a class at all.
std::vector<std::string> SuggestAllowed(const std::vector<ExplainedPickle>& pickles,
                                        std::vector<std::string>& refused);

// One line for each opcode of the pickle that begins at `start` of `bytes`: offset, name, operand,
// and the top of the abstract stack behind it. Calls `line` at most `max_lines` times; the last
// line says where and why reading ends. Text from the pickle is escaped as in a Python literal.
void DisassemblePickle(Bytes bytes, uint64_t start, uint64_t max_lines,
                       const std::function<void(const std::string&)>& line);

// The pickles of one blob, stream by stream; not of its children, which the expander hands out.
// Empty when it is none. Globals are in order of offset.
std::vector<ExplainedPickle> ExplainPickles(const Blob& blob, const ImportSource& imports);

}  // namespace picket
