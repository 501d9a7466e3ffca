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
#include "weights/pickle_trail.h"

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

// An opcode, and the abstract stack behind it. Texts are escaped as in a Python literal and cut at
// kPickleTextKept (weights/pickle_operand.h); hostile all the same.
struct DisassembledOpcode {
  uint64_t offset = 0;
  std::string_view opcode;  // "STACK_GLOBAL"
  std::string operand;
  std::vector<std::string> stack;  // its top, the highest value last
};
using OnDisassembled = std::function<void(const DisassembledOpcode&)>;

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
  // How its calls come about: weights/pickle_trail.h. Offsets in the blob.
  CallTrails trails;
  // Where the pickle begins in the blob; nullopt when this is none that can be listed.
  std::optional<uint64_t> start;
};

// The canonical names that a policy would have to allow so that these pass, sorted. `refused` gets
// those that no policy line can allow: known dangerous, or no name of a class at all.
std::vector<std::string> SuggestAllowed(const std::vector<ExplainedPickle>& pickles,
                                        std::vector<std::string>& refused);

// Calls `line` for each opcode of the pickle that begins at `start` of `bytes`, at most `max_lines`
// times; those of a pickle that stands between its opcodes (joblib's arrays of objects) come where
// they stand. Gives a clause on where and why reading ends.
std::string DisassemblePickle(Bytes bytes, uint64_t start, uint64_t max_lines,
                              const OnDisassembled& line);

// The pickles of one blob, stream by stream; not of its children, which the expander hands out.
// Empty when it is none. Globals are in order of offset.
std::vector<ExplainedPickle> ExplainPickles(const Blob& blob, const ImportSource& imports);

// What a blob is by its first bytes, else by the names it goes by: "safetensors", "GGUF", "zip",
// "named like weights"; "" for what looks like no weight file. A pickle has no first bytes.
std::string_view WeightFormatOf(const Blob& blob);
// The text that Git LFS keeps in the place of a file.
bool IsLfsPointer(Bytes bytes);

// The worst that any of these hold: a problem that is ambiguous counts as dangerous, and so do
// readers that part ways; one that is only told (kTold) counts as safe.
ImportVerdict WorstOf(const std::vector<ExplainedPickle>& pickles);

}  // namespace picket
