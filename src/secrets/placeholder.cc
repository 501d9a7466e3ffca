#include "secrets/placeholder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/fingerprint.h"
#include "secrets/word_model.h"

namespace picket {
namespace {

// Runs that are longer are no chance, unless the text is long or of few different characters.
constexpr size_t kLongestRun = 7;
// Letters that change their case may be a secret's end and the vendor's own letters behind it.
constexpr size_t kLongestMixedRun = 11;
// How often chance may do what is taken for intent, in one text.
constexpr double kChance = 1e-6;
// From so many letters is a letter drawn, whatever its case: fewer than in any common alphabet.
constexpr double kLetters = 30;

using Words = std::span<const std::string_view>;

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }

// Whether a name's word may stand there: "your_token", "my-sampleKey", "MySample".
bool StartsWord(std::string_view text, size_t at, size_t length) {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (!IsLetter(before) && !IsDigit(before)) return true;
  const std::string_view rest = text.substr(at + 1, length - 1);
  return IsUpper(text[at]) && !IsUpper(before) && std::none_of(rest.begin(), rest.end(), IsUpper);
}

// Whether one of the words, in lower case, stands in `text`. A word that long random texts hold by
// chance counts in them only where a name's word may start.
bool HoldsWord(std::string_view text, std::string_view lower, Words words) {
  // By a word's first character, which second ones there are.
  std::array<uint32_t, 32> seconds{};
  for (std::string_view word : words) seconds[word[0] & 31] |= 1u << (word[1] & 31);
  for (size_t at = 0; at + 1 < lower.size(); ++at) {
    if ((seconds[lower[at] & 31] >> (lower[at + 1] & 31) & 1) == 0) continue;
    for (std::string_view word : words) {
      if (!lower.substr(at).starts_with(word)) continue;
      double chance = static_cast<double>(text.size());
      for (size_t i = 0; i < word.size(); ++i) chance /= kLetters;
      if (chance <= kChance || StartsWord(text, at, word.size())) return true;
    }
  }
  return false;
}

// How long a run may be in a random text like this one; most often kLongestRun.
size_t LongestRunByChance(std::string_view text) {
  const auto digits = static_cast<size_t>(std::count_if(text.begin(), text.end(), IsDigit));
  const double alphabet = digits * 2 > text.size() ? 10 : 16;
  double chance = 2 * static_cast<double>(text.size());
  size_t run = 0;
  for (; chance > 2 * kChance || run < kLongestRun; ++run) chance /= alphabet;
  return run;
}

// "DB_PASSWORD". A random text of 12 characters has no other ones than these in 26 to 100 of a
// million, one of 14 with a joint in 6, so that in the lengths between the letters must read as
// words, too.
bool IsConstantName(std::string_view text) {
  static constexpr size_t kLongEnough = 12;
  static constexpr size_t kLongEnoughJoined = 14;
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return IsUpper(c) || c == '_' || c == '-'; });
  if (!plain) return false;
  const bool joined = text.find_first_of("_-") != std::string_view::npos;
  return text.size() < kLongEnough || (joined && text.size() >= kLongEnoughJoined) ||
         WordScore(text, ObservedAlphabet(text)) > 0;
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
  const auto folded = [](char c) { return static_cast<char>(IsUpper(c) ? c | 0x20 : c); };
  size_t equal = 1;
  size_t mixed = 1;
  size_t ascending = 1;
  size_t longest = 1;
  for (size_t i = 1; i < text.size(); ++i) {
    const char before = folded(text[i - 1]);
    const char now = folded(text[i]);
    equal = text[i] == text[i - 1] ? equal + 1 : 1;
    mixed = now == before ? mixed + 1 : 1;
    const bool wraps = before == '9' && (now == '0' || now == 'a');
    ascending = now == before + 1 || wraps ? ascending + 1 : 1;
    longest = std::max({longest, equal, ascending});
    if (mixed > kLongestMixedRun) return true;
  }
  return longest > kLongestRun && longest > LongestRunByChance(text);
}

// By the failure function of Knuth, Morris and Pratt: linear, whatever the text. Most texts are not
// periodic because their start stands nowhere else in their first half.
bool IsPeriodic(std::string_view text) {
  static constexpr size_t kStart = 4;
  const size_t half = text.size() / 2;
  if (half > kStart &&
      text.substr(1, half + kStart).find(text.substr(0, kStart)) == std::string_view::npos) {
    return false;
  }
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
  return HoldsWord(text, lower, kWords) || HasRun(text) || IsPeriodic(lower);
}

bool IsVariable(std::string_view text) {
  if (text.find('$') != std::string_view::npos || text.find('{') != std::string_view::npos) {
    return true;
  }
  if (text.starts_with("%") && !text.starts_with("%2") && !text.starts_with("%4")) return true;
  if (IsConstantName(text)) return true;
  static constexpr std::array<std::string_view, 12> kWords = {
      "password", "passwd",   "secret", "token",   "hunter2", "foobar",
      "username", "changeit", "getenv", "environ", "process", "default"};
  return HoldsWord(text, LowerCase(text), kWords);
}

bool IsPublished(std::string_view secret) {
  const std::string hash = Sha256(AsBytes(secret));
  uint64_t start = 0;
  for (size_t i = 0; i < 8; ++i) start = start << 8 | static_cast<uint8_t>(hash[i]);
  return std::find(std::begin(kPublished), std::end(kPublished), start) != std::end(kPublished);
}

}  // namespace picket
