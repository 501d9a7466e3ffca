// The reader of R's serialization, in each of its forms.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadR, "x.rds", data, size);
}
