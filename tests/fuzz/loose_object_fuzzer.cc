// Loose object files: whatever they hold, reading ends, within the room that was asked for.
#include <cstdint>
#include <string>
#include <vector>

#include "git/loose_objects.h"

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
  const bool header_read = picket::ReadLooseHeader(file, &header, &why);
  if (whole && (!header_read || header.size != again.size)) __builtin_trap();
  return 0;
}
