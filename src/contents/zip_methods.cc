#include "contents/zip_methods.h"

#include <algorithm>

#include "contents/lzma.h"
#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint16_t kDeflated = 8;
constexpr uint16_t kBzip2 = 12;
constexpr uint16_t kLzma = 14;
constexpr uint16_t kOldZstd = 20;
constexpr uint16_t kZstd = 93;
constexpr uint16_t kXz = 95;

Inflated Decode(PackedDecoder* decoder, Bytes data, uint64_t limit) {
  Inflated result;
  if (decoder == nullptr) return result;
  decoder->Start();
  result.end = Unpack(*decoder, data, std::min(limit, MostUnpacked(data.size())), result.bytes).end;
  if (result.end == PackedEnd::kTooLarge) result.bytes.clear();
  return result;
}

// The version of the encoder, the size of the properties, the properties, the bare stream. Where
// the directory's size is what ends it, the decoder is told nothing and the data ends.
Inflated DecodeLzma(Bytes data, uint64_t size, uint64_t limit) {
  ByteReader reader(data);
  reader.Skip(2);
  Bytes properties = reader.Take(reader.U16Le());
  Bytes stream = reader.Take(reader.remaining());
  if (!reader.ok()) return {};
  Inflated result = Decode(NewRawLzmaDecoder({false, properties}).get(), stream, limit);
  if (result.end == PackedEnd::kCut && result.bytes.size() >= size) result.end = PackedEnd::kWhole;
  return result;
}

}  // namespace

bool EndsByItself(uint16_t method) {
  return method == kDeflated || method == kBzip2 || method == kLzma || method == kZstd ||
         method == kOldZstd || method == kXz;
}

std::optional<Inflated> UnpackZipData(Bytes data, uint16_t method, uint64_t size, uint64_t limit) {
  switch (method) {
    case kDeflated: return InflateRaw(data, size, limit);
    case kBzip2: return Decode(kBzip2Packing.NewDecoder().get(), data, limit);
    case kLzma: return DecodeLzma(data, size, limit);
    case kOldZstd:
    case kZstd: return Decode(kZstdPacking.NewDecoder().get(), data, limit);
    case kXz: return Decode(kXzPacking.NewDecoder().get(), data, limit);
    default: return std::nullopt;
  }
}

}  // namespace picket
