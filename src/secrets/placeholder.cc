#include "secrets/placeholder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/fingerprint.h"

namespace picket {
namespace {

constexpr size_t kLongestRun = 7;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool HoldsAny(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// The first eight bytes of the SHA-256 of each.
constexpr uint64_t kPublished[] = {
#include "secrets/published.def"
};

}  // namespace

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (IsUpper(c)) c = static_cast<char>(c | 0x20);
  }
  return lower;
}

bool HasRun(std::string_view text) {
  size_t equal = 1;
  size_t ascending = 1;
  for (size_t i = 1; i < text.size(); ++i) {
    equal = text[i] == text[i - 1] ? equal + 1 : 1;
    bool wraps = text[i - 1] == '9' && (text[i] == '0' || text[i] == 'a');
    ascending = text[i] == text[i - 1] + 1 || wraps ? ascending + 1 : 1;
    if (equal > kLongestRun || ascending > kLongestRun) return true;
  }
  return false;
}

// By the failure function of Knuth, Morris and Pratt: linear, whatever the text.
bool IsPeriodic(std::string_view text) {
  std::vector<size_t> border(text.size() + 1, 0);
  size_t length = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    while (length > 0 && text[i] != text[length]) length = border[length];
    if (text[i] == text[length]) ++length;
    border[i + 1] = length;
  }
  return text.size() >= 2 && (text.size() - border[text.size()]) * 2 <= text.size();
}

bool IsPlaceholder(std::string_view text) {
  static constexpr std::array<std::string_view, 18> kWords = {
      "example",   "placeholder", "redacted",   "changeme", "sample",     "your_",
      "yourtoken", "your-key",    "your-token", "yourapi",  "yoursecret", "dummytoken",
      "replace",   "faketok",     "notareal",   "insert-",  "change-me",  "change_me"};
  const std::string lower = LowerCase(text);
  return HoldsAny(lower, kWords) || HasRun(lower) || IsPeriodic(lower);
}

bool IsVariable(std::string_view text) {
  if (text.find('$') != std::string_view::npos || text.find('{') != std::string_view::npos) {
    return true;
  }
  if (text.starts_with("%") && !text.starts_with("%2") && !text.starts_with("%4")) return true;
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return IsUpper(c) || c == '_' || c == '-'; })) {
    return true;
  }
  static constexpr std::array<std::string_view, 12> kWords = {
      "password", "passwd",   "secret", "token",   "hunter2", "foobar",
      "username", "changeit", "getenv", "environ", "process", "default"};
  return HoldsAny(LowerCase(text), kWords);
}

bool IsPublished(std::string_view secret) {
  const std::string hash = Sha256(AsBytes(secret));
  uint64_t start = 0;
  for (size_t i = 0; i < 8; ++i) start = start << 8 | static_cast<uint8_t>(hash[i]);
  return std::find(std::begin(kPublished), std::end(kPublished), start) != std::end(kPublished);
}

}  // namespace picket
