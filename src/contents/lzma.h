// LZMA without a header of its own, as zip and 7z keep it.
#pragma once

#include "contents/packed.h"

namespace picket {

// `properties` as the container states them: 5 bytes for LZMA, 1 for LZMA2. Null when they are
// none that exist. A larger window than kMaxPackedWindow is refused by Decode.
std::unique_ptr<PackedDecoder> NewRawLzmaDecoder(Bytes properties);
std::unique_ptr<PackedDecoder> NewRawLzma2Decoder(Bytes properties);

}  // namespace picket
