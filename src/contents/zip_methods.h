// What zip members are compressed with: stored ones aside, deflate, bzip2, LZMA, Zstandard and xz.
// Source: APPNOTE.TXT 6.3.10, 4.4.5 and 5.8.
#pragma once

#include <cstdint>
#include <optional>

#include "contents/inflate.h"

namespace picket {

inline constexpr uint16_t kZipStored = 0;

// Whether data of this method can say itself where it ends.
bool EndsByItself(uint16_t method);

// `size` is what the directory says comes out, a hint. nullopt when the method is none of these.
// Never gives more than `limit` bytes.
std::optional<Inflated> UnpackZipData(Bytes data, uint16_t method, uint64_t size, uint64_t limit);

}  // namespace picket
