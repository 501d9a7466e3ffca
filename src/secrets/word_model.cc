#include "secrets/word_model.h"

#include <cmath>
#include <cstdint>

namespace picket {
namespace {

constexpr double kThreshold = 13;

// Shares of the letters among the vowels and among the consonants of English text, roughly; either
// kind adds up to less than 1. Any such numbers keep the bound; good ones find more words.
constexpr double kShare[26] = {
    0.220, 0.025, 0.060, 0.060, 0.320, 0.035, 0.030, 0.050, 0.200,  // a-i
    0.003, 0.012, 0.075, 0.045, 0.120, 0.190, 0.045, 0.003, 0.110,  // j-r
    0.115, 0.150, 0.065, 0.012, 0.020, 0.006, 0.020, 0.003};        // s-z

constexpr double kLetter = 0.96;
constexpr double kOther = 0.04 / 16;
// [vowel before][vowel now]
constexpr double kVowel[2][2] = {{0.40, 0.60}, {0.85, 0.15}};
// [upper before][upper now]
constexpr double kUpper[2][2] = {{0.85, 0.15}, {0.75, 0.25}};

bool IsVowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

}  // namespace

bool ReadsAsWords(std::string_view text, double alphabet) {
  double ratio = 0;
  bool vowel_before = false;
  bool upper_before = false;
  for (char c : text) {
    bool upper = c >= 'A' && c <= 'Z';
    char lower = upper ? static_cast<char>(c + 32) : c;
    double likelihood = kOther;
    if (lower >= 'a' && lower <= 'z') {
      bool vowel = IsVowel(lower);
      likelihood = kLetter * kShare[lower - 'a'] * kVowel[vowel_before ? 1 : 0][vowel ? 1 : 0] *
                   kUpper[upper_before ? 1 : 0][upper ? 1 : 0];
      vowel_before = vowel;
      upper_before = upper;
    }
    ratio += std::log(likelihood * alphabet);
  }
  return ratio > kThreshold;
}

}  // namespace picket
