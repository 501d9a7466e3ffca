// The safetensors reader.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadSafetensors, "m.safetensors", data, size);
}
