#include "git/pack_index.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr uint64_t kOidBytes = 20;
constexpr uint64_t kFanoutBytes = 256 * 4;
constexpr uint32_t kIndexMagic = 0xff744f63;
constexpr uint32_t kPackMagic = 0x5041434b;  // "PACK"
constexpr uint64_t kPackHeaderBytes = 12;

// The number of objects, or nothing where the table decreases.
bool ReadFanout(ByteReader* reader, uint32_t* count) {
  uint32_t before = 0;
  for (int i = 0; i < 256; ++i) {
    uint32_t now = reader->U32Be();
    if (now < before) return false;
    before = now;
  }
  *count = before;
  return reader->ok();
}

std::string ParseVersion1(Bytes file, PackIndex* index) {
  ByteReader reader(file);
  uint32_t count = 0;
  if (!ReadFanout(&reader, &count)) return "its fan-out table is broken";
  if (reader.remaining() != uint64_t{count} * (4 + kOidBytes) + 2 * kOidBytes) {
    return "its size does not fit the number of objects that it states";
  }
  index->entries.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t offset = reader.U32Be();
    index->entries.push_back({offset, ObjectId::FromRaw(reader.Take(kOidBytes))});
  }
  index->pack_checksum = reader.Take(kOidBytes);
  return "";
}

std::string ParseVersion2(Bytes file, PackIndex* index) {
  ByteReader reader(file, 8);
  uint32_t count = 0;
  if (!ReadFanout(&reader, &count)) return "its fan-out table is broken";
  uint64_t fixed = uint64_t{count} * (kOidBytes + 4 + 4) + 2 * kOidBytes;
  if (reader.remaining() < fixed || (reader.remaining() - fixed) % 8 != 0) {
    return "its size does not fit the number of objects that it states";
  }
  uint64_t large_count = (reader.remaining() - fixed) / 8;
  ByteReader oids(reader.Take(uint64_t{count} * kOidBytes));
  reader.Skip(uint64_t{count} * 4);
  ByteReader offsets(reader.Take(uint64_t{count} * 4));
  Bytes large = reader.Take(large_count * 8);
  index->entries.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t offset = offsets.U32Be();
    if ((offset & 0x80000000U) != 0) {
      uint64_t at = offset & 0x7fffffffU;
      if (at >= large_count) return "an offset points beyond its table of large offsets";
      offset = ByteReader(large, at * 8).U64Be();
    }
    index->entries.push_back({offset, ObjectId::FromRaw(oids.Take(kOidBytes))});
  }
  index->pack_checksum = reader.Take(kOidBytes);
  return "";
}

}  // namespace

std::string ParsePackIndex(Bytes file, PackIndex* index) {
  if (file.size() < kFanoutBytes + 2 * kOidBytes) return "it is too short to be a pack index";
  ByteReader reader(file);
  bool versioned = reader.U32Be() == kIndexMagic;
  if (versioned && reader.U32Be() != 2) return "it is of a version that is not known";
  std::string why = versioned ? ParseVersion2(file, index) : ParseVersion1(file, index);
  if (!why.empty()) return why;
  auto by_oid = [](const PackEntry& a, const PackEntry& b) { return a.oid < b.oid; };
  if (!std::is_sorted(index->entries.begin(), index->entries.end(), by_oid)) {
    return "its ids are not sorted";
  }
  auto same = [](const PackEntry& a, const PackEntry& b) { return a.oid == b.oid; };
  index->entries.erase(std::unique(index->entries.begin(), index->entries.end(), same),
                       index->entries.end());
  return "";
}

std::string CheckPackFile(Bytes pack, Bytes checksum) {
  if (pack.size() < kPackHeaderBytes + kOidBytes) return "it is too short to be a pack";
  ByteReader reader(pack);
  if (reader.U32Be() != kPackMagic) return "it does not begin like a pack";
  uint32_t version = reader.U32Be();
  if (version != 2 && version != 3) return "it is of a version that is not known";
  Bytes trailer = pack.last(kOidBytes);
  if (!std::equal(trailer.begin(), trailer.end(), checksum.begin(), checksum.end())) {
    return "its end does not match its index";
  }
  return "";
}

bool ParsePackEntryHeader(Bytes pack, uint64_t offset, PackEntryHeader* header) {
  if (pack.size() < kOidBytes || offset < kPackHeaderBytes) return false;
  ByteReader reader(pack.first(pack.size() - kOidBytes), offset);
  uint8_t byte = reader.U8();
  int kind = (byte >> 4) & 7;
  uint64_t size = byte & 15U;
  for (unsigned shift = 4; (byte & 0x80U) != 0; shift += 7) {
    if (shift > 60) return false;
    byte = reader.U8();
    uint64_t bits = byte & 0x7fU;
    if (shift == 60 && bits > 15) return false;
    size |= bits << shift;
  }
  if (kind == 0 || kind == 5) return false;
  header->kind = static_cast<PackEntryKind>(kind);
  header->size = size;
  if (header->kind == PackEntryKind::kOffsetDelta) {
    byte = reader.U8();
    uint64_t distance = byte & 0x7fU;
    while ((byte & 0x80U) != 0) {
      if (distance >= (uint64_t{1} << 56)) return false;
      byte = reader.U8();
      distance = ((distance + 1) << 7) | (byte & 0x7fU);
    }
    if (distance == 0 || distance > offset) return false;
    header->base_offset = offset - distance;
  } else if (header->kind == PackEntryKind::kRefDelta) {
    Bytes raw = reader.Take(kOidBytes);
    if (!reader.ok()) return false;
    header->base = ObjectId::FromRaw(raw);
  }
  header->data_offset = reader.offset();
  return reader.ok() && reader.remaining() > 0;
}

struct DeltaHeadReader::Stream {
  z_stream z{};
  bool ready = false;
};

DeltaHeadReader::DeltaHeadReader() : stream_(new Stream) {
  stream_->ready = inflateInit(&stream_->z) == Z_OK;
}

DeltaHeadReader::~DeltaHeadReader() {
  if (stream_->ready) inflateEnd(&stream_->z);
  delete stream_;
}

bool DeltaHeadReader::ResultSize(Bytes compressed, uint64_t* size) {
  if (!stream_->ready || inflateReset(&stream_->z) != Z_OK) return false;
  // Two sizes of at most ten bytes each.
  std::array<uint8_t, 20> head{};
  z_stream& z = stream_->z;
  z.next_in = const_cast<uint8_t*>(compressed.data());
  z.avail_in = static_cast<uInt>(std::min<size_t>(compressed.size(), 65536));
  z.next_out = head.data();
  z.avail_out = static_cast<uInt>(head.size());
  int rc = inflate(&z, Z_SYNC_FLUSH);
  if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) return false;
  ByteReader reader(Bytes(head).first(head.size() - z.avail_out));
  uint64_t value = 0;
  for (int i = 0; i < 2; ++i) {
    value = 0;
    uint8_t byte = 0x80;
    for (unsigned shift = 0; (byte & 0x80U) != 0; shift += 7) {
      if (shift > 56) return false;
      byte = reader.U8();
      value |= uint64_t{byte & 0x7fU} << shift;
    }
  }
  *size = value;
  return reader.ok();
}

}  // namespace picket
