#include "git/loose_objects.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

namespace picket {
namespace {

// "commit " and the 20 digits of the largest size.
constexpr size_t kHeaderBytes = 32;
// Deflate can't do better than one bit for 258 bytes, in round figures.
constexpr uint64_t kLargestRatio = 1032;
constexpr uint64_t kChunk = uint64_t{1} << 30;

// A zlib stream over a whole view, which may be larger than zlib's own counters.
class Inflater {
 public:
  explicit Inflater(Bytes input) : input_(input) { ok_ = inflateInit(&stream_) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `output` as far as the stream goes; the number of bytes written.
  uint64_t Fill(uint8_t* output, uint64_t size) {
    uint64_t written = 0;
    while (ok_ && !ended_ && written < size) {
      const uint64_t room = std::min(size - written, kChunk);
      const uint64_t available = std::min<uint64_t>(input_.size() - consumed_, kChunk);
      stream_.next_in = const_cast<Bytef*>(input_.data() + consumed_);
      stream_.avail_in = static_cast<uInt>(available);
      stream_.next_out = output + written;
      stream_.avail_out = static_cast<uInt>(room);
      const int code = inflate(&stream_, Z_NO_FLUSH);
      const uint64_t taken = available - stream_.avail_in;
      const uint64_t given = room - stream_.avail_out;
      consumed_ += taken;
      written += given;
      ended_ = code == Z_STREAM_END;
      ok_ = (code == Z_OK || ended_) && (ended_ || taken + given > 0);
    }
    return written;
  }
  // The stream, its checksum included, and the input end here together.
  bool EndsHere() {
    uint8_t extra = 0;
    return Fill(&extra, 1) == 0 && ok_ && ended_ && consumed_ == input_.size();
  }

 private:
  Bytes input_;
  z_stream stream_{};
  uint64_t consumed_ = 0;
  bool ok_ = false;
  bool ended_ = false;
};

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

bool ReadStart(Inflater& inflater, Bytes file, Start* start, ObjectHeader* header,
               std::string* why) {
  start->filled = inflater.Fill(start->bytes.data(), start->bytes.size());
  start->header_length = ParseHeader(AsText(Bytes(start->bytes).first(start->filled)), header);
  if (start->header_length == 0) return Damaged(why, "its file is no loose object");
  if (header->size > file.size() * kLargestRatio) {
    return Damaged(why, "it claims to be larger than its file can hold");
  }
  return true;
}

}  // namespace

bool ReadLooseHeader(Bytes file, ObjectHeader* header, std::string* why) {
  Inflater inflater(file);
  Start start;
  return ReadStart(inflater, file, &start, header, why);
}

bool ReadLoose(Bytes file, const std::function<uint8_t*(uint64_t)>& allocate, ObjectHeader* header,
               std::string* why) {
  Inflater inflater(file);
  Start start;
  if (!ReadStart(inflater, file, &start, header, why)) return false;
  const uint64_t early = start.filled - start.header_length;
  if (early > header->size) return Damaged(why, "it is longer than it says");
  uint8_t* room = allocate(header->size);
  if (room == nullptr) return Damaged(why, "there is no memory for it");
  std::memcpy(room, start.bytes.data() + start.header_length, early);
  if (inflater.Fill(room + early, header->size - early) != header->size - early) {
    return Damaged(why, "its file is cut short or damaged");
  }
  if (!inflater.EndsHere()) return Damaged(why, "its file does not end where the object does");
  return true;
}

}  // namespace picket
