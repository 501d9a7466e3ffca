// The search for what leads out of an HDF5 file. Inputs stand behind a superblock of 96 bytes, of
// either width: no file of the corpus is HDF5 by itself.
#include <string>

#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kSuperblock = 96;
  for (char width : {'\4', '\x8'}) {
    std::string file = "\x89HDF\r\n\x1a\n";
    file += std::string(5, '\0') + width + width;
    file.resize(kSuperblock, '\0');
    file.append(reinterpret_cast<const char*>(data), size);
    picket::FuzzFormat(picket::ReadHdf5, "model.h5", reinterpret_cast<const uint8_t*>(file.data()),
                       file.size());
  }
  return 0;
}
