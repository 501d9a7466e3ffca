// Appends what ByteReader reads back: numbers, little-endian, and bytes behind their number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace picket {

void AppendU64Le(uint64_t number, std::string* out);

// Read by Take(U64Le()).
void AppendSized(std::string_view bytes, std::string* out);

}  // namespace picket
