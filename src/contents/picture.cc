#include "contents/picture.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "contents/encoded_text.h"

namespace picket {
namespace {

// How they begin.
constexpr std::string_view kPictures[] = {"iVBORw0KGg", "/9j/", "R0lGOD", "UklGR"};

// Whether the bits of the last character that stand for no byte are 0. By how many characters the
// last quad has.
bool IsWhole(std::string_view text) {
  static constexpr std::string_view kLast[] = {{}, {}, "AQgw", "AEIMQUYcgkosw048"};
  const size_t rest = text.size() % 4;
  return rest == 0 || kLast[rest].find(text.back()) != std::string_view::npos;
}

bool Has(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

}  // namespace

uint64_t PictureSize(Bytes value) {
  std::string_view text = AsText(value);
  const auto begins = [text](std::string_view head) { return text.starts_with(head); };
  if (std::none_of(std::begin(kPictures), std::end(kPictures), begins)) return 0;
  while (text.ends_with("\\n")) text.remove_suffix(2);
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  const bool good = text.size() >= kLeastPicture && IsWhole(text) && AreBase64(AsBytes(text)) &&
                    !Has(text, '-') && !Has(text, '_');
  return good ? text.size() : 0;
}

}  // namespace picket
