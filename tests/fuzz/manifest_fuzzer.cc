// The manifests of model archives, each by its own name.
#include "weight_format.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const char* name :
       {"schema.json", "model_config.yaml", "MAR-INF/MANIFEST.json", "m/code/__torch__/m.py"}) {
    picket::FuzzFormat(picket::ReadManifest, name, data, size);
  }
  return 0;
}
