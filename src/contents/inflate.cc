#include "contents/inflate.h"

#include <libdeflate.h>

#include <memory>

#include "contents/deflate.h"
#include "core/error.h"

namespace picket {
namespace {

// DEFLATE can't do better than 1,032 to 1.
constexpr uint64_t kMaxRatio = 1032;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

bool InflateWhole(Bytes compressed, uint64_t expected, std::string& bytes) {
  thread_local std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  if (!decompressor) throw Error("There is no memory left to inflate with.");
  bytes.resize(expected);
  size_t made = 0;
  libdeflate_result result =
      libdeflate_deflate_decompress_ex(decompressor.get(), compressed.data(), compressed.size(),
                                       bytes.data(), bytes.size(), nullptr, &made);
  bytes.resize(made);
  return result == LIBDEFLATE_SUCCESS;
}

}  // namespace

Inflated InflateRaw(Bytes compressed, uint64_t expected, uint64_t limit) {
  Inflated result;
  if (expected <= limit && expected / kMaxRatio <= compressed.size() &&
      InflateWhole(compressed, expected, result.bytes)) {
    result.end = PackedEnd::kWhole;
    return result;
  }
  result.bytes.clear();
  std::unique_ptr<PackedDecoder> decoder = NewRawDeflateDecoder();
  decoder->Start();
  result.end = Unpack(*decoder, compressed, limit, result.bytes).end;
  if (result.end == PackedEnd::kTooLarge) result.bytes.clear();
  return result;
}

}  // namespace picket
