// The detector of the weights wing: what a model file would do when it is loaded.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/detector.h"
#include "core/fingerprint.h"
#include "weights/imports.h"
#include "weights/pickle_judge.h"

namespace picket {

// Loads the compiled table once, when it is first asked for. `load` gives the bytes that
// CompileImports made; it may throw Error, and is then asked again by the next.
class LazyImports : public ImportSource {
 public:
  explicit LazyImports(std::function<std::string()> load) : load_(std::move(load)) {}
  const Imports& Get() const override;

 private:
  std::function<std::string()> load_;
  mutable std::mutex mutex_;
  mutable std::optional<Imports> imports_;
};

// Findings (rule, concern):
//   pickle.dangerous-global     kDangerous  subject is the canonical global, one for each
//   pickle.unknown-global       kUnknown    subject is the canonical global, one for each;
//                                           "(computed callable)" where what is called is made by
//                                           the pickle itself
//   pickle.reader-disagreement  kAmbiguous  one for each blob
//   pickle.present              kPickle     one for each blob that is read as a pickle; informs
//   safetensors.malformed-header, safetensors.extra-bytes   kAmbiguous
//   gguf.malformed-header                                   kAmbiguous
//   keras.lambda-layer, keras.marshalled-code, keras.nested-pickle, keras.unsafe-reference,
//   keras.file-reference, onnx.external-path, onnx.python-operator, tensorflow.python-operator,
//   tensorflow.file-operator, tensorflow.network-operator, gguf.unsafe-template, template.unsafe,
//   torchscript.file-access, skops.dangerous-type, executorch.native-code, r.mapped-file
//                                                           kDangerous
//   hdf5.external-link, hdf5.external-storage, hdf5.virtual-dataset
//                                   kDangerous where the path leads out of the folder, else
//                                   kUnknown
//   r.promise                       kDangerous or, bound to a name, by what its code calls kUnknown
//   r.call, executorch.unknown-delegate, executorch.library-path   kUnknown
//   executorch.malformed, hdf5.malformed-reference                 kAmbiguous
//   onnx.custom-operator, config.remote-code   kTold: the file can't do it by itself
//   keras.foreign-reference, nemo.target                    kDangerous or kUnknown, by the import
//                                                           table's word on the name
//   skops.unknown-type, mar.handler-code                    kUnknown
// At most 256 globals are listed for a blob, the dangerous ones first; one more finding, with the
// subject "(more globals)", says how many are not.
//
// The fingerprint is that of the bytes of the blob that is scanned, HMAC over their SHA-256: for a
// child (an archive's member) the child's bytes, not the outermost file's.
//
// Scan throws Error only when the import table can't be loaded.
class WeightDetector : public Detector {
 public:
  // Both outlive the detector and its sessions. `tell_pickles`: whether pickle.present is told. It
  // is every pickle's finding, and the hash of a model of gigabytes is what it costs.
  WeightDetector(const ImportSource& imports, const FingerprintKey& key, bool tell_pickles = true)
      : imports_(imports), key_(key), tell_pickles_(tell_pickles) {}
  std::unique_ptr<Session> NewSession() const override;

 private:
  const ImportSource& imports_;
  const FingerprintKey& key_;
  bool tell_pickles_;
};

}  // namespace picket
