#include "core/object_id.h"

#include <algorithm>
#include <array>

namespace picket {
namespace {

// One bit, digit or letter for each of eight bytes.
constexpr uint64_t Each(uint8_t byte) { return byte * uint64_t{0x0101010101010101}; }

// For eight bytes below 0x80: the highest bit of each that lies in [first, last].
constexpr uint64_t Within(uint64_t bytes, char first, char last) {
  const uint64_t above = bytes + Each(static_cast<uint8_t>(0x80 - first));
  const uint64_t beyond = bytes + Each(static_cast<uint8_t>(0x7f - last));
  return above & ~beyond & Each(0x80);
}

// Four bytes from eight hexadecimal digits of either case; false where one is none. A push of many
// refs has as many ids, so this goes by eight digits at a time.
bool ReadDigits(const char* digits, uint8_t* bytes) {
  uint64_t text = 0;
  for (unsigned i = 0; i < 8; ++i) text |= uint64_t{static_cast<uint8_t>(digits[i])} << 8 * i;
  if ((text & Each(0x80)) != 0) return false;
  const uint64_t letters = Within(text | Each(0x20), 'a', 'f');
  if ((letters | Within(text, '0', '9')) != Each(0x80)) return false;
  const uint64_t values = (text & Each(0x0f)) + (letters >> 7) * 9;
  const uint64_t pairs = values << 4 | values >> 8;
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(pairs >> 16 * i);
  return true;
}

}  // namespace

std::optional<ObjectId> ObjectId::TryParse(std::string_view hex) {
  if (hex.size() != 40 && hex.size() != 64) return std::nullopt;
  ObjectId id;
  bool good = true;
  for (size_t i = 0; i < hex.size(); i += 8) good &= ReadDigits(&hex[i], &id.bytes_[i / 2]);
  if (!good) return std::nullopt;
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
