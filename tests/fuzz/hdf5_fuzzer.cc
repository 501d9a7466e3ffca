// The search for what leads out of an HDF5 file.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return picket::FuzzFormat(picket::ReadHdf5, "model.h5", data, size);
}
