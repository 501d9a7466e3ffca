// The header database of a 7z archive, read without trust.
// Source: 7zFormat.txt of 7-Zip's DOC folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace picket {

// The first bytes, which say where the header is; packed streams follow.
inline constexpr uint64_t kSevenZipStart = 32;

struct SevenZipCoder {
  Bytes id;           // up to 15 bytes, into the header
  Bytes properties;   // into the header
  uint64_t size = 0;  // what it says comes out
};

// Files that are packed as one.
struct SevenZipFolder {
  // In the order in which they decode `packed`. Empty when the coders are not one line from one
  // packed stream to the content.
  std::vector<SevenZipCoder> coders;
  Span packed;  // in the file; may leave it
  // The sizes of the members, one behind the other in what comes out.
  std::vector<uint64_t> members;
};

struct SevenZipStreams {
  std::vector<SevenZipFolder> folders;
};

struct SevenZipFile {
  std::string name;  // UTF-8; hostile
  bool has_stream = true;
};

struct SevenZipDirectory {
  std::vector<SevenZipFolder> folders;
  // Those with a stream belong to the members of the folders, in order.
  std::vector<SevenZipFile> files;
  // Set when the header is itself packed: nothing else is, and this is its folder.
  std::optional<SevenZipFolder> packed_header;
};

inline constexpr std::string_view kSevenZipSignature("7z\xbc\xaf\x27\x1c", 6);

enum class SevenZipStart : uint8_t { kNone, kDamaged, kFound };

// Whether `file` begins as a 7z archive, and where its header lies; that may leave the file. kNone
// leaves `header` alone, kDamaged is an archive whose first 32 bytes don't fit their checksum.
SevenZipStart FindSevenZipHeader(Bytes file, Span& header);

// nullopt where the database breaks its format, or lists more than a million things. The views live
// as long as `header`. Linear in the size of the header, in time and in memory.
std::optional<SevenZipDirectory> ReadSevenZipHeader(Bytes header);

uint32_t SevenZipSum(Bytes bytes);

}  // namespace picket
