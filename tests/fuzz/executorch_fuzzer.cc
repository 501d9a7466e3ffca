// The ExecuTorch reader and the walk over FlatBuffers.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadExecutorch, "model.pte", data, size);
}
