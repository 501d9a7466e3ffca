// The trail to each call of a pickle: which opcodes at which offsets put the callable and its
// arguments on the stack, as a tree. A shadow of the machine's stack and memo, opcode by opcode; it
// is built when somebody asks what a file does, never by a gate.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weights/imports.h"
#include "weights/pickle_machine.h"

namespace picket {

// One opcode that put a value on the stack, or changed one.
struct TrailStep {
  uint64_t offset = 0;  // in the bytes
  int depth = 0;        // 0 for the call itself; below a step stand the values it took
  std::string_view opcode;
  // As PickleOperandText.
  std::string operand;
  // "calls os.system", with the name as the stream spells it, escaped; else "".
  std::string note;
  // The value's own tree is in the trail already, below the first step with this offset.
  bool repeated = false;
  // How many of the values it took are not in the trail.
  uint64_t left_out = 0;
};

struct CallTrail {
  uint64_t offset = 0;  // of the opcode that calls
  std::string module;   // as the stream spells them, of the global that is called or changed
  std::string name;
  // Not the global itself is called, but what calling it gave.
  bool of_result = false;
  ImportVerdict verdict = ImportVerdict::kUnknown;
  // In preorder; the first is the call. At most kMaxSteps.
  std::vector<TrailStep> steps;
};

struct CallTrails {
  // In order of offset. A call that stands in the trail of another is not listed again.
  std::vector<CallTrail> calls;
  // Calls that no trail is kept of: further ones of the same global, or too many in all.
  uint64_t left_out = 0;
  // A clause, where calls were left out because trails could not be followed that far; else "".
  std::string_view reason;
};

inline constexpr size_t kMaxTrails = 64;
inline constexpr size_t kMaxTrailSteps = 64;
inline constexpr int kMaxTrailDepth = 8;
inline constexpr size_t kMostTrailValues = size_t{1} << 20;

// The frames that the pickle at `start` of `bytes` asks for: those of joblib where its arrays stand
// between the opcodes.
FrameRule FramesOf(Bytes bytes, uint64_t start);

// The trails of the pickle that begins at `start`. `verdict_of` says what is known of a global as
// the stream spells it; of safe ones one call each is kept, of others the first eight. Trails are
// followed through `most_values` at a time; values that nothing leads to any more don't count.
CallTrails TraceCalls(Bytes bytes, uint64_t start,
                      const std::function<ImportVerdict(const std::string& module,
                                                        const std::string& name)>& verdict_of,
                      size_t most_values = kMostTrailValues);

}  // namespace picket
