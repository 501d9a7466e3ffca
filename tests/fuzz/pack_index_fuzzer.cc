#include <cstdlib>

#include "git/pack_index.h"

// The bytes are an index, and a pack as well.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  picket::Bytes bytes(data, size);
  picket::PackIndex index;
  if (picket::ParsePackIndex(bytes, &index).empty()) {
    picket::CheckPackFile(bytes, index.pack_checksum);
    for (const picket::PackEntry& entry : index.entries) {
      picket::PackEntryHeader header;
      picket::ParsePackEntryHeader(bytes, entry.offset, &header);
    }
  }
  picket::DeltaHeadReader reader;
  for (uint64_t offset = 0; offset < size && offset < 256; ++offset) {
    picket::PackEntryHeader header;
    if (!picket::ParsePackEntryHeader(bytes, offset, &header)) continue;
    if (header.data_offset <= offset || header.data_offset >= size) abort();
    if (header.kind == picket::PackEntryKind::kOffsetDelta && header.base_offset >= offset) abort();
    uint64_t result = 0;
    reader.ResultSize(bytes.subspan(header.data_offset), &result);
  }
  return 0;
}
