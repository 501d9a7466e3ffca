#include "contents/picture.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace picket {
namespace {

// How they begin.
constexpr std::string_view kPictures[] = {"iVBORw0KGg", "/9j/", "R0lGOD", "UklGR"};

// The bits of the last character that stand for no byte have to be 0. Asks no question of a byte,
// so that many are looked at at once.
bool IsBase64(Bytes text) {
  uint8_t others = 0;
  for (const uint8_t c : text) {
    const auto letter = static_cast<uint8_t>((c | 0x20) - 'a');
    const auto digit = static_cast<uint8_t>(c - '/');
    others |=
        static_cast<uint8_t>((letter < 26 ? 0 : 1) & (digit < 11 ? 0 : 1) & (c == '+' ? 0 : 1));
  }
  static constexpr std::string_view kLast[] = {{}, {}, "AQgw", "AEIMQUYcgkosw048"};
  const bool is_whole = text.size() % 4 == 0 ||
                        kLast[text.size() % 4].find(AsText(text).back()) != std::string_view::npos;
  return others == 0 && is_whole;
}

}  // namespace

uint64_t PictureSize(Bytes value) {
  std::string_view text = AsText(value);
  const auto begins = [text](std::string_view head) { return text.starts_with(head); };
  if (std::none_of(std::begin(kPictures), std::end(kPictures), begins)) return 0;
  while (text.ends_with("\\n")) text.remove_suffix(2);
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text.size() >= kLeastPicture && IsBase64(AsBytes(text)) ? text.size() : 0;
}

}  // namespace picket
