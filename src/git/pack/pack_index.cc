#include "git/pack/pack_index.h"

#include <algorithm>
#include <cstring>

#include "core/byte_reader.h"

namespace picket {
namespace {

// Fewer ids than this are soon found without.
constexpr uint32_t kWorthAGuess = 16;

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

std::optional<uint64_t> PackIndex::LargeOffset(uint32_t number) const {
  const uint64_t at = uint64_t{number} * 8;
  if (at >= large_offsets_.size()) return std::nullopt;
  return ByteReader(large_offsets_, at).U64Be();
}

uint32_t PackIndex::Find(const ObjectId& id) const {
  const Bytes wanted = id.raw();
  if (wanted.size() != id_bytes_) return kNotThere;
  uint32_t begin = fanout_[wanted[0]];
  uint32_t end = fanout_[wanted[0] + size_t{1}];
  const auto is_before = [&](uint32_t position) {
    return std::memcmp(raw_id(position).data(), wanted.data(), id_bytes_) < 0;
  };
  if (end - begin > kWorthAGuess) {
    // Hashes spread evenly: the next bytes tell about where it stands, and what is near shares its
    // page.
    const uint64_t next = ByteReader(wanted, 1).U32Be();
    const uint32_t guess = begin + static_cast<uint32_t>((next * (end - begin)) >> 32);
    uint32_t step = kWorthAGuess;
    if (is_before(guess)) {
      begin = guess + 1;
      while (step < end - begin && is_before(begin + step)) {
        begin += step + 1;
        step *= 2;
      }
      end = static_cast<uint32_t>(std::min<uint64_t>(end, uint64_t{begin} + step + 1));
    } else {
      end = guess;
      while (step < end - begin && !is_before(end - step)) {
        end -= step;
        step *= 2;
      }
      begin = std::max(begin, end - std::min(end - begin, step));
    }
  }
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    if (is_before(middle)) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  if (begin >= fanout_[wanted[0] + size_t{1}]) return kNotThere;
  return std::memcmp(raw_id(begin).data(), wanted.data(), id_bytes_) == 0 ? begin : kNotThere;
}

}  // namespace picket
