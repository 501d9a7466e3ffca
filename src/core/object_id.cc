#include "core/object_id.h"

#include <array>

namespace picket {
namespace {

// False where one is no hexadecimal digit of either case. A push of many refs has as many ids, so
// all are looked at, which is done many at a time.
template <size_t kDigits>
bool ReadDigits(const char* digits, uint8_t* bytes) {
  std::array<uint8_t, kDigits> values;
  unsigned bad = 0;
  for (size_t i = 0; i < kDigits; ++i) {
    const auto byte = static_cast<uint8_t>(digits[i]);
    const auto digit = static_cast<uint8_t>(byte - '0');
    const auto letter = static_cast<uint8_t>((byte | 0x20) - 'a');
    const bool is_digit = digit < 10;
    values[i] = is_digit ? digit : static_cast<uint8_t>(letter + 10);
    bad |= static_cast<unsigned>(!is_digit) & static_cast<unsigned>(letter >= 6);
  }
  for (size_t i = 0; i < kDigits / 2; ++i)
    bytes[i] = static_cast<uint8_t>(values[2 * i] << 4 | values[2 * i + 1]);
  return bad == 0;
}

}  // namespace

std::optional<ObjectId> ObjectId::TryParse(std::string_view hex) {
  if (hex.size() != 40 && hex.size() != 64) return std::nullopt;
  ObjectId id;
  const bool good = hex.size() == 40 ? ReadDigits<40>(hex.data(), id.bytes_.data())
                                     : ReadDigits<64>(hex.data(), id.bytes_.data());
  if (!good) return std::nullopt;
  id.size_ = static_cast<uint8_t>(hex.size() / 2);
  return id;
}

bool ObjectId::is_zero() const { return bytes_ == std::array<uint8_t, 32>{}; }

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
