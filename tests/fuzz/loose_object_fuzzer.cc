// Loose object files: whatever they hold, reading ends, within the room that was asked for, and in
// pieces it says what it says at once.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "git/loose_objects.h"
#include "git/object_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const picket::Bytes file(data, size);
  picket::ObjectHeader header;
  picket::ObjectHeader again;
  std::string why;
  std::vector<uint8_t> room;
  const bool whole = picket::ReadLoose(
      file,
      [&room](uint64_t bytes) {
        room.resize(bytes + 1);
        return room.data();
      },
      &again, &why);
  const bool header_read = picket::ReadLooseHeader(file, file.size(), &header, &why);
  if (whole && (!header_read || header.size != again.size)) __builtin_trap();
  picket::ZlibStream zlib;
  std::string early;
  if (!picket::OpenLoose(file, &zlib, &header, &early, &why)) {
    if (whole) __builtin_trap();
    return 0;
  }
  picket::ObjectStream stream(std::move(zlib), header.size, nullptr, std::move(early));
  std::vector<uint8_t> content;
  uint8_t piece[61];
  for (uint64_t count = 1; count > 0;) {
    count = stream.Read(piece, 1 + size % sizeof piece);
    content.insert(content.end(), piece, piece + count);
  }
  const bool ends = stream.Ends();
  if (ends != whole) __builtin_trap();
  if (whole) room.resize(header.size);
  if (whole && room != content) __builtin_trap();
  return 0;
}
