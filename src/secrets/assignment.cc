#include "secrets/assignment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "secrets/base64.h"
#include "secrets/placeholder.h"
#include "secrets/word_model.h"

namespace picket {
namespace {

using Words = std::span<const std::string_view>;

constexpr uint64_t kLongestName = 64;
constexpr size_t kShortestPassword = 8;
constexpr size_t kLongestPassword = 200;
constexpr size_t kLongEnough = 16;
// What has so many characters and reads so little like words was not thought of by anybody,
// whatever its characters are.
constexpr size_t kShortestGenerated = 14;
constexpr double kNoWords = 0;
// What speaks for words in a value without digits; see WordScore. Chance speaks louder in short
// ones, of which it draws hardly any in one case and few as camelCase.
constexpr double kDoubt = 3;
constexpr double kShortDoubt = 7;
constexpr size_t kShort = 20;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsLower(c) || IsUpper(c); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsNamePart(uint8_t byte) {
  const char c = static_cast<char>(byte);
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '.';
}

bool IsOneOf(std::string_view word, Words words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool HoldsAny(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

// "nextPageToken_id" gives next, page, token, id.
std::vector<std::string> SplitName(std::string_view name) {
  std::vector<std::string> words(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool hump = IsUpper(c) && i > 0 && !IsUpper(name[i - 1]);
    const bool last_capital =
        IsUpper(c) && i > 0 && IsUpper(name[i - 1]) && i + 1 < name.size() && IsLower(name[i + 1]);
    if ((!IsLetter(c) && !IsDigit(c)) || hump || last_capital) {
      if (!words.back().empty()) words.emplace_back();
    }
    if (IsLetter(c) || IsDigit(c)) {
      words.back().push_back(IsUpper(c) ? static_cast<char>(c | 0x20) : c);
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// A hash, a key that is public or an image says in its first characters what it is.
bool SaysThatItIsPublic(std::string_view value) {
  static constexpr std::array<std::string_view, 21> kStarts = {"sha1-",
                                                               "sha256-",
                                                               "sha384-",
                                                               "sha512-",
                                                               "sha256:",
                                                               "sha1:",
                                                               "sha512:",
                                                               "md5:",
                                                               "h1:",
                                                               "AAAAB3NzaC1",
                                                               "AAAAC3NzaC1",
                                                               "AAAAE2VjZHNh",
                                                               "iVBORw0K",
                                                               "R0lGODlh",
                                                               "/9j/4AAQ",
                                                               "LS0tLS1CRUdJTiBDR",
                                                               "LS0tLS1CRUdJTiBQVUJM",
                                                               "phc_",
                                                               "pk_live_",
                                                               "pk_test_",
                                                               "sb_publishable_"};
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [value](std::string_view start) { return value.starts_with(start); });
}

// "module.name", "a/b/file.json", "1.2.3-rc1": parts with words between dots and slashes.
bool EndsInExtension(std::string_view value) {
  const size_t dot = value.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view end = value.substr(dot + 1);
  return end.size() >= 2 && end.size() <= 5 && std::all_of(end.begin(), end.end(), IsLower);
}

// "module.Name", or something cut short. No random body has a dot, so less than elsewhere may speak
// for words.
bool IsDottedName(std::string_view value) {
  static constexpr double kEnough = 4;
  if (value.find('.') == std::string_view::npos) return false;
  const bool plain = std::all_of(value.begin(), value.end(),
                                 [](char c) { return IsLetter(c) || c == '_' || c == '.'; });
  return plain || value.find("...") != std::string_view::npos ||
         WordScore(value, ObservedAlphabet(value)) > kEnough;
}

// "aws_access_key_id", "TEST_DATA_BASE64", "2016-09-08T21:47:36Z": a name in one case, or a date.
bool IsOneCaseNameOrDate(std::string_view value) {
  const bool separated = value.find_first_of("_-.") != std::string_view::npos;
  const auto is_part = [](char c) { return c == '_' || c == '-' || c == '.'; };
  const bool lower =
      std::all_of(value.begin(), value.end(), [&](char c) { return IsLower(c) || is_part(c); });
  const bool upper = std::all_of(value.begin(), value.end(),
                                 [&](char c) { return IsUpper(c) || IsDigit(c) || is_part(c); });
  if (separated && lower) return true;
  if (separated && upper && WordScore(value, ObservedAlphabet(value)) > 0) return true;
  return value.size() >= 10 && value[4] == '-' && value[7] == '-' &&
         std::all_of(value.begin(), value.begin() + 4, IsDigit) && IsDigit(value[5]) &&
         IsDigit(value[6]) && IsDigit(value[8]) && IsDigit(value[9]);
}

// "/usr/bin/tool", "~/x", "--option". Long random text may start with a slash.
bool IsPathOrOption(std::string_view value) {
  static constexpr double kEnough = 4;
  const bool path = value.starts_with("--") || value.starts_with("/") || value.starts_with("./") ||
                    value.starts_with("../") || value.starts_with("~/");
  if (value.starts_with("~/")) return true;
  return path &&
         (value.size() < kLongEnough || WordScore(value, ObservedAlphabet(value)) > kEnough);
}

// "0x1234abcd", "-0x5".
bool IsHexNumber(std::string_view value) {
  const size_t at = value.find("0x");
  return at <= 1 && at != std::string_view::npos &&
         std::all_of(value.begin() + static_cast<std::ptrdiff_t>(at) + 2, value.end(), IsHex);
}

// "my-api-key", "fake_token.1", "sk-test-abc": short parts, one of which no generator would write.
bool HoldsPlainPart(std::string_view value) {
  static constexpr std::array<std::string_view, 44> kParts = {
      "key",   "api",    "apikey", "test",   "fake",    "dummy",   "mock",  "your",   "my",
      "the",   "sample", "demo",   "local",  "dev",     "secret",  "token", "auth",   "password",
      "admin", "config", "user",   "agent",  "old",     "new",     "not",   "real",   "here",
      "value", "later",  "looks",  "env",    "some",    "valid",   "this",  "string", "invalid",
      "for",   "tokens", "keys",   "access", "example", "literal", "name",  "public"};
  constexpr size_t kLongestPart = 15;
  if (std::any_of(value.begin(), value.end(), IsUpper)) return false;
  bool plain = false;
  size_t parts = 0;
  while (true) {
    const size_t end = std::min(value.find_first_of("-_./"), value.size());
    if (end > kLongestPart) return false;
    plain = plain || IsOneOf(value.substr(0, end), kParts);
    ++parts;
    if (end == value.size()) return plain && parts >= 2;
    value.remove_prefix(end + 1);
  }
}

// Text in base64, such as "not my real password".
bool EncodesWords(std::string_view value) {
  const std::string plain = DecodeBase64(value, 256);
  const bool printable =
      std::all_of(plain.begin(), plain.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
  return plain.size() >= 8 && printable && WordScore(plain, 95) > kDoubt;
}

bool IsPhrase(std::string_view value) {
  return value.find(' ') != std::string_view::npos &&
         std::all_of(value.begin(), value.end(), [](char c) { return IsLetter(c) || c == ' '; });
}

// Undoes what people do to words, so that P@ssw0rd is found among them.
std::string Unleeted(std::string_view text) {
  static constexpr std::string_view kFrom = "@013457$!";
  static constexpr std::string_view kTo = "aoleastsi";
  std::string plain = LowerCase(text);
  for (char& c : plain) {
    const size_t at = kFrom.find(c);
    if (at != std::string_view::npos) c = kTo[at];
  }
  return plain;
}

bool HasBothCases(std::string_view text) {
  return std::any_of(text.begin(), text.end(), IsLower) &&
         std::any_of(text.begin(), text.end(), IsUpper);
}

// "showOnKey", "ShowOnKey": every capital starts a part of so many letters.
bool HasHumpsOnly(std::string_view text, size_t shortest) {
  size_t part = shortest;
  for (char c : text) {
    if (IsUpper(c) && part < shortest) return false;
    part = IsUpper(c) ? 1 : part + 1;
  }
  return part >= shortest;
}

// "Test@1234", "x_test1", "myTestUser": in one case but for the first letter, and between other
// characters or letters of the other case.
bool StandsAlone(std::string_view text, size_t at, size_t length) {
  const std::string_view word = text.substr(at, length);
  const size_t end = at + length;
  const bool lower = std::none_of(word.begin() + 1, word.end(), IsUpper);
  const bool upper = std::none_of(word.begin(), word.end(), IsLower);
  if (!lower && !upper) return false;
  const bool hump = IsUpper(word[0]) && !upper;
  const bool starts = at == 0 || (!IsLetter(text[at - 1]) && !IsDigit(text[at - 1])) ||
                      (hump && IsLower(text[at - 1]));
  return starts && (end == text.size() || !IsLetter(text[end]) || (lower && IsUpper(text[end])));
}

bool IsWellKnownPassword(std::string_view password) {
  static constexpr std::array<std::string_view, 24> kWords = {
      "password", "passwd",  "passwor",  "secret", "change", "example", "placeholder", "test",
      "qwerty",   "letmein", "welcome",  "dummy",  "admin",  "default", "sample",      "hunter",
      "foobar",   "abc123",  "iloveyou", "your",   "mypass", "monkey",  "trustno",     "correct"};
  static constexpr size_t kSafeFrom = 12;
  const bool plain_word = password.size() < kSafeFrom || !HasBothCases(password);
  const std::string plain = Unleeted(password);
  const std::string lower = LowerCase(password);
  for (std::string_view word : kWords) {
    for (const std::string& text : {plain, lower}) {
      for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        // One of 12,000 generated passwords of 14 characters holds one of the two short words.
        if (word.size() > 4 || plain_word || StandsAlone(password, at, word.size())) return true;
      }
    }
  }
  return password.starts_with("1234");
}

bool LooksLikeCode(std::string_view value) {
  static constexpr std::array<std::string_view, 16> kParts = {
      "()", "->", "::", "=>", "{", "}", "%s", "%d", "</", "/>", "${", "://", "&&", "||", "[", "]"};
  return HoldsAny(value, kParts);
}

// "$NAME", "${...}", "$(...)", "%NAME%", "CONSTANT_NAME"; a dollar sign alone may stand in a
// password.
bool HoldsVariable(std::string_view value) {
  for (size_t i = 0; i + 1 < value.size(); ++i) {
    const char next = value[i + 1];
    if (value[i] == '$' && (IsLetter(next) || next == '_' || next == '{' || next == '(')) {
      return true;
    }
  }
  std::string rest(value);
  std::erase(rest, '$');
  return rest.empty() || IsVariable(rest);
}

struct Kinds {
  int count = 0;
  bool digit_inside = false;  // a letter after a digit
  bool digit = false;
};

Kinds CountKinds(std::string_view value) {
  Kinds kinds;
  bool lower = false;
  bool upper = false;
  bool other = false;
  for (char c : value) {
    lower = lower || IsLower(c);
    upper = upper || IsUpper(c);
    other = other || (!IsLetter(c) && !IsDigit(c));
    kinds.digit_inside = kinds.digit_inside || (kinds.digit && IsLetter(c));
    kinds.digit = kinds.digit || IsDigit(c);
  }
  kinds.count = (lower ? 1 : 0) + (upper ? 1 : 0) + (other ? 1 : 0) + (kinds.digit ? 1 : 0);
  return kinds;
}

// Digits with hardly a letter: a version, an address, a telephone number. Of hexadecimal bodies so
// few are letters in one of 600 UUIDs, but none is in one of 3 million.
bool IsNumber(std::string_view value) {
  static constexpr size_t kHexDigits = 32;
  size_t letters = 0;
  size_t hex = 0;
  size_t others = 0;
  for (char c : value) {
    if (IsLetter(c)) ++letters;
    if (IsHex(c)) ++hex;
    if (!IsHex(c) && c != '-' && c != ':') ++others;
  }
  if (hex == value.size() || letters * 8 >= value.size()) return false;
  return letters == 0 || others > 0 || hex < kHexDigits;
}

// In bits for each character: less is chance in fewer than one of a million random values, of which
// the short ones can't have more than log2 of their length.
double LeastEntropy(std::string_view value) {
  static constexpr double kBelowMost = 1.35;
  static constexpr double kHexBelowMost = 2.1;
  const double most = std::log2(static_cast<double>(value.size()));
  const bool hex = std::all_of(value.begin(), value.end(), IsHex);
  return std::min(hex ? 2.4 : 2.8, most - (hex ? kHexBelowMost : kBelowMost));
}

bool IsReservedHost(const std::string& host) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "example.com", "example.org", "example.net", ".example",
      ".invalid",    ".test",       "yourhost",    "your-host"};
  static constexpr std::array<std::string_view, 6> kNames = {"example", "host",      "hostname",
                                                             "server",  "your_host", "domain.com"};
  return IsOneOf(host, kNames) || HoldsAny(host, kWords);
}

bool IsThisMachine(const std::string& host) {
  return host == "localhost" || host.starts_with("127.") || host == "0.0.0.0" ||
         host.starts_with("[::1") || host.ends_with(".localhost");
}

}  // namespace

std::string_view AssignedName(Bytes text, uint64_t match_offset, uint64_t value_offset) {
  uint64_t start = match_offset;
  const uint64_t floor = start - std::min(start, kLongestName);
  while (start > floor && IsNamePart(text[start - 1])) --start;
  return AsText(text.subspan(start, value_offset - start));
}

bool NamesSecret(std::string_view name) {
  static constexpr std::array<std::string_view, 68> kAnywhere = {
      "public",       "pub",       "hash",        "hashed",   "sha",         "sha1",
      "sha256",       "md5",       "digest",      "checksum", "etag",        "integrity",
      "csrf",         "xsrf",      "next",        "page",     "cursor",      "continuation",
      "tokenizer",    "bos",       "eos",         "pad",      "unk",         "sep",
      "cls",          "special",   "lexer",       "parser",   "syntax",      "regex",
      "regexp",       "pattern",   "placeholder", "tokens",   "fingerprint", "thumbprint",
      "commit",       "revision",  "dummy",       "fake",     "mock",        "example",
      "sample",       "invalid",   "expired",     "wrong",    "bad",         "emoji",
      "icon",         "color",     "message",     "msg",      "label",       "title",
      "description",  "i18n",      "captcha",     "sitekey",  "passthrough", "passed",
      "passive",      "bypass",    "compass",     "passport", "csrftoken",   "xsrftoken",
      "authenticity", "pagination"};
  static constexpr std::array<std::string_view, 49> kLast = {
      "filename", "hook",    "used",     "date",    "time",   "at",       "expires",
      "callback", "handler", "func",     "name",    "names",  "type",     "types",
      "url",      "uri",     "endpoint", "file",    "path",   "dir",      "header",
      "field",    "param",   "prefix",   "suffix",  "length", "len",      "size",
      "count",    "format",  "hint",     "error",   "id",     "ids",      "var",
      "env",      "attr",    "column",   "table",   "class",  "selector", "version",
      "arn",      "ref",     "source",   "process", "sender", "location", "identifier"};
  std::vector<std::string> words = SplitName(name);
  // <add key="Name" value=", name: String =
  while (!words.empty() &&
         (words.back() == "value" || words.back() == "string" || words.back() == "str")) {
    words.pop_back();
  }
  if (words.empty()) return false;
  for (const std::string& word : words) {
    if (IsOneOf(word, kAnywhere)) return false;
  }
  return !IsOneOf(words.back(), kLast);
}

bool NamesKey(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kWords = {
      "key", "keys", "apikey", "secret", "password", "passwd", "auth"};
  const std::vector<std::string> words = SplitName(name);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return IsOneOf(word, kWords); });
}

bool IsUuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !IsHex(value[i])) return false;
  }
  return true;
}

