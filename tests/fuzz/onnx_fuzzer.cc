// The ONNX reader and the walk over protobuf.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadOnnx, "model.onnx", data, size);
}
