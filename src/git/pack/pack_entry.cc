#include "git/pack/pack_entry.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <new>

#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint32_t kMagic = 0x5041434b;  // "PACK"
constexpr uint64_t kPackHeaderBytes = 12;
// Deflate can't do better than one bit for 129 bytes.
constexpr uint64_t kLargestRatio = 1032;
constexpr size_t kHeadBytes = 65536;

// Whether the first block of a zlib stream has the codes that RFC 1951 fixes (section 3.2.6).
bool BeginsFixed(Bytes compressed) {
  return compressed.size() > 2 && (compressed[2] >> 1 & 3) == 1;
}

}  // namespace

std::string CheckPackFile(Bytes pack, Bytes checksum) {
  if (pack.size() < kPackHeaderBytes + checksum.size()) return "it is too short to be a pack";
  ByteReader reader(pack);
  if (reader.U32Be() != kMagic) return "it does not begin like a pack";
  const uint32_t version = reader.U32Be();
  if (version != 2 && version != 3) return "it is of a version that is not known";
  const Bytes trailer = pack.last(checksum.size());
  if (!std::equal(trailer.begin(), trailer.end(), checksum.begin())) {
    return "its end does not match its index";
  }
  return "";
}

bool ParsePackEntryHeader(Bytes pack, uint64_t offset, size_t id_bytes, PackEntryHeader* header) {
  if (pack.size() < id_bytes || offset < kPackHeaderBytes) return false;
  const Bytes bytes = pack.first(pack.size() - id_bytes);
  uint64_t at = offset;
  // Headers are parsed by the million, a byte at a time. What lies behind the end is 0, which ends
  // every number, and no header may reach there.
  const auto take = [&]() -> uint8_t {
    if (at < bytes.size()) return bytes[at++];
    at = UINT64_MAX;
    return 0;
  };
  uint8_t byte = take();
  const int kind = (byte >> 4) & 7;
  uint64_t size = byte & 15U;
  for (unsigned shift = 4; (byte & 0x80U) != 0; shift += 7) {
    if (shift > 60) return false;
    byte = take();
    const uint64_t bits = byte & 0x7fU;
    if (shift == 60 && bits > 15) return false;
    size |= bits << shift;
  }
  if (kind == 0 || kind == 5) return false;
  header->kind = static_cast<PackEntryKind>(kind);
  header->size = size;
  if (header->kind == PackEntryKind::kOffsetDelta) {
    byte = take();
    uint64_t distance = byte & 0x7fU;
    while ((byte & 0x80U) != 0) {
      if (distance >= (uint64_t{1} << 56)) return false;
      byte = take();
      distance = ((distance + 1) << 7) | (byte & 0x7fU);
    }
    if (distance == 0 || distance > offset) return false;
    header->base_offset = offset - distance;
  } else if (header->kind == PackEntryKind::kRefDelta) {
    if (at > bytes.size() || bytes.size() - at < id_bytes) return false;
    header->base = ObjectId::FromRaw(bytes.subspan(at, id_bytes));
    at += id_bytes;
  }
  header->data_offset = at;
  return at < bytes.size();
}

bool CouldInflateTo(uint64_t compressed, uint64_t size) {
  return size / kLargestRatio <= compressed;
}

// Whether the first block of a zlib stream has the codes that RFC 1951 fixes (section 3.2.6).
struct PackInflater::Stream {
  z_stream z{};
  bool ready = false;
};

void PackInflater::FreeDecompressor::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

PackInflater::PackInflater()
    : coded_(libdeflate_alloc_decompressor()), fixed_(libdeflate_alloc_decompressor()) {
  if (coded_ == nullptr || fixed_ == nullptr) throw std::bad_alloc();
}

PackInflater::~PackInflater() {
  if (stream_ == nullptr) return;
  if (stream_->ready) inflateEnd(&stream_->z);
  delete stream_;
}

bool PackInflater::Inflate(Bytes compressed, std::span<uint8_t> out) {
  size_t read = 0;
  size_t written = 0;
  // An empty span may have no address, and libdeflate wants one.
  uint8_t nothing = 0;
  uint8_t* const target = out.empty() ? &nothing : out.data();
  libdeflate_decompressor* const decompressor = (BeginsFixed(compressed) ? fixed_ : coded_).get();
  return libdeflate_zlib_decompress_ex(decompressor, compressed.data(), compressed.size(), target,
                                       out.size(), &read, &written) == LIBDEFLATE_SUCCESS &&
         written == out.size();
}

size_t PackInflater::InflateHead(Bytes compressed, std::span<uint8_t> out) {
  if (stream_ == nullptr) {
    stream_ = new Stream;
    stream_->ready = inflateInit(&stream_->z) == Z_OK;
  }
  if (!stream_->ready || inflateReset(&stream_->z) != Z_OK) return 0;
  z_stream& z = stream_->z;
  z.next_in = const_cast<uint8_t*>(compressed.data());
  z.avail_in = static_cast<uInt>(std::min(compressed.size(), kHeadBytes));
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(std::min(out.size(), kHeadBytes));
  const uInt room = z.avail_out;
  const int code = inflate(&z, Z_SYNC_FLUSH);
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return 0;
  return room - z.avail_out;
}

}  // namespace picket
