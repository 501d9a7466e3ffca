#include "core/utf8.h"

#include <array>
#include <cstdint>

namespace picket {

// RFC 3629, section 4.
Character DecodeUtf8(std::string_view text, bool surrogates) {
  auto byte = [&](size_t i) -> uint32_t { return static_cast<uint8_t>(text[i]); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const Character bad{lead, 1, false};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return bad;
  uint32_t value = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return bad;
    value = value << 6 | (byte(i) & 0x3f);
  }
  static constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = !surrogates && value >= 0xd800 && value <= 0xdfff;
  if (value < kLeast[length] || surrogate || value > 0x10ffff) return bad;
  return {value, length, true};
}

bool IsUtf8(std::string_view text, bool surrogates) {
  while (!text.empty()) {
    const Character character = DecodeUtf8(text, surrogates);
    if (!character.valid) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

}  // namespace picket