bool LooksRandom(std::string_view value) {
  if (IsPlaceholder(value) || IsVariable(value) || SaysThatItIsPublic(value)) return false;
  if (EndsInExtension(value) || IsDottedName(value) || IsHexNumber(value)) return false;
  if (EncodesWords(value) || IsPhrase(value) || IsPathOrOption(value)) return false;
  if (IsOneCaseNameOrDate(value) || HoldsPlainPart(value)) return false;
  if (IsNumber(value) || EntropyOf(value) < LeastEntropy(value)) return false;
  // Letters alone are seldom drawn at random, so that less speaks for words suffices.
  if (std::none_of(value.begin(), value.end(), IsDigit)) {
    const size_t hump = value.size() <= kLongEnough ? 3 : 2;
    const bool chance = value.size() < kShort && HasBothCases(value) && !HasHumpsOnly(value, hump);
    return ObservedScore(value) <= (chance ? kShortDoubt : kDoubt);
  }
  return !SpeaksForWords(ObservedScore(value));
}

bool LooksLikePassword(std::string_view value) {
  if (value.size() < kShortestPassword || value.size() > kLongestPassword) return false;
  if (LooksLikeCode(value) || IsPlaceholder(value) || HoldsVariable(value)) return false;
  // The words below are short; in a long random text they stand by chance.
  const Kinds kinds = CountKinds(value);
  if (value.size() >= kLongEnough && LooksRandom(value)) return true;
  if (IsWellKnownPassword(value) || SaysThatItIsPublic(value) || EndsInExtension(value)) {
    return false;
  }
  if (IsDottedName(value) || IsHexNumber(value) || EncodesWords(value)) return false;
  if (IsPathOrOption(value) || IsOneCaseNameOrDate(value) || HoldsPlainPart(value)) return false;
  const bool generated = value.size() >= kShortestGenerated && WordScore(value, 36) < kNoWords;
  if (!kinds.digit) {
    return (kinds.count >= 2 || generated) && value.size() >= kShortestGenerated &&
           LooksRandom(value);
  }
  if (EntropyOf(value) < std::min(2.5, LeastEntropy(value))) return false;
  if (kinds.count >= 3) return !ReadsAsWords(value, 40);
  return (kinds.digit_inside || generated) && value.size() >= 10 && !ReadsAsWords(value, 36);
}

