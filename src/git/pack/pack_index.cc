#include "git/pack/pack_index.h"

#include <cstring>

#include "core/byte_reader.h"

namespace picket {
namespace {

constexpr size_t kFanoutBytes = 256 * 4;
constexpr uint32_t kMagic = 0xff744f63;

}  // namespace

bool PackIndex::ReadFanout(Bytes table) {
  ByteReader reader(table);
  fanout_[0] = 0;
  for (size_t i = 0; i < 256; ++i) {
    fanout_[i + 1] = reader.U32Be();
    if (fanout_[i + 1] < fanout_[i]) return false;
  }
  count_ = fanout_[256];
  return reader.ok() && count_ < kNotThere;
}

std::string PackIndex::Parse(Bytes file, size_t id_bytes) {
  constexpr const char* kWrongSize = "its size does not fit the number of objects that it states";
  if (file.size() < kFanoutBytes + 2 * id_bytes) return "it is too short to be a pack index";
  ByteReader reader(file);
  const bool versioned = reader.U32Be() == kMagic;
  if (versioned && reader.U32Be() != 2) return "it is of a version that is not known";
  reader.Seek(versioned ? 8 : 0);
  if (!ReadFanout(reader.Take(kFanoutBytes))) return "its fan-out table is broken";
  id_bytes_ = id_bytes;
  const uint64_t count = count_;
  if (versioned) {
    const uint64_t fixed = count * (id_bytes + 4 + 4) + 2 * id_bytes;
    if (reader.remaining() < fixed || (reader.remaining() - fixed) % 8 != 0) return kWrongSize;
    const uint64_t large = reader.remaining() - fixed;
    id_stride_ = id_bytes;
    offset_stride_ = 4;
    has_large_offsets_ = true;
    ids_ = reader.Take(count * id_bytes);
    reader.Skip(count * 4);
    offsets_ = reader.Take(count * 4);
    large_offsets_ = reader.Take(large);
  } else {
    if (reader.remaining() != count * (4 + id_bytes) + 2 * id_bytes) return kWrongSize;
    id_stride_ = offset_stride_ = id_bytes + 4;
    has_large_offsets_ = false;
    offsets_ = reader.Take(count * id_stride_);
    ids_ = offsets_.empty() ? offsets_ : offsets_.subspan(4);
    large_offsets_ = {};
  }
  checksum_ = reader.Take(id_bytes);
  return reader.ok() ? "" : kWrongSize;
}

std::string PackIndex::CheckOrder() const {
  for (size_t first = 0; first < 256; ++first) {
    for (uint32_t i = fanout_[first]; i < fanout_[first + 1]; ++i) {
      const Bytes id = raw_id(i);
      if (id[0] != first) return "its fan-out table does not fit its ids";
      if (i > 0 && std::memcmp(raw_id(i - 1).data(), id.data(), id_bytes_) > 0) {
        return "its ids are not sorted";
      }
    }
  }
  return "";
}

Bytes PackIndex::raw_id(uint32_t position) const {
  return ids_.subspan(position * id_stride_, id_bytes_);
}

std::optional<uint64_t> PackIndex::offset(uint32_t position) const {
  const uint64_t offset = ByteReader(offsets_, position * offset_stride_).U32Be();
  if (!has_large_offsets_ || (offset & 0x80000000U) == 0) return offset;
  const uint64_t at = (offset & 0x7fffffffU) * 8;
  if (at >= large_offsets_.size()) return std::nullopt;
  return ByteReader(large_offsets_, at).U64Be();
}

uint32_t PackIndex::Find(const ObjectId& id) const {
  const Bytes wanted = id.raw();
  if (wanted.size() != id_bytes_) return kNotThere;
  uint32_t begin = fanout_[wanted[0]];
  uint32_t end = fanout_[wanted[0] + size_t{1}];
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    if (std::memcmp(raw_id(middle).data(), wanted.data(), id_bytes_) < 0) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  if (begin >= fanout_[wanted[0] + size_t{1}]) return kNotThere;
  return std::memcmp(raw_id(begin).data(), wanted.data(), id_bytes_) == 0 ? begin : kNotThere;
}

}  // namespace picket
