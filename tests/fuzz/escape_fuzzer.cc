// Escaping: what comes out is valid UTF-8 on one line without control characters, and stays as it
// is when it is escaped again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/utf8.h"
#include "report/escape.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string shown = picket::EscapeForTerminal(text);
  if (picket::EscapeForTerminal(shown) != shown) std::abort();
  for (char c : shown) {
    auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f) std::abort();
  }
  std::string json = picket::EscapeInvalidUtf8(text);
  if (!picket::IsUtf8(shown) || picket::IsUtf8(text) != (json == text)) std::abort();
  for (std::string_view rest : {std::string_view(shown), std::string_view(json)}) {
    while (!rest.empty()) {
      picket::Character character = picket::DecodeUtf8(rest);
      if (!character.valid) std::abort();
      rest.remove_prefix(character.length);
    }
  }
  return 0;
}
