// Pictures that stand in a text as one long word of base64, as in the outputs of notebooks.
#pragma once

#include <cstdint>

#include "core/bytes.h"

namespace picket {

// A shorter one, in characters, is quicker read as the text that it is.
inline constexpr uint64_t kLeastPicture = 1024;

// How many characters of the JSON string `value` are a PNG, JPEG, GIF or WebP in base64 (RFC 4648,
// the standard alphabet, not wrapped) from its start on, padding and escaped line ends at its end
// left out; 0 where that is not all of it, or where decoding would lose a bit.
uint64_t PictureSize(Bytes value);

}  // namespace picket
