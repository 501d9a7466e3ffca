// What a pack file is made of: entries, each a header and a zlib stream.
// https://git-scm.com/docs/gitformat-pack
//
// Nothing here throws: what is broken is a clause or false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/bytes.h"
#include "core/object_id.h"

struct libdeflate_decompressor;

namespace picket {

// Git's own bound for a chain of deltas (pack-objects --depth); longer ones are not followed.
inline constexpr uint32_t kMaxDeltaChain = 4095;

// "" or a clause: `pack` is the whole file, `checksum` what its index says that it ends in.
std::string CheckPackFile(Bytes pack, Bytes checksum);

enum class PackEntryKind : uint8_t {
  kCommit = 1,
  kTree = 2,
  kBlob = 3,
  kTag = 4,
  kOffsetDelta = 6,
  kRefDelta = 7,
};

struct PackEntryHeader {
  PackEntryKind kind = PackEntryKind::kBlob;
  // Of what is compressed: the object, or the delta. A claim.
  uint64_t size = 0;
  // kOffsetDelta: where the base begins; always below the entry itself.
  uint64_t base_offset = 0;
  // kRefDelta.
  ObjectId base;
  // Where the compressed bytes begin; less than the size of the pack.
  uint64_t data_offset = 0;

  bool is_delta() const {
    return kind == PackEntryKind::kOffsetDelta || kind == PackEntryKind::kRefDelta;
  }
};

// `pack` is the whole file, its checksum of `id_bytes` (20 or 32) included.
bool ParsePackEntryHeader(Bytes pack, uint64_t offset, size_t id_bytes, PackEntryHeader* header);

// No zlib stream of `compressed` bytes makes more than this.
bool CouldInflateTo(uint64_t compressed, uint64_t size);

// One thread's own.
class PackInflater {
 public:
  PackInflater();
  ~PackInflater();
  PackInflater(const PackInflater&) = delete;
  PackInflater& operator=(const PackInflater&) = delete;

  // Fills `out` exactly from the stream at the start of `compressed`, checksum verified; what lies
  // behind the stream is not looked at.
  bool Inflate(Bytes compressed, std::span<uint8_t> out);
  // The first bytes of the stream, as many as fit; how many there are, 0 where it is broken.
  size_t InflateHead(Bytes compressed, std::span<uint8_t> out);

 private:
  struct Stream;
  struct FreeDecompressor {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  using Decompressor = std::unique_ptr<libdeflate_decompressor, FreeDecompressor>;

  Decompressor coded_;
  // For streams that begin with fixed codes, as small deltas do: it keeps the tables of these,
  // which the next stream with codes of its own would write over.
  Decompressor fixed_;
  Stream* stream_ = nullptr;  // made on first use
};

}  // namespace picket
