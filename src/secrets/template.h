// Templates of texts with secrets: rule files and tests hold these, never a secret-shaped literal.
//
//   {alphabet:n}      n random characters of alpha, lower, upper, alnum, upper_alnum, digit, hex,
//                     base32, base64, base64url
//   {crc32}           six base-62 digits: the CRC-32 of what the placeholder before it gave, as
//                     GitHub and npm end their tokens
//   {jwt}             a JSON Web Token
//   {pem}, {pem_json} the body of a private key in lines of 64 characters, broken by LF or by \n
//                     spelt out; {pem_text} the body of one that decodes to no key
//   {gitlab(PREFIX)}  a GitLab routable token
//   {bech32(HUMAN)}   a Bech32 string of 52 random characters, in upper case
//   {base64(...)}     the template in the parentheses, encoded; also {utf16le(...)}, {utf16be(...)}
//   {{ }}             braces
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

// SplitMix64: the same numbers everywhere for one seed.
class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  // Below `bound`, which is not 0.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
  std::string Text(std::string_view alphabet, size_t length);

 private:
  uint64_t state_;
};

// How the secret of an expanded template is spoilt.
enum class Spoiling : uint8_t {
  kNone,
  kShorter,        // one random character fewer in the last {alphabet:n}
  kLonger,         // one more
  kWrongChecksum,  // another last character in {crc32}, {gitlab()} and {bech32()}
};

// A placeholder, or characters that stand for themselves, and what it expands to: half-open ranges
// in the template and in the text.
struct TemplatePart {
  size_t from = 0;
  size_t to = 0;
  size_t at = 0;
  size_t end = 0;
};

// nullopt, with a sentence in `why`, when the template is not well formed. `parts`, in their order,
// is filled where it is asked for.
std::optional<std::string> ExpandTemplate(std::string_view text, SeededRandom& random,
                                          Spoiling spoiling, std::string* why,
                                          std::vector<TemplatePart>* parts = nullptr);

// Which of the spoilings change the text that `text` expands to.
bool HasCounted(std::string_view text);
bool HasChecksum(std::string_view text);

// RFC 4648 without line breaks.
std::string EncodeBase64(std::string_view bytes, bool url_safe, bool padded);

}  // namespace picket
