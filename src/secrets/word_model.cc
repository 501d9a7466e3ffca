#include "secrets/word_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

namespace picket {
namespace {

constexpr double kThreshold = 13;
constexpr int kBoundary = 26;
constexpr double kScale = 20;

// How seldom a letter follows another one within a word of source text (row 26: starts a word), as
// -ln(share) * 20, counted over headers, libraries and manuals. Every row's shares add up to at
// most 1; any such table keeps the bound, a good one finds more words.
constexpr uint8_t kSeldom[27][26] = {
    {115, 66,  55, 57,  116, 98, 66, 137, 72, 141, 92, 42, 57,
     49,  151, 66, 145, 42,  51, 36, 82,  92, 104, 96, 81, 135},
    {43,  83, 74, 84,  47, 91, 104, 136, 46,  58,  112, 37, 96,
     104, 52, 92, 156, 62, 64, 86,  41,  110, 136, 131, 66, 130},
    {45,  106, 79, 91,  45, 98, 118, 46, 70,  145, 55,  57, 80,
     116, 33,  91, 144, 60, 79, 43,  69, 112, 132, 120, 90, 168},
    {49,  81, 88, 59,  22, 83, 92, 105, 37,  117, 117, 68, 99,
     103, 57, 96, 151, 65, 64, 83, 67,  100, 100, 99,  93, 152},
    {62, 96,  54, 50, 80, 71, 81, 122, 100, 133, 126, 63, 68,
     44, 106, 76, 88, 34, 44, 48, 116, 83,  97,  59,  92, 147},
    {55, 95, 84, 82,  49, 47, 108, 127, 31,  162, 145, 55, 96,
     69, 38, 89, 148, 56, 66, 72,  58,  113, 116, 122, 81, 168},
    {67, 106, 94, 102, 20, 109, 87, 68, 52,  148, 149, 47,  87,
     55, 68,  93, 149, 54, 54,  78, 69, 108, 122, 125, 107, 109},
    {29, 125, 116, 90,  27, 104, 112, 110, 42,  178, 109, 90, 79,
     97, 42,  101, 160, 61, 76,  58,  75,  138, 111, 138, 92, 150},
    {75, 76, 58, 62,  69, 71, 67, 155, 127, 150, 119, 57,  64,
     27, 48, 75, 134, 72, 51, 47, 134, 76,  132, 90,  174, 76},
    {48,  106, 75, 90,  20,  107, 123, 121, 56, 127, 84,  104, 86,
     100, 48,  90, 136, 107, 38,  94,  50,  99, 97,  153, 132, 147},
    {56, 103, 79, 82,  18, 87, 79, 92, 40,  131, 126, 78,  90,
     69, 82,  83, 133, 94, 47, 77, 70, 122, 86,  147, 100, 146},
    {46,  99, 93, 65,  30,  92, 93, 113, 38, 142, 111, 46, 113,
     110, 44, 91, 164, 107, 67, 65, 64,  77, 125, 113, 66, 137},
    {32,  62, 90, 81,  29,  103, 115, 136, 48,  147, 111, 75, 69,
     106, 50, 42, 145, 111, 66,  93,  71,  105, 129, 129, 98, 155},
    {52, 113, 53, 46,  47,  67, 41, 119, 62, 133, 89,  91,  107,
     86, 58,  92, 142, 105, 48, 37, 69,  79, 124, 145, 106, 147},
    {86, 72, 55, 57,  102, 77, 85, 131, 82, 128, 90,  59,  56,
     32, 73, 56, 166, 37,  65, 64, 59,  81, 72,  108, 123, 144},
    {40,  112, 87, 88,  37, 81, 107, 81, 61,  161, 95,  51, 99,
     102, 48,  64, 129, 38, 74, 49,  67, 120, 119, 137, 70, 148},
    {87, 112, 83, 102, 93, 107, 111, 113, 82,  163, 148, 64,  97,
     92, 111, 93, 102, 67, 73,  82,  6,   103, 101, 133, 143, 111},
    {43, 103, 74, 76,  27, 93, 77, 128, 45, 173, 93,  85, 69,
     77, 46,  92, 150, 62, 58, 57, 76,  91, 113, 146, 69, 166},
    {67, 114, 63, 102, 34, 96, 101, 62, 47,  159, 84,  74, 92,
     98, 63,  63, 113, 96, 49, 30,  60, 110, 99,  126, 72, 132},
    {46,  116, 73, 98,  31, 96, 120, 55, 38,  172, 115, 82, 97,
     108, 52,  84, 157, 43, 62, 69,  73, 124, 110, 102, 60, 137},
    {71, 58,  67, 82,  54, 69, 80, 151, 61,  161, 135, 49,  53,
     37, 102, 59, 167, 46, 50, 45, 136, 132, 155, 108, 145, 143},
    {30,  99, 87, 106, 18,  103, 106, 119, 44,  174, 108, 101, 55,
     100, 65, 82, 156, 101, 85,  94,  111, 108, 101, 134, 133, 151},
    {34, 101, 85, 78,  46, 99, 101, 56, 32,  166, 127, 87,  95,
     54, 49,  85, 146, 45, 61, 93,  97, 125, 101, 115, 136, 159},
    {68, 104, 53, 82,  40, 81, 117, 108, 55,  220, 126, 97, 56,
     91, 88,  41, 134, 89, 67, 25,  116, 101, 125, 72,  79, 126},
    {74, 86, 76, 101, 69, 90, 85, 129, 69,  159, 154, 68,  48,
     48, 73, 22, 119, 85, 46, 49, 100, 104, 88,  129, 115, 101},
    {46,  106, 108, 104, 10,  101, 118, 92,  52,  200, 156, 83, 85,
     111, 61,  105, 144, 103, 95,  98,  107, 122, 117, 129, 84, 80},
    {58, 66, 49, 59,  61, 61, 67, 79, 56, 108, 96, 64,  61,
     66, 67, 53, 111, 59, 46, 57, 74, 77, 79,  98, 124, 120},
};

enum Kind : int { kLetter, kDigit, kOther };

// [kind before][kind now]; of the other bytes sixteen rare ones share what the four common ones
// leave.
constexpr double kKinds[3][3] = {{0.90, 0.04, 0.06}, {0.25, 0.60, 0.15}, {0.85, 0.12, 0.03}};
constexpr double kOthers = 16;
constexpr double kRareOther = 0.1;

// [upper before][upper now], for a letter after a letter.
constexpr double kUpper[2][2] = {{0.88, 0.12}, {0.40, 0.60}};
constexpr double kFirstUpper = 0.35;

// The logarithms of what the model multiplies, for each byte that is met takes one of each kind.
struct Logarithms {
  Logarithms() {
    for (size_t before = 0; before < 3; ++before) {
      for (size_t now = 0; now < 3; ++now) kinds[before][now] = std::log(kKinds[before][now]);
    }
    for (size_t before = 0; before < 2; ++before) {
      for (size_t now = 0; now < 2; ++now) upper[before][now] = std::log(kUpper[before][now]);
    }
    first_upper = {std::log(1 - kFirstUpper), std::log(kFirstUpper)};
    others.fill(std::log(kRareOther / kOthers));
    others['_'] = std::log(0.45);
    others['-'] = std::log(0.20);
    others['.'] = std::log(0.15);
    others['/'] = std::log(0.10);
    for (size_t count = 1; count < counts.size(); ++count) {
      counts[count] = static_cast<double>(count) * std::log2(count);
    }
  }

