#include "git/loose_objects.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "git/zlib_stream.h"

namespace picket {
namespace {

// "commit " and the 20 digits of the largest size.
constexpr size_t kHeaderBytes = 32;
// Deflate can't do better than one bit for 258 bytes, in round figures.
constexpr uint64_t kLargestRatio = 1032;

std::optional<ObjectType> TryParseType(std::string_view word) {
  if (word == "commit") return ObjectType::kCommit;
  if (word == "tree") return ObjectType::kTree;
  if (word == "blob") return ObjectType::kBlob;
  if (word == "tag") return ObjectType::kTag;
  return std::nullopt;
}

// The header at the start of `text`; its length with the NUL, 0 where it is none.
size_t ParseHeader(std::string_view text, ObjectHeader* header) {
  const size_t end = text.find('\0');
  const size_t space = text.find(' ');
  if (end == std::string_view::npos || space >= end) return 0;
  const std::optional<ObjectType> type = TryParseType(text.substr(0, space));
  const std::string_view digits = text.substr(space + 1, end - space - 1);
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), header->size);
  if (!type || digits.empty() || error != std::errc() || stop != digits.data() + digits.size()) {
    return 0;
  }
  header->type = *type;
  return end + 1;
}

bool Damaged(std::string* why, const char* clause) {
  if (why != nullptr) *why = clause;
  return false;
}

// What precedes the content, and as much of the content as came along.
struct Start {
  std::array<uint8_t, kHeaderBytes> bytes{};
  size_t header_length = 0;
  size_t filled = 0;
};

bool ReadStart(ZlibStream& stream, uint64_t file_bytes, Start* start, ObjectHeader* header,
               std::string* why) {
  start->filled = stream.Fill(start->bytes.data(), start->bytes.size());
  start->header_length = ParseHeader(AsText(Bytes(start->bytes).first(start->filled)), header);
  if (start->header_length == 0) return Damaged(why, "its file is no loose object");
  if (header->size > file_bytes * kLargestRatio) {
    return Damaged(why, "it claims to be larger than its file can hold");
  }
  return true;
}

}  // namespace

bool ReadLooseHeader(Bytes beginning, uint64_t file_bytes, ObjectHeader* header, std::string* why) {
  ZlibStream stream(beginning);
  Start start;
  return ReadStart(stream, file_bytes, &start, header, why);
}

bool OpenLoose(Bytes file, ZlibStream* stream, ObjectHeader* header, std::string* early,
               std::string* why) {
  *stream = ZlibStream(file);
  Start start;
  if (!ReadStart(*stream, file.size(), &start, header, why)) return false;
  *early = AsText(Bytes(start.bytes).first(start.filled).subspan(start.header_length));
  return early->size() <= header->size || Damaged(why, "it is longer than it says");
}

bool ReadLoose(Bytes file, const std::function<uint8_t*(uint64_t)>& allocate, ObjectHeader* header,
               std::string* why) {
  ZlibStream stream;
  std::string early;
  if (!OpenLoose(file, &stream, header, &early, why)) return false;
  uint8_t* room = allocate(header->size);
  if (room == nullptr) return Damaged(why, "there is no memory for it");
  std::memcpy(room, early.data(), early.size());
  const uint64_t rest = header->size - early.size();
  if (stream.Fill(room + early.size(), rest) != rest) {
    return Damaged(why, "its file is cut short or damaged");
  }
  if (!stream.EndsWithInput()) return Damaged(why, "its file does not end where the object does");
  return true;
}

}  // namespace picket
