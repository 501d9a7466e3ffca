#include "secrets/base64.h"

#include <cstdint>

namespace picket {
namespace {

// 64 for what is no digit.
uint32_t Digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0') + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return 64;
}

}  // namespace

std::string DecodeBase64(std::string_view text, size_t max) {
  std::string bytes;
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    const uint32_t digit = Digit(c);
    if (digit == 64 || bytes.size() >= max) break;
    group = group << 6 | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(group >> bits & 0xff));
    }
  }
  return bytes;
}

}  // namespace picket