  double kinds[3][3];
  double upper[2][2];
  std::array<double, 2> first_upper;
  std::array<double, 256> others;
  std::array<double, 256> counts{};  // n log2 n
  double digit = std::log(10.0);
};

const Logarithms& Logs() {
  static const Logarithms logarithms;
  return logarithms;
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

Kind KindOf(char c) {
  if (IsLower(c) || IsUpper(c)) return kLetter;
  return c >= '0' && c <= '9' ? kDigit : kOther;
}

// With a digit, so that no word is one.
bool IsHexadecimal(std::string_view text) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  return std::all_of(text.begin(), text.end(), is_hex) &&
         text.find_first_of("0123456789") != std::string_view::npos;
}

// ln of the probability that the model goes on with `c` after `before`.
double LogLikelihood(const Logarithms& logs, char before, char c) {
  const Kind kind = KindOf(c);
  const double share = logs.kinds[KindOf(before)][kind];
  if (kind == kDigit) return share - logs.digit;
  if (kind == kOther) return share + logs.others[static_cast<uint8_t>(c)];
  const bool upper = IsUpper(c);
  const bool after_letter = KindOf(before) == kLetter;
  const bool hump = upper && IsLower(before);
  const double cased = after_letter ? logs.upper[IsUpper(before) ? 1 : 0][upper ? 1 : 0]
                                    : logs.first_upper[upper ? 1 : 0];
  const int row = after_letter && !hump ? (before | 0x20) - 'a' : kBoundary;
  return share + cased - kSeldom[row][(c | 0x20) - 'a'] / kScale;
}

}  // namespace

double WordScore(std::string_view text, double alphabet) {
  const Logarithms& logs = Logs();
  const double chance = std::log(alphabet);
  double ratio = 0;
  char before = '_';
  for (char c : text) {
    ratio += LogLikelihood(logs, before, c) + chance;
    before = c;
  }
  return ratio;
}

double ObservedScore(std::string_view text) {
  static constexpr size_t kShortest = 16;
  std::string rest;
  double ratio = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && KindOf(text[end]) != kOther) ++end;
    const std::string_view part = text.substr(at, end - at);
    const bool hex = part.size() >= kShortest && part.size() < text.size() && IsHexadecimal(part);
    if (hex) ratio += WordScore(part, ObservedAlphabet(part));
    if (!hex) rest += part;
    if (end < text.size()) rest += text[end];
    at = end + 1;
  }
  return rest.empty() ? ratio : ratio + WordScore(rest, ObservedAlphabet(rest));
}

