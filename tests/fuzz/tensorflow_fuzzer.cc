// The TensorFlow reader.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadTensorflow, "saved_model.pb", data, size);
}