bool IsUserInfo(std::string_view user, std::string_view password, std::string_view host) {
  const std::string machine = LowerCase(host);
  const std::string lower = LowerCase(password);
  if (password.empty() || IsPlaceholder(password) || IsVariable(password)) return false;
  if (lower == LowerCase(user) || IsReservedHost(machine)) return false;
  static constexpr std::array<std::string_view, 20> kWords = {
      "pass",  "pwd",  "pw",   "root",   "admin", "postgres", "mysql",
      "guest", "test", "user", "redis",  "mongo", "rabbit",   "elastic",
      "xxx",   "***",  "...",  "string", "value", "key"};
  for (std::string_view word : kWords) {
    if (lower.starts_with(word) && lower.size() <= word.size() + 4) return false;
  }
  if (IsThisMachine(machine)) return LooksLikePassword(password);
  return EntropyOf(password) >= 1.5 && !ReadsAsWords(password, ObservedAlphabet(password));
}

bool IsBasicCredentials(std::string_view base64) {
  const std::string plain = DecodeBase64(base64, 512);
  const size_t colon = plain.find(':');
  if (colon == std::string::npos ||
      plain.size() * 4 / 3 + 2 < base64.size() - std::min<size_t>(2, base64.size())) {
    return false;
  }
  const bool printable =
      std::all_of(plain.begin(), plain.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
  const std::string_view password = std::string_view(plain).substr(colon + 1);
  return printable && password.size() >= 6 &&
         (password.size() >= kLongEnough || !IsWellKnownPassword(password)) &&
         IsUserInfo(std::string_view(plain).substr(0, colon), password, "");
}

}  // namespace picket
