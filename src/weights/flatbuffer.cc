#include "weights/flatbuffer.h"

namespace picket {
namespace {

constexpr uint64_t kStepsPerByte = 4;
constexpr uint64_t kSpareSteps = uint64_t{1} << 16;
// The table's size in its vtable counts itself and the vtable's own two numbers come first.
constexpr uint64_t kVtableHead = 4;

}  // namespace

FlatBuffer::FlatBuffer(Bytes bytes)
    : bytes_(bytes), steps_(kStepsPerByte * bytes.size() + kSpareSteps) {}

uint64_t FlatBuffer::Number(uint64_t at, uint64_t width) {
  if (!ok_ || steps_ == 0) return 0;
  --steps_;
  if (at > bytes_.size() || width > bytes_.size() - at) {
    ok_ = false;
    return 0;
  }
  uint64_t value = 0;
  for (uint64_t i = width; i-- > 0;) value = value << 8 | bytes_[at + i];
  return value;
}

uint64_t FlatBuffer::Follow(uint64_t at) {
  uint64_t offset = Number(at, 4);
  if (ok_ && steps_ != 0 && offset == 0) ok_ = false;
  return at + offset;
}

uint64_t FlatBuffer::Root() { return Follow(0); }

std::optional<uint64_t> FlatBuffer::Field(uint64_t table, unsigned number) {
  auto back = static_cast<int32_t>(Number(table, 4));
  // Signed: a vtable may stand on either side of its table.
  int64_t vtable = static_cast<int64_t>(table) - back;
  if (vtable < 0) ok_ = false;
  if (!ok_) return std::nullopt;
  auto start = static_cast<uint64_t>(vtable);
  uint64_t size = Number(start, 2);
  uint64_t entry = kVtableHead + 2 * uint64_t{number};
  if (entry + 2 > size) return std::nullopt;
  uint64_t offset = Number(start + entry, 2);
  if (!ok_ || steps_ == 0 || offset == 0) return std::nullopt;
  return table + offset;
}

uint8_t FlatBuffer::U8(uint64_t table, unsigned number) {
  std::optional<uint64_t> at = Field(table, number);
  return at ? static_cast<uint8_t>(Number(*at, 1)) : uint8_t{0};
}

uint32_t FlatBuffer::U32(uint64_t table, unsigned number) {
  std::optional<uint64_t> at = Field(table, number);
  return at ? static_cast<uint32_t>(Number(*at, 4)) : 0;
}

uint64_t FlatBuffer::U64(uint64_t table, unsigned number) {
  std::optional<uint64_t> at = Field(table, number);
  return at ? Number(*at, 8) : 0;
}

std::optional<uint64_t> FlatBuffer::Table(uint64_t table, unsigned number) {
  std::optional<uint64_t> at = Field(table, number);
  if (!at) return std::nullopt;
  uint64_t target = Follow(*at);
  if (!ok_ || steps_ == 0) return std::nullopt;
  return target;
}

FlatVector FlatBuffer::Vector(uint64_t table, unsigned number, uint64_t width) {
  std::optional<uint64_t> at = Table(table, number);
  if (!at) return {};
  uint64_t count = Number(*at, 4);
  if (!ok_ || steps_ == 0) return {};
  uint64_t begin = *at + 4;
  if (count > (bytes_.size() - begin) / width) {
    ok_ = false;
    return {};
  }
  return {begin, static_cast<uint32_t>(count)};
}

uint64_t FlatBuffer::Element(const FlatVector& vector, uint32_t index) {
  return Follow(vector.begin + 4 * uint64_t{index});
}

Bytes FlatBuffer::Content(uint64_t table, unsigned number) {
  FlatVector vector = Vector(table, number, 1);
  if (!ok_) return {};
  return bytes_.subspan(vector.begin, vector.count);
}

}  // namespace picket
