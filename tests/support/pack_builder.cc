#include "support/pack_builder.h"

#include <zlib.h>

#include <algorithm>

namespace picket::test {
namespace {

constexpr uint64_t kHeaderBytes = 12;
const std::string kChecksum(20, '\x33');

std::string BigEndian(uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

std::string Size(uint64_t value) {
  std::string text;
  do {
    text += static_cast<char>((value & 0x7f) | (value > 0x7f ? 0x80U : 0U));
    value >>= 7;
  } while (value != 0);
  return text;
}

}  // namespace

std::string PackBuilder::Id(uint32_t number) { return BigEndian(number) + std::string(16, 'i'); }

std::string PackBuilder::Delta(uint64_t base_size, uint32_t copied, std::string_view inserted) {
  std::string delta = Size(base_size) + Size(copied + inserted.size());
  if (copied != 0) {
    delta += '\xf0';
    for (int shift = 0; shift < 24; shift += 8) delta += static_cast<char>(copied >> shift & 0xff);
  }
  if (!inserted.empty()) delta += static_cast<char>(inserted.size());
  return delta.append(inserted);
}

std::string PackBuilder::Compressed(std::string_view bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  uLongf size = out.size();
  compress2(reinterpret_cast<Bytef*>(out.data()), &size,
            reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 1);
  out.resize(size);
  return out;
}

std::string PackBuilder::Header(int kind, uint64_t size) {
  std::string text;
  text += static_cast<char>((size > 15 ? 0x80 : 0) | kind << 4 | static_cast<int>(size & 15));
  size >>= 4;
  while (size != 0) {
    text += static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80U : 0U));
    size >>= 7;
  }
  return text;
}

uint64_t PackBuilder::AddRaw(const std::string& id, std::string_view bytes) {
  const uint64_t offset = kHeaderBytes + body_.size();
  entries_.push_back({id, offset});
  body_.append(bytes);
  return offset;
}

uint64_t PackBuilder::Add(const std::string& id, int kind, std::string_view content) {
  return AddClaiming(id, kind, content.size(), content);
}

uint64_t PackBuilder::AddClaiming(const std::string& id, int kind, uint64_t size,
                                  std::string_view content) {
  return AddRaw(id, Header(kind, size) + Compressed(content));
}

uint64_t PackBuilder::AddOffsetDelta(const std::string& id, uint64_t base, std::string_view delta) {
  uint64_t distance = kHeaderBytes + body_.size() - base;
  std::string reference(1, static_cast<char>(distance & 0x7f));
  while ((distance >>= 7) != 0) {
    --distance;
    reference.insert(reference.begin(), static_cast<char>((distance & 0x7f) | 0x80U));
  }
  return AddRaw(id, Header(6, delta.size()) + reference + Compressed(delta));
}

uint64_t PackBuilder::AddRefDelta(const std::string& id, std::string_view base,
                                  std::string_view delta) {
  return AddRaw(id, Header(7, delta.size()).append(base) + Compressed(delta));
}

void PackBuilder::Misplace(uint64_t offset) { entries_.back().offset = offset; }

std::string PackBuilder::Pack() const {
  return "PACK" + BigEndian(2) + BigEndian(static_cast<uint32_t>(entries_.size())) + body_ +
         kChecksum;
}

std::string PackBuilder::Index() const {
  std::vector<Entry> sorted = entries_;
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry& a, const Entry& b) { return a.id < b.id; });
  std::string index = std::string("\377tOc", 4) + BigEndian(2);
  for (unsigned first = 0; first < 256; ++first) {
    const auto below = std::count_if(sorted.begin(), sorted.end(), [&](const Entry& entry) {
      return static_cast<unsigned char>(entry.id[0]) <= first;
    });
    index += BigEndian(static_cast<uint32_t>(below));
  }
  std::string offsets;
  for (const Entry& entry : sorted) {
    index += entry.id;
    offsets += BigEndian(static_cast<uint32_t>(entry.offset));
  }
  index += std::string(sorted.size() * 4, '\0') + offsets;
  return index + kChecksum + kChecksum;
}

}  // namespace picket::test
