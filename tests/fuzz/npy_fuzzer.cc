// The npy reader.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadNpy, "m.npy", data, size);
}
