#include "core/utf8.h"

#include <cstddef>
#include <cstdint>

namespace picket {

bool IsUtf8(std::string_view text, bool surrogates) {
  size_t i = 0;
  while (i < text.size()) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      ++i;
      continue;
    }
    size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    if (c < 0xc2 || c > 0xf4 || text.size() - i <= more) return false;
    uint32_t point = c & (0x3fU >> more);
    for (size_t k = 1; k <= more; ++k) {
      auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3fU);
    }
    if (more == 2 && point < 0x800) return false;
    if (more == 3 && (point < 0x10000 || point > 0x10ffff)) return false;
    if (!surrogates && point >= 0xd800 && point <= 0xdfff) return false;
    i += more + 1;
  }
  return true;
}

}  // namespace picket
