// The Keras reader and the walk over JSON.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadKeras, "config.json", data, size);
}
