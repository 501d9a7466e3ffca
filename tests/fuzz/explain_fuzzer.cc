// What `picket explain` makes of a file: globals, trails, opcodes, tensors. Trails are held against
// the machine, whose stack they shadow.
#include "fuzz/small_imports.h"
#include "weights/explain.h"
#include "weights/pickle_operand.h"
#include "weights/tensors.h"

namespace {

void CheckTrail(const picket::CallTrail& call, size_t size) {
  if (call.steps.empty() || call.steps.size() > picket::kMaxTrailSteps) __builtin_trap();
  int depth = -1;
  for (const picket::TrailStep& step : call.steps) {
    if (step.offset >= size || step.depth > depth + 1 || step.depth > picket::kMaxTrailDepth) {
      __builtin_trap();
    }
    depth = step.depth;
  }
  if (call.steps.front().offset != call.offset) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const picket::SmallImports imports;
  const picket::Bytes bytes(data, size);
  picket::BlobRef ref;
  ref.names.push_back("model.pkl");
  const picket::Blob blob{ref, bytes};
  if (picket::WeightFormatOf(blob).empty()) __builtin_trap();
  picket::BlobRef keras;
  keras.names.push_back("model.keras");
  if (picket::WeightFormatOf(picket::Blob{keras, bytes}).empty()) __builtin_trap();
  if (picket::IsLfsPointer(bytes) && picket::FindTensors(bytes).size() > 0) __builtin_trap();
  uint64_t at = 0;
  for (const picket::Span& span : picket::FindTensors(bytes)) {
    if (span.offset < at || span.length == 0 || span.end() > size) __builtin_trap();
    at = span.end();
  }
  const std::vector<picket::ExplainedPickle> pickles = picket::ExplainPickles(blob, imports);
  std::vector<std::string> refused;
  const size_t suggested = picket::SuggestAllowed(pickles, refused).size();
  if (picket::WorstOf(pickles) == picket::ImportVerdict::kSafe && suggested > 0) __builtin_trap();
  // With so little room that values are given up all the time.
  const picket::CallTrails cramped = picket::TraceCalls(
      bytes, 0,
      [](const std::string& module, const std::string&) {
        return module.size() % 2 == 0 ? picket::ImportVerdict::kSafe
                                      : picket::ImportVerdict::kUnknown;
      },
      16);
  if (cramped.calls.size() > picket::kMaxTrails) __builtin_trap();
  for (const picket::CallTrail& call : cramped.calls) CheckTrail(call, size);
  for (const picket::ExplainedPickle& pickle : pickles) {
    if (pickle.trails.calls.size() > picket::kMaxTrails) __builtin_trap();
    for (const picket::CallTrail& call : pickle.trails.calls) CheckTrail(call, size);
    if (!pickle.start) continue;
    picket::DisassemblePickle(bytes, *pickle.start, 1000,
                              [&](const picket::DisassembledOpcode& opcode) {
                                if (opcode.offset >= size) __builtin_trap();
                              });
  }
  return 0;
}
