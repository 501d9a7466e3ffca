#include "secrets/checksums.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace picket {
namespace {

constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr size_t kBech32Checksum = 6;
constexpr size_t kLengthDigits = 2;
constexpr size_t kCrcDigits = 7;

std::string Digits(uint64_t value, std::string_view alphabet, size_t count) {
  std::string digits(count, alphabet[0]);
  for (size_t i = count; i-- > 0; value /= alphabet.size()) {
    digits[i] = alphabet[value % alphabet.size()];
  }
  return digits;
}

uint32_t Crc32(std::string_view text) { return libdeflate_crc32(0, text.data(), text.size()); }

class Bech32 {
 public:
  void Add(uint32_t value) {
    static constexpr std::array<uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                           0x3d4233dd, 0x2a1462b3};
    const uint32_t top = sum_ >> 25;
    sum_ = (sum_ & 0x1ffffff) << 5 ^ value;
    for (size_t i = 0; i < kGenerator.size(); ++i) {
      if ((top >> i & 1) != 0) sum_ ^= kGenerator[i];
    }
  }
  void AddHuman(std::string_view human) {
    for (char c : human) Add(static_cast<uint32_t>(static_cast<uint8_t>(c)) >> 5);
    Add(0);
    for (char c : human) Add(static_cast<uint32_t>(static_cast<uint8_t>(c)) & 31);
  }
  // False when `data` holds a character of another alphabet.
  bool AddData(std::string_view data) {
    for (char c : data) {
      const size_t value = kBech32.find(c);
      if (value == std::string_view::npos) return false;
      Add(static_cast<uint32_t>(value));
    }
    return true;
  }
  uint32_t sum() const { return sum_; }

 private:
  uint32_t sum_ = 1;
};

}  // namespace

std::string Crc32Base62(std::string_view body) { return Digits(Crc32(body), kBase62, 6); }

std::string GitlabRoutableTail(std::string_view prefix, std::string_view payload) {
  const std::string length = "." + Digits(payload.size(), kBase36, kLengthDigits);
  std::string summed(prefix);
  summed.append(payload).append(length);
  return length + Digits(Crc32(summed), kBase36, kCrcDigits);
}

bool IsGitlabRoutable(std::string_view token) {
  const size_t dot = token.rfind('.');
  if (dot == std::string_view::npos || token.size() - dot != 1 + kLengthDigits + kCrcDigits) {
    return false;
  }
  const std::string_view summed = token.substr(0, token.size() - kCrcDigits);
  const std::string_view length = token.substr(dot + 1, kLengthDigits);
  const size_t high = kBase36.find(length[0]);
  const size_t low = kBase36.find(length[1]);
  if (high == std::string_view::npos || low == std::string_view::npos) return false;
  const size_t payload = high * kBase36.size() + low;
  return payload <= dot &&
         Digits(Crc32(summed), kBase36, kCrcDigits) == token.substr(summed.size());
}

bool IsBech32(std::string_view text) {
  std::string lower(text);
  bool any_lower = false;
  bool any_upper = false;
  for (char& c : lower) {
    any_lower = any_lower || (c >= 'a' && c <= 'z');
    if (c < 'A' || c > 'Z') continue;
    any_upper = true;
    c = static_cast<char>(c | 0x20);
  }
  const size_t one = lower.rfind('1');
  if ((any_lower && any_upper) || one == std::string::npos || one == 0 ||
      lower.size() - one - 1 < kBech32Checksum) {
    return false;
  }
  Bech32 sum;
  sum.AddHuman(std::string_view(lower).substr(0, one));
  return sum.AddData(std::string_view(lower).substr(one + 1)) && sum.sum() == 1;
}

std::string Bech32Checksum(std::string_view human, std::string_view data) {
  Bech32 sum;
  sum.AddHuman(human);
  sum.AddData(data);
  for (size_t i = 0; i < kBech32Checksum; ++i) sum.Add(0);
  const uint32_t rest = sum.sum() ^ 1;
  std::string digits;
  for (size_t i = 0; i < kBech32Checksum; ++i) {
    digits.push_back(kBech32[rest >> 5 * (kBech32Checksum - 1 - i) & 31]);
  }
  return digits;
}

std::string_view Bech32Alphabet() { return kBech32; }

}  // namespace picket
