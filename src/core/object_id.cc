#include "core/object_id.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace picket {
namespace {

constexpr uint8_t kNoDigit = 0xff;

// The value of each hexadecimal digit of either case; kNoDigit for what is none.
constexpr std::array<uint8_t, 256> kValues = [] {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (uint8_t i = 0; i < 10; ++i) digits['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i) {
    digits['a' + i] = digits['A' + i] = static_cast<uint8_t>(10 + i);
  }
  return digits;
}();

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
  unsigned seen = 0;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const unsigned high = kValues[static_cast<uint8_t>(hex[i])];
    const unsigned low = kValues[static_cast<uint8_t>(hex[i + 1])];
    seen |= high | low;
    id.bytes_[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  if (seen > 15) return std::nullopt;
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
