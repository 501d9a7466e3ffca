// The index of a pack (*.idx): which objects it holds and where. Versions 1 and 2 with 64-bit
// offsets; https://git-scm.com/docs/gitformat-pack
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/object_id.h"

namespace picket {

// A view of the file: nothing is copied, and opening costs the same for any number of objects.
// Const after Parse(), and then shared by all threads.
class PackIndex {
 public:
  static constexpr uint32_t kNotThere = UINT32_MAX;

  // "" or a clause that says what is wrong ("its fan-out table is broken"). Checks the shape only;
  // see CheckOrder(). `file` must outlive this; `id_bytes` is 20 (SHA-1) or 32.
  std::string Parse(Bytes file, size_t id_bytes);
  // "" or a clause: ids that do not ascend would be hidden from Find(), though not from a list.
  // One id may stand there several times.
  std::string CheckOrder() const;

  uint32_t size() const { return count_; }
  // `position` is below size(). Ids ascend with it.
  Bytes raw_id(uint32_t position) const { return ids_.subspan(position * id_stride_, id_bytes_); }
  ObjectId id(uint32_t position) const { return ObjectId::FromRaw(raw_id(position)); }
  // In the pack file, bytes; not checked against it. nullopt where it points beyond the table of
  // large offsets.
  std::optional<uint64_t> offset(uint32_t position) const {
    uint32_t offset = 0;
    std::memcpy(&offset, offsets_.data() + position * offset_stride_, sizeof offset);
    offset = __builtin_bswap32(offset);
    if (!has_large_offsets_ || (offset & 0x80000000U) == 0) return offset;
    return LargeOffset(offset & 0x7fffffffU);
  }
  // Who soon asks for id or offset says so: memory answers several at once.
  void FetchId(uint32_t position) const { __builtin_prefetch(ids_.data() + position * id_stride_); }
  void FetchOffset(uint32_t position) const {
    __builtin_prefetch(offsets_.data() + position * offset_stride_);
  }
  // The position of the first entry of that id, or kNotThere.
  uint32_t Find(const ObjectId& id) const;
  // What the pack has to end in.
  Bytes pack_checksum() const { return checksum_; }

 private:
  bool ReadFanout(Bytes table);
  std::optional<uint64_t> LargeOffset(uint32_t number) const;

  std::array<uint32_t, 257> fanout_{};  // how many ids are below each first byte
  Bytes ids_;                           // id_stride_ apart
  Bytes offsets_;
  Bytes large_offsets_;
  Bytes checksum_;
  size_t id_bytes_ = 20;
  size_t id_stride_ = 20;
  size_t offset_stride_ = 4;
  uint32_t count_ = 0;
  bool has_large_offsets_ = false;
};

}  // namespace picket
