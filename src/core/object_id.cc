#include "core/object_id.h"

#include <algorithm>
#include <cassert>

namespace picket {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ObjectId ObjectId::FromRaw(Bytes raw) {
  assert(raw.size() == 20 || raw.size() == 32);
  ObjectId id;
  std::copy(raw.begin(), raw.end(), id.bytes_.begin());
  id.size_ = static_cast<uint8_t>(raw.size());
  return id;
}

std::optional<ObjectId> ObjectId::TryParse(std::string_view hex) {
  if (hex.size() != 40 && hex.size() != 64) return std::nullopt;
  ObjectId id;
  for (size_t i = 0; i < hex.size(); i += 2) {
    int high = HexDigit(hex[i]);
    int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes_[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  id.size_ = static_cast<uint8_t>(hex.size() / 2);
  return id;
}

bool ObjectId::is_zero() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t b) { return b == 0; });
}

std::string ObjectId::ToHex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(size_ * 2u);
  for (uint8_t byte : raw()) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

}  // namespace picket
