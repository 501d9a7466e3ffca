// The bytes are an index, and a pack as well; and they are what an index is made of: three bytes
// for each id, and one for its place, so that the fan-out table is no wall before the search.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "git/pack/pack_entry.h"
#include "git/pack/pack_index.h"

namespace {

void Look(const picket::PackIndex& index, picket::Bytes pack, size_t id_bytes) {
  picket::CheckPackFile(pack, index.pack_checksum());
  const bool ordered = index.CheckOrder().empty();
  for (uint32_t i = 0; i < index.size(); ++i) {
    const uint32_t found = index.Find(index.id(i));
    if (ordered && (found > i || index.id(found) != index.id(i))) abort();
    picket::PackEntryHeader header;
    if (const auto offset = index.offset(i)) {
      picket::ParsePackEntryHeader(pack, *offset, id_bytes, &header);
    }
  }
}

void Append(uint32_t value, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// Version 2; an odd number of bytes leaves the ids as they come.
void LookAtMade(picket::Bytes bytes) {
  struct Entry {
    std::string id;
    uint32_t offset;
  };
  std::vector<Entry> entries;
  for (size_t at = 0; at + 4 <= bytes.size() && entries.size() < 100; at += 4) {
    const std::string_view id = picket::AsText(bytes.subspan(at, 3));
    entries.push_back({std::string(id) + std::string(17, 'i'), uint32_t{bytes[at + 3]} << 24});
  }
  if (bytes.size() % 2 == 0) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.id < b.id; });
  }
  std::string file("\xfftOc\0\0\0\2", 8);
  std::array<uint32_t, 256> begin{};
  for (const Entry& entry : entries) ++begin[static_cast<unsigned char>(entry.id[0])];
  uint32_t below = 0;
  for (const uint32_t count : begin) Append(below += count, &file);
  for (const Entry& entry : entries) file += entry.id;
  file.append(4 * entries.size(), '\0');
  for (const Entry& entry : entries) Append(entry.offset, &file);
  file.append(8, '\1').append(40, '\0');
  picket::PackIndex index;
  if (!index.Parse(picket::AsBytes(file), 20).empty()) abort();
  if (bytes.size() % 2 == 0 && !index.CheckOrder().empty()) abort();
  Look(index, bytes, 20);
  for (const Entry& entry : entries) {
    std::string other = entry.id;
    other.back() = static_cast<char>(other.back() ^ 1);
    const auto oid = picket::ObjectId::FromRaw(picket::AsBytes(other));
    if (index.Find(oid) != picket::PackIndex::kNotThere) abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const picket::Bytes bytes(data, size);
  for (size_t id_bytes : {size_t{20}, size_t{32}}) {
    picket::PackIndex index;
    if (index.Parse(bytes, id_bytes).empty()) Look(index, bytes, id_bytes);
  }
  LookAtMade(bytes);
  for (uint64_t offset = 0; offset < size && offset < 256; ++offset) {
    picket::PackEntryHeader header;
    if (!picket::ParsePackEntryHeader(bytes, offset, 20, &header)) continue;
    if (header.data_offset <= offset || header.data_offset >= size) abort();
    if (header.kind == picket::PackEntryKind::kOffsetDelta && header.base_offset >= offset) abort();
  }
  return 0;
}
