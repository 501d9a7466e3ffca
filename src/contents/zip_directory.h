// The central directory of a zip file, read without trust.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace picket {

struct ZipEntry {
  std::string_view name;  // into the file
  uint16_t flags = 0;
  uint16_t method = 0;
  uint64_t compressed = 0;
  uint64_t size = 0;
  // Of the local header, in the file.
  uint64_t header = 0;
};

struct ZipDirectory {
  // Its entries, and the records that end it. Where offsets lie there may be anything in between.
  Span span;
  Span end_records;
  std::vector<ZipEntry> entries;
  // The directory ends before its stated number of entries or bytes: more can't be followed.
  bool cut = false;
};

// The directories that readers find, each once: zipfile counts back from the end record, miniz
// takes the offset that it states. Empty when the file has no end record or no directory stands
// where it points.
std::vector<ZipDirectory> FindZipDirectories(Bytes file);

// What a local header says; nullopt when there is none at `offset`.
struct ZipLocalHeader {
  std::string_view name;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint64_t compressed = 0;
  uint64_t data = 0;  // offset in the file
};
std::optional<ZipLocalHeader> ReadZipLocalHeader(Bytes file, uint64_t offset);

}  // namespace picket
