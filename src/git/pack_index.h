// The two files of a pack, as far as listing needs them: the index (*.idx, versions 1 and 2) and
// the headers of the entries. https://git-scm.com/docs/gitformat-pack
//
// Nothing here throws: a broken file is a clause, a broken entry is false.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"

namespace picket {

struct PackEntry {
  uint64_t offset = 0;  // of the entry in the pack file, bytes
  ObjectId oid;
};

struct PackIndex {
  // Sorted by id, as the file has them, each id once.
  std::vector<PackEntry> entries;
  // The pack's last 20 bytes, which tie the two files together.
  Bytes pack_checksum;
};

// "" or a clause that says what is wrong ("its fan-out table is not sorted"). `index` keeps a view
// into `file`. SHA-1 only.
std::string ParsePackIndex(Bytes file, PackIndex* index);

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
  // Of what is compressed: the object, or the delta.
  uint64_t size = 0;
  // kOffsetDelta: where the base begins; always below the entry itself.
  uint64_t base_offset = 0;
  // kRefDelta.
  ObjectId base;
  // Where the compressed bytes begin.
  uint64_t data_offset = 0;
};

bool ParsePackEntryHeader(Bytes pack, uint64_t offset, PackEntryHeader* header);

// Reads the sizes at the head of compressed deltas. One thread's own.
class DeltaHeadReader {
 public:
  DeltaHeadReader();
  ~DeltaHeadReader();
  DeltaHeadReader(const DeltaHeadReader&) = delete;
  DeltaHeadReader& operator=(const DeltaHeadReader&) = delete;

  // The size of the object that the delta makes; false where its head can't be inflated.
  bool ResultSize(Bytes compressed, uint64_t* size);

 private:
  struct Stream;
  Stream* stream_;
};

}  // namespace picket
