#include "core/byte_writer.h"

namespace picket {

void AppendU64Le(uint64_t number, std::string* out) {
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(number >> shift));
}

void AppendSized(std::string_view bytes, std::string* out) {
  AppendU64Le(bytes.size(), out);
  out->append(bytes);
}

}  // namespace picket
