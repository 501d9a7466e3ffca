// What a weight file is, in a word, for people: by its first bytes, else by its name. The readers
// of formats.def decide for themselves what they read.
#include <algorithm>

#include "core/byte_reader.h"
#include "weights/explain.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n";
constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;
constexpr uint64_t kMaxPointer = 1024;

bool IsSafetensors(Bytes bytes) {
  ByteReader reader(bytes);
  uint64_t header = reader.U64Le();
  return reader.ok() && header <= kMaxSafetensorsHeader && header >= 2 &&
         header <= bytes.size() - 8 && bytes[8] == '{';
}

// The signature stands at 0, 512, 1024, 2048 and so on.
bool IsHdf5(Bytes bytes) {
  for (uint64_t at = 0; at < bytes.size() && bytes.size() - at >= kHdf5.size();
       at = at == 0 ? 512 : at * 2) {
    if (AsText(bytes.subspan(at, kHdf5.size())) == kHdf5) return true;
  }
  return false;
}

}  // namespace

bool IsLfsPointer(Bytes bytes) {
  return bytes.size() < kMaxPointer &&
         AsText(bytes).starts_with("version https://git-lfs.github.com/spec/v1\n");
}

std::string_view WeightFormatOf(const Blob& blob) {
  std::string_view text = AsText(blob.bytes);
  auto at_4 = [&](std::string_view magic) {
    return text.size() >= 8 && text.substr(4, magic.size()) == magic;
  };
  if (IsSafetensors(blob.bytes)) return "safetensors";
  if (text.starts_with("GGUF")) return "GGUF";
  if (text.starts_with("\x93NUMPY")) return "NumPy array";
  if (IsHdf5(blob.bytes)) return "HDF5";
  if (at_4("TFL3")) return "TensorFlow Lite";
  if (at_4("ET12") || at_4("ET13")) return "ExecuTorch";
  if (IsNamedLike(blob, {".safetensors"})) return "named safetensors";
  if (IsNamedLike(blob, {".gguf", ".ggml"})) return "named GGUF";
  if (IsNamedLike(blob, {".onnx"})) return "ONNX";
  if (IsNamedLike(blob, {".pb"})) return "TensorFlow graph";
  if (IsNamedLike(blob, {".h5", ".hdf5", ".keras", ".tflite", ".pte", ".mlmodel", ".rds", ".rdata",
                         ".msgpack", ".nemo", ".skops", ".mar", ".ptl", ".jit"})) {
    return "named like weights";
  }
  if (!HasWeightName(blob)) return {};
  return text.starts_with("PK\x03\x04") ? "zip" : "named like weights";
}

}  // namespace picket
