#include "secrets/validators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "match/measure.h"
#include "secrets/template.h"
#include "secrets/word_model.h"

namespace picket {
namespace {

constexpr size_t kChecksum = 6;
constexpr size_t kLongestRun = 7;

uint8_t Byte(char c) { return static_cast<uint8_t>(c); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
char Lower(char c) { return IsUpper(c) ? static_cast<char>(c + 32) : c; }

// A prefix, decoded; stops at the first character that is not of either alphabet.
std::string DecodePrefix(std::string_view text, size_t max) {
  std::string bytes;
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    uint32_t value = 0;
    if (IsUpper(c)) {
      value = static_cast<uint32_t>(c - 'A');
    } else if (IsLower(c)) {
      value = static_cast<uint32_t>(c - 'a') + 26;
    } else if (IsDigit(c)) {
      value = static_cast<uint32_t>(c - '0') + 52;
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else {
      break;
    }
    group = group << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(group >> bits & 0xff));
    }
    if (bytes.size() >= max) break;
  }
  return bytes;
}

bool Crc32(const ValidatorCall&, const Captured& captured) {
  std::string_view body = captured.body;
  if (body.size() <= kChecksum) return false;
  size_t split = body.size() - kChecksum;
  return Crc32Base62(body.substr(0, split)) == body.substr(split);
}

bool Entropy(const ValidatorCall& call, const Captured& captured) {
  std::array<uint32_t, 256> counts{};
  for (char c : captured.body) ++counts[Byte(c)];
  double total = static_cast<double>(captured.body.size());
  double bits = 0;
  for (uint32_t count : counts) {
    if (count > 0) bits -= count / total * std::log2(count / total);
  }
  return bits >= call.number;
}

bool MixedCase(const ValidatorCall& call, const Captured& captured) {
  auto upper = std::count_if(captured.body.begin(), captured.body.end(), IsUpper);
  auto lower = std::count_if(captured.body.begin(), captured.body.end(), IsLower);
  return static_cast<double>(std::min(upper, lower)) >= call.number;
}

bool NeedsDigit(const ValidatorCall&, const Captured& captured) {
  return std::any_of(captured.body.begin(), captured.body.end(), IsDigit);
}

bool NotWords(const ValidatorCall& call, const Captured& captured) {
  return !ReadsAsWords(captured.body, call.number);
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

bool IsPeriodic(std::string_view text) {
  for (size_t period = 1; period * 2 <= text.size(); ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

bool NotPlaceholder(const ValidatorCall&, const Captured& captured) {
  static constexpr std::array<std::string_view, 14> kWords = {
      "example",  "placeholder", "redacted", "changeme",   "sample",  "your_",   "yourtoken",
      "your-key", "your-token",  "yourapi",  "dummytoken", "replace", "faketok", "notareal"};
  std::string text;
  for (char c : captured.body) text.push_back(Lower(c));
  for (std::string_view word : kWords) {
    if (text.find(word) != std::string::npos) return false;
  }
  return !HasRun(text) && !IsPeriodic(text);
}

bool NotVariable(const ValidatorCall&, const Captured& captured) {
  std::string_view body = captured.body;
  if (body.find('$') != std::string_view::npos || body.find('{') != std::string_view::npos) {
    return false;
  }
  if (body.starts_with("%") && !body.starts_with("%2") && !body.starts_with("%4")) return false;
  bool constant = std::all_of(body.begin(), body.end(),
                              [](char c) { return IsUpper(c) || c == '_' || c == '-'; });
  static constexpr std::array<std::string_view, 12> kWords = {
      "password", "passwd",   "secret", "token",   "hunter2", "foobar",
      "username", "changeit", "getenv", "environ", "process", "default"};
  std::string text;
  for (char c : body) text.push_back(Lower(c));
  bool word = std::any_of(kWords.begin(), kWords.end(), [&text](std::string_view known) {
    return text.find(known) != std::string::npos;
  });
  return !constant && !word;
}

bool Jwt(const ValidatorCall&, const Captured& captured) {
  std::string header = DecodePrefix(captured.body.substr(0, captured.body.find('.')), 512);
  return header.starts_with("{") && header.find("\"alg\"") != std::string::npos;
}

// The length that a DER header claims, header included; 0 when there is none.
size_t DerLength(std::string_view der) {
  if (der.size() < 6 || Byte(der[0]) != 0x30) return 0;
  uint8_t first = Byte(der[1]);
  if (first < 0x80) return 2u + first;
  if (first == 0x81) return 3u + Byte(der[2]);
  if (first == 0x82) return 4u + static_cast<size_t>(Byte(der[2]) << 8 | Byte(der[3]));
  return 0;
}

bool PrivateKey(const ValidatorCall&, const Captured& captured) {
  PemBody body =
      ReadPemBody(captured.text, captured.match.head_end, captured.match.rule.measure.max);
  if (IsPeriodic(body.base64) || HasRun(body.base64.substr(24 < body.base64.size() ? 24 : 0, 40))) {
    return false;
  }
  std::string start = DecodePrefix(body.base64, 64);
  if (start.starts_with("openssh-key-v1")) return body.base64.size() >= 200;
  if (body.armored) return body.base64.size() >= 100;
  uint8_t first = start.empty() ? uint8_t{0} : Byte(start[0]);
  bool pgp = (first >= 0x94 && first <= 0x97) || first == 0xc5;
  if (pgp) return body.base64.size() >= 100;
  size_t claimed = DerLength(start);
  size_t decoded = body.base64.size() / 4 * 3 + body.base64.size() % 4 * 3 / 4;
  return claimed >= 40 && (body.closed ? decoded == claimed : decoded >= 64);
}

struct Validator {
  std::string_view name;
  bool (*accepts)(const ValidatorCall&, const Captured&);
};

constexpr std::array<Validator, 9> kValidators = {{
    {"crc32", Crc32},
    {"entropy", Entropy},
    {"mixed_case", MixedCase},
    {"needs_digit", NeedsDigit},
    {"not_words", NotWords},
    {"not_placeholder", NotPlaceholder},
    {"not_variable", NotVariable},
    {"jwt", Jwt},
    {"private_key", PrivateKey},
}};

constexpr auto kNames = [] {
  std::array<std::string_view, kValidators.size()> names{};
  for (size_t i = 0; i < names.size(); ++i) names[i] = kValidators[i].name;
  return names;
}();

}  // namespace

std::span<const std::string_view> ValidatorNames() { return kNames; }

Captured MakeCaptured(Bytes text, const RawMatch& match) {
  Captured captured{
      text, match, AsText(text.subspan(match.capture.offset, match.capture.length)), {}};
  captured.body = captured.secret;
  for (const std::string& literal : match.rule.encoded_literals) {
    if (captured.secret.starts_with(literal)) {
      captured.body.remove_prefix(literal.size());
      break;
    }
  }
  return captured;
}

bool PassesValidators(const Captured& captured) {
  for (const ValidatorCall& call : captured.match.rule.validators) {
    auto known = std::find_if(kValidators.begin(), kValidators.end(),
                              [&call](const Validator& v) { return v.name == call.name; });
    if (known == kValidators.end() || !known->accepts(call, captured)) return false;
  }
  return true;
}

}  // namespace picket
