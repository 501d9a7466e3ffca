#include "report/escape.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "core/utf8.h"

namespace picket {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

void AppendHexByte(std::string* out, uint8_t byte) {
  *out += "\\x";
  out->push_back(kDigits[byte >> 4]);
  out->push_back(kDigits[byte & 15]);
}

void AppendCodePoint(std::string* out, char32_t value) {
  std::string digits;
  for (uint32_t rest = value; rest != 0; rest >>= 4) digits.push_back(kDigits[rest & 15]);
  while (digits.size() < 4) digits.push_back('0');
  std::reverse(digits.begin(), digits.end());
  *out += "\\u{" + digits + "}";
}

struct Range {
  char32_t first;
  char32_t last;
};

// Characters that are not seen, or that change how their neighbours are seen: Unicode's general
// categories Cc, Cf, Zl and Zp, and the fillers that render as nothing.
constexpr Range kUnseen[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},   {0x00ad, 0x00ad},   {0x034f, 0x034f},
    {0x0600, 0x0605},   {0x061c, 0x061c},   {0x06dd, 0x06dd},   {0x070f, 0x070f},
    {0x0890, 0x0891},   {0x08e2, 0x08e2},   {0x115f, 0x1160},   {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
    {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

bool IsUnseen(char32_t value) {
  const Range* after = std::upper_bound(std::begin(kUnseen), std::end(kUnseen), value,
                                        [](char32_t v, const Range& r) { return v < r.first; });
  return after != std::begin(kUnseen) && value <= std::prev(after)->last;
}

}  // namespace

std::string EscapeForTerminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    Character character = DecodeUtf8(text);
    if (!character.valid) {
      AppendHexByte(&out, static_cast<uint8_t>(text.front()));
    } else if (character.value == '\n') {
      out += "\\n";
    } else if (character.value == '\t') {
      out += "\\t";
    } else if (character.value == '\r') {
      out += "\\r";
    } else if (character.value < 0x80 && IsUnseen(character.value)) {
      AppendHexByte(&out, static_cast<uint8_t>(character.value));
    } else if (IsUnseen(character.value)) {
      AppendCodePoint(&out, character.value);
    } else {
      out += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return out;
}

std::string EscapeInvalidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    Character character = DecodeUtf8(text);
    if (character.valid) {
      out += text.substr(0, character.length);
    } else {
      AppendHexByte(&out, static_cast<uint8_t>(text.front()));
    }
    text.remove_prefix(character.length);
  }
  return out;
}

size_t Columns(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

}  // namespace picket
