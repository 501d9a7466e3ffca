// An import table with a name of every kind, for fuzz targets: what judges calls must be reached.
#pragma once

#include "weights/pickle_judge.h"

namespace picket {

class SmallImports : public ImportSource {
 public:
  const Imports& Get() const override { return imports_; }

 private:
  Imports imports_{CompileImports(R"({
    "version": 1,
    "safe": [
      {"module": "builtins", "names": ["set", "str"], "source": "-"},
      {"module": "collections", "names": ["OrderedDict"], "source": "-"},
      {"module": "numpy", "names": ["dtype"], "source": "-"},
      {"module": "joblib.numpy_pickle", "names": ["NumpyArrayWrapper"], "source": "-"},
      {"module": "torch._utils", "names": ["_rebuild_tensor_v2"], "source": "-"}
    ],
    "conditional": [
      {"module": "a", "names": ["b"], "condition": "instance", "source": "-"},
      {"module": "a", "names": ["v"], "condition": "value", "source": "-"},
      {"module": "a", "names": ["i"], "condition": "one-argument", "source": "-"},
      {"module": "builtins", "names": ["getattr"], "condition": "getattr", "source": "-"},
      {"module": "_codecs", "names": ["encode"], "condition": "codecs-encode", "source": "-"},
      {"module": "torch.storage", "names": ["_load_from_bytes"], "condition": "nested-torch",
       "source": "-"},
      {"module": "copyreg", "names": ["__newobj__"], "condition": "safe-callee", "source": "-"},
      {"module": "copyreg", "names": ["_reconstructor"], "condition": "safe-types", "source": "-"},
      {"module": "operator", "names": ["itemgetter"], "condition": "plain-name", "source": "-"},
      {"module": "a", "names": ["r"], "condition": "rebuild", "source": "-"},
      {"module": "dill._dill", "names": ["_load_type"], "condition": "type-name", "source": "-"}
    ],
    "dangerous": [{"module": "os", "names": ["*"], "source": "-"}],
    "dangerous_names": {"names": ["__globals__"], "source": "-"},
    "reachable_modules": {"names": ["os", "sys"], "source": "-"},
    "reaching_methods": {"names": ["x"], "source": "-"}
  })")};
};

}  // namespace picket
