// The regular files of a tar archive (POSIX.1-2017 pax, ustar; GNU's and old tar's headers alike).
// Members are stored: they keep their place, and detectors that read byte by byte have seen them.
// Names in pax and GNU extension headers are not taken over. Reach: whole.
#include <algorithm>
#include <optional>
#include <string>

#include "contents/child_origin.h"
#include "contents/expand_gap.h"
#include "contents/expander.h"

namespace picket {
namespace {

constexpr uint64_t kBlock = 512;
constexpr uint64_t kNameBytes = 100;
constexpr uint64_t kSizeAt = 124;
constexpr uint64_t kSumAt = 148;
constexpr uint64_t kTypeAt = 156;

// Octal digits between blanks, or a big-endian number after a byte of 0x80 (GNU).
std::optional<uint64_t> ReadNumber(Bytes field) {
  uint64_t value = 0;
  if (field[0] == 0x80) {
    for (uint8_t byte : field.subspan(1)) {
      if (value >> 56 != 0) return std::nullopt;
      value = value << 8 | byte;
    }
    return value;
  }
  size_t at = 0;
  while (at < field.size() && field[at] == ' ') ++at;
  size_t first = at;
  for (; at < field.size() && field[at] >= '0' && field[at] <= '7'; ++at) {
    value = value << 3 | static_cast<uint64_t>(field[at] - '0');
  }
  if (at == first || (at < field.size() && field[at] != ' ' && field[at] != 0)) return std::nullopt;
  return value;
}

struct Header {
  std::string_view name;
  uint64_t size = 0;
  uint8_t type = 0;
};

// nullopt when the checksum does not agree.
std::optional<Header> ReadHeader(Bytes bytes, uint64_t at) {
  if (bytes.size() - at < kBlock) return std::nullopt;
  Bytes block = bytes.subspan(at, kBlock);
  std::optional<uint64_t> sum = ReadNumber(block.subspan(kSumAt, 8));
  if (!sum) return std::nullopt;
  uint64_t real = 0;
  for (uint64_t i = 0; i < kBlock; ++i) {
    real += i >= kSumAt && i < kSumAt + 8 ? uint64_t{' '} : block[i];
  }
  std::optional<uint64_t> size = ReadNumber(block.subspan(kSizeAt, 12));
  if (real != *sum || !size) return std::nullopt;
  std::string_view name = AsText(block.subspan(0, kNameBytes));
  return Header{name.substr(0, name.find('\0')), *size, block[kTypeAt]};
}

}  // namespace

void ExpandTar(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor) {
  Bytes bytes = blob.bytes;
  uint64_t at = 0;
  while (at < bytes.size()) {
    std::optional<Header> header = ReadHeader(bytes, at);
    if (!header) return;
    uint64_t begin = at + kBlock;
    uint64_t size = std::min<uint64_t>(header->size, bytes.size() - begin);
    if (size < header->size) AddExpandGap(blob, "its last member ends beyond the file", sink);
    bool file = header->type == '0' || header->type == 0 || header->type == '7';
    if (file && size > 0) {
      if (!budget.TakeChild()) {
        return AddExpandGap(blob, "it holds more members than one object may", sink);
      }
      Origin origin = ChildOrigin(blob.origin, header->name, begin, 1, 1);
      origin.bytes_seen = true;
      visitor.OnChild(Blob{blob.ref, bytes.subspan(begin, size), std::move(origin)});
    }
    // Rounded up without leaving 64 bits: size is at most what the file has.
    at = begin + (size + kBlock - 1) / kBlock * kBlock;
  }
}

}  // namespace picket
