// Base64 as secrets carry it inside themselves: both alphabets of RFC 4648.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace picket {

// At most `max` bytes of what `text` decodes to; stops at the first character of neither alphabet.
std::string DecodeBase64(std::string_view text, size_t max);

}  // namespace picket
