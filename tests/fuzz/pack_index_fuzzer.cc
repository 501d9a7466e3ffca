#include <cstdlib>

#include "git/pack/pack_entry.h"
#include "git/pack/pack_index.h"

// The bytes are an index, and a pack as well.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const picket::Bytes bytes(data, size);
  for (size_t id_bytes : {size_t{20}, size_t{32}}) {
    picket::PackIndex index;
    if (!index.Parse(bytes, id_bytes).empty()) continue;
    picket::CheckPackFile(bytes, index.pack_checksum());
    const bool ordered = index.CheckOrder().empty();
    for (uint32_t i = 0; i < index.size(); ++i) {
      const uint32_t found = index.Find(index.id(i));
      if (ordered && (found > i || index.id(found) != index.id(i))) abort();
      picket::PackEntryHeader header;
      if (const auto offset = index.offset(i)) {
        picket::ParsePackEntryHeader(bytes, *offset, id_bytes, &header);
      }
    }
  }
  for (uint64_t offset = 0; offset < size && offset < 256; ++offset) {
    picket::PackEntryHeader header;
    if (!picket::ParsePackEntryHeader(bytes, offset, 20, &header)) continue;
    if (header.data_offset <= offset || header.data_offset >= size) abort();
    if (header.kind == picket::PackEntryKind::kOffsetDelta && header.base_offset >= offset) abort();
  }
  return 0;
}
