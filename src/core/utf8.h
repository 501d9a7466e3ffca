// RFC 3629.
#pragma once

#include <cstddef>
#include <string_view>

namespace picket {

// One decoded character of UTF-8. `length` is 1 and `valid` false for a byte that begins no
// well-formed sequence (overlong forms, surrogates and values over U+10FFFF included).
struct Character {
  char32_t value = 0;
  size_t length = 0;
  bool valid = false;
};

// The character at the start of `text`, which is not empty. With `surrogates`, encoded surrogates
// are let through as pickle does for its counted strings.
Character DecodeUtf8(std::string_view text, bool surrogates = false);

// Valid UTF-8, throughout.
bool IsUtf8(std::string_view text, bool surrogates = false);

}  // namespace picket
