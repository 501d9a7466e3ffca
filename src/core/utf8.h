// RFC 3629.
#pragma once

#include <string_view>

namespace picket {

// Valid UTF-8; with `surrogates`, encoded surrogates are let through as pickle does for its
// counted strings.
bool IsUtf8(std::string_view text, bool surrogates = false);

}  // namespace picket