double EntropyOf(std::string_view text) {
  if (text.empty()) return 0;
  const Logarithms& logs = Logs();
  std::array<uint32_t, 256> counts{};
  uint8_t least = 0xff;
  uint8_t most = 0;
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    ++counts[byte];
    least = std::min(least, byte);
    most = std::max(most, byte);
  }
  double sum = 0;
  for (size_t byte = least; byte <= most; ++byte) {
    const uint32_t count = counts[byte];
    sum += count < logs.counts.size() ? logs.counts[count] : count * std::log2(count);
  }
  const double total = static_cast<double>(text.size());
  return std::log2(total) - sum / total;
}

bool SpeaksForWords(double score) { return score > kThreshold; }

bool ReadsAsWords(std::string_view text, double alphabet) {
  return SpeaksForWords(WordScore(text, alphabet));
}

double ObservedAlphabet(std::string_view text) {
  bool lower = false;
  bool upper = false;
  bool digit = false;
  bool other = false;
  bool beyond_hex = false;
  for (char c : text) {
    const char folded = static_cast<char>(IsUpper(c) ? c | 0x20 : c);
    lower = lower || IsLower(c);
    upper = upper || IsUpper(c);
    digit = digit || KindOf(c) == kDigit;
    other = other || KindOf(c) == kOther;
    beyond_hex = beyond_hex || (folded > 'f' && folded <= 'z');
  }
  const double letters = beyond_hex ? 26 : 6;
  const double size =
      (lower ? letters : 0) + (upper ? letters : 0) + (digit ? 10 : 0) + (other ? 4 : 0);
  return std::max(size, 2.0);
}

}  // namespace picket
