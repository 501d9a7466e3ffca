#include "contents/inflate.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

#include "core/error.h"

namespace picket {
namespace {

// DEFLATE can't do better than 1,032 to 1.
constexpr uint64_t kMaxRatio = 1032;
constexpr uint64_t kFirstChunk = uint64_t{1} << 16;
constexpr uint64_t kMaxInput = uint64_t{1} << 30;

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

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

}  // namespace

Inflated InflateRaw(Bytes compressed, uint64_t expected, uint64_t limit) {
  Inflated result;
  if (expected <= limit && expected / kMaxRatio <= compressed.size() &&
      InflateWhole(compressed, expected, result.bytes)) {
    result.end = InflateEnd::kWhole;
    return result;
  }
  result.bytes.clear();
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    throw Error("There is no memory left to inflate with.");
  }
  std::unique_ptr<z_stream, EndInflate> guard(&stream);
  uint64_t taken = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0 && taken < compressed.size()) {
      uint64_t chunk = std::min<uint64_t>(compressed.size() - taken, kMaxInput);
      stream.next_in = const_cast<Bytef*>(compressed.data() + taken);
      stream.avail_in = static_cast<uInt>(chunk);
      taken += chunk;
    }
    uint64_t have = result.bytes.size();
    uint64_t room = std::clamp<uint64_t>(have, kFirstChunk, kMaxInput);
    room = std::min<uint64_t>(room, limit - have + 1);
    result.bytes.resize(have + room);
    stream.next_out = reinterpret_cast<Bytef*>(result.bytes.data() + have);
    stream.avail_out = static_cast<uInt>(room);
    status = inflate(&stream, Z_NO_FLUSH);
    result.bytes.resize(have + room - stream.avail_out);
    if (result.bytes.size() > limit) {
      result.bytes.clear();
      result.end = InflateEnd::kTooLarge;
      return result;
    }
  }
  result.end = status == Z_STREAM_END ? InflateEnd::kWhole : InflateEnd::kDamaged;
  return result;
}

}  // namespace picket
