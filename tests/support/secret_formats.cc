#include "support/secret_formats.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <utility>

#include "secrets/checksums.h"

namespace picket {
namespace {

constexpr std::array<std::string_view, 12> kFunctions = {
    "uuid",    "jwt",       "b64:",   "b64u:",  "crc62", "crc16",
    "bech32:", "routable:", "pkcs1:", "pkcs8:", "sec1:", "openssh:"};

uint32_t Crc32(std::string_view text) {
  uint32_t sum = 0xffffffffu;
  for (char c : text) {
    sum ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320u : 0);
  }
  return ~sum;
}

std::string Der(int tag, const std::string& body) {
  std::string der(1, static_cast<char>(tag));
  if (body.size() >= 0x100) {
    der += {'\x82', static_cast<char>(body.size() >> 8)};
  } else if (body.size() >= 0x80) {
    der += '\x81';
  }
  return der + static_cast<char>(body.size() & 0xff) + body;
}

std::string Base36(uint64_t value, size_t digits) {
  std::string text(digits, '0');
  for (size_t i = digits; i-- > 0; value /= 36) {
    text[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
  }
  return text;
}

std::string Field(const std::string& text) {
  std::string length(3, '\0');
  return length + static_cast<char>(text.size()) + text;
}

}  // namespace

// Each list takes its own lines of the table.
#define KIND(rule, name, secret)
#define PHRASE(rule, text, secret)
#define BLOCK(rule, text, secret)
#define EQUAL(rule, other)
#define NOT_IN(rule, place, reason)
#define NO_HINT(rule)
#define OPEN_END(rule, bytes, reason)
#define KNOWN(rule, part, place, what)
#define UNTOLD(rule)

const std::vector<SecretFormat>& SecretFormats() {
#undef KIND
#undef PHRASE
#undef BLOCK
#define KIND(rule, name, secret) \
  {rule, *(name) == '\0' ? Shape::kAlone : Shape::kNamed, name, secret},
#define PHRASE(rule, text, secret) {rule, Shape::kPhrase, text, secret},
#define BLOCK(rule, text, secret) {rule, Shape::kBlock, text, secret},
  static const std::vector<SecretFormat> formats = {
#include "secrets/formats.def"
  };
#undef KIND
#undef PHRASE
#undef BLOCK
#define KIND(rule, name, secret)
#define PHRASE(rule, text, secret)
#define BLOCK(rule, text, secret)
  return formats;
}

bool TellsSame(std::string_view rule, std::string_view found) {
#undef EQUAL
#define EQUAL(rule, other) {rule, other},
  static const std::set<std::pair<std::string_view, std::string_view>> pairs = {
#include "secrets/formats.def"
  };
#undef EQUAL
#define EQUAL(rule, other)
  return rule == found || pairs.contains({rule, found});
}

bool IsNotIn(std::string_view rule, std::string_view place) {
#undef NOT_IN
#define NOT_IN(rule, place, reason) {rule, place},
  static const std::set<std::pair<std::string_view, std::string_view>> pairs = {
#include "secrets/formats.def"
  };
#undef NOT_IN
#define NOT_IN(rule, place, reason)
  return pairs.contains({rule, place});
}

const std::set<std::string>& RulesWithoutHint() {
#undef NO_HINT
#define NO_HINT(rule) rule,
  static const std::set<std::string> rules = {
#include "secrets/formats.def"
  };
#undef NO_HINT
#define NO_HINT(rule)
  return rules;
}

size_t OpenEnd(std::string_view rule) {
#undef OPEN_END
#define OPEN_END(rule, bytes, reason) {rule, bytes},
  static const std::map<std::string_view, size_t> ends = {
#include "secrets/formats.def"
  };
  auto end = ends.find(rule);
  return end == ends.end() ? 0 : end->second;
#undef OPEN_END
#define OPEN_END(rule, bytes, reason)
}

const std::set<std::string>& UntoldRules() {
#undef UNTOLD
#define UNTOLD(rule) rule,
  static const std::set<std::string> rules = {
#include "secrets/formats.def"
  };
#undef UNTOLD
#define UNTOLD(rule)
  return rules;
}

const std::vector<KnownLoss>& KnownLosses() {
#undef KNOWN
#define KNOWN(rule, part, place, what) {rule, part, place, what},
  static const std::vector<KnownLoss> losses = {
#include "secrets/formats.def"
  };
  return losses;
}

bool KnownLoss::Covers(const SecretFormat& format, std::string_view at) const {
  const bool same = rule.empty() ? format.shape == Shape::kNamed : rule == format.rule;
  return same && (place.empty() || place == at) &&
         (format.secret + format.around).find(part) != std::string::npos;
}

std::string SecretMaker::Make(std::string_view format) {
  format_ = format;
  at_ = 0;
  made_.clear();
  return Sequence("");
}

unsigned SecretMaker::Variants(std::string_view format) {
  SecretMaker maker(1, 0);
  maker.Make(format);
  return 3 * maker.alternatives_;
}

std::string SecretMaker::Sequence(std::string_view stops) {
  std::string text;
  const std::string outer = made_;
  while (at_ < format_.size() && stops.find(format_[at_]) == std::string_view::npos) {
    made_ = outer + text;
    const char c = format_[at_];
    if (c == '[') {
      text += Set();
    } else if (c == '(') {
      text += Alternatives();
    } else if (c == '<' && AtFunction()) {
      text += Function();
    } else {
      at_ += c == '\\' ? 1 : 0;
      text += format_.at(at_++);
    }
  }
  return text;
}

std::string SecretMaker::Alternatives() {
  std::vector<std::string> texts;
  const unsigned outer = std::exchange(alternatives_, 1);
  unsigned most = 1;
  do {
    ++at_;
    alternatives_ = 1;
    texts.push_back(Sequence("|)"));
    most = std::max(most, alternatives_);
  } while (at_ < format_.size() && format_[at_] == '|');
  if (at_++ >= format_.size()) throw std::logic_error("( without )");
  const unsigned count = static_cast<unsigned>(texts.size());
  alternatives_ = outer * most * count;
  const std::string chosen = texts[choice_ % count];
  choice_ /= count;
  return chosen;
}

std::string SecretMaker::Set() {
  std::string characters;
  for (++at_; format_.at(at_) != ']'; ++at_) {
    if (format_[at_] == '-' && !characters.empty() && format_.at(at_ + 1) != ']') {
      const char last = format_[++at_];
      for (char c = characters.back(); c < last;) characters += ++c;
    } else {
      characters += format_[at_];
    }
  }
  ++at_;
  size_t least = 1;
  size_t most = 1;
  if (format_.substr(at_, 1) == "{") {
    ++at_;
    most = least = Count();
    if (format_.at(at_) == ',') {
      ++at_;
      most = Count();
    }
    if (format_.at(at_++) != '}' || most < least) throw std::logic_error("a count that is none");
  }
  const size_t any = least + random_.Below(most - least + 1);
  const size_t lengths[] = {any, least, most};
  last_set_ = random_.Text(characters, lengths[lengths_]);
  return last_set_;
}

size_t SecretMaker::Count() {
  size_t count = 0;
  while (format_.at(at_) >= '0' && format_.at(at_) <= '9') {
    count = count * 10 + static_cast<size_t>(format_[at_++] - '0');
  }
  return count;
}

bool SecretMaker::AtFunction() const {
  const std::string_view rest = format_.substr(at_ + 1);
  return std::any_of(kFunctions.begin(), kFunctions.end(), [&](std::string_view name) {
    return rest.starts_with(name) && (name.back() == ':' || rest.substr(name.size(), 1) == ">");
  });
}

std::string SecretMaker::Function() {
  const size_t end = format_.find_first_of(":>", at_);
  const std::string_view name = format_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  std::string inner;
  if (format_[end] == ':') {
    inner = Sequence(">");
    ++at_;
  }
  if (name == "b64") return EncodeBase64(inner, false, true);
  if (name == "b64u") return EncodeBase64(inner, true, false);
  if (name == "crc62") return Crc32Base62(last_set_);
  if (name == "crc16") {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", Crc32(made_));
    return digits;
  }
  if (name == "uuid") {
    static constexpr std::string_view kHex = "0123456789abcdef";
    return random_.Text(kHex, 8) + "-" + random_.Text(kHex, 4) + "-4" + random_.Text(kHex, 3) +
           "-" + random_.Text("89ab", 1) + random_.Text(kHex, 3) + "-" + random_.Text(kHex, 12);
  }
  const std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (name == "jwt") {
    const std::string claims =
        R"({"sub":")" + random_.Text(kUrl.substr(0, 62), 24) + R"(","exp":4102444800})";
    return EncodeBase64(R"({"alg":"HS256","typ":"JWT"})", true, false) + "." +
           EncodeBase64(claims, true, false) + "." + random_.Text(kUrl, 42) +
           random_.Text(kUrl.substr(0, 62), 1);
  }
  if (name == "routable") {
    // GitLab's Authn::TokenField::Generator::RoutableToken: sixteen random bytes with the routing
    // in base64, version, length and CRC-32 in base 36.
    const std::string payload = random_.Text(kUrl, 27 + random_.Below(20));
    std::string token = inner + payload + ".01." + Base36(payload.size(), 2);
    return token + Base36(Crc32(token), 7);
  }
  if (name == "bech32") {
    const std::string data = random_.Text(Bech32Alphabet(), 52);
    std::string human = inner;
    for (char& c : human) c = static_cast<char>(std::tolower(c));
    std::string tail = data + Bech32Checksum(human, data);
    for (char& c : tail) c = human == inner ? c : static_cast<char>(std::toupper(c));
    return inner + "1" + tail;
  }
  return Pem(name, inner);
}

std::string SecretMaker::Bytes(size_t count) {
  std::string bytes;
  while (bytes.size() < count) bytes += static_cast<char>(random_.Below(256));
  return bytes;
}

// Keys in form, not in number theory: RFC 8017, RFC 5958, RFC 5915, OpenSSH's PROTOCOL.key.
std::string SecretMaker::Pem(std::string_view kind, std::string_view line_break) {
  std::string key;
  if (kind == "openssh") {
    const std::string check = Bytes(4);
    const std::string point = Bytes(32);
    const std::string public_key = Field("ssh-ed25519") + Field(point);
    const std::string inner = check + check + public_key + Field(Bytes(32) + point) +
                              Field("me@host") + "\x01\x02\x03\x04\x05";
    key = std::string("openssh-key-v1\0", 15) + Field("none") + Field("none") + Field("") +
          std::string("\0\0\0\x01", 4) + Field(public_key) + Field(inner);
  } else if (kind == "sec1") {
    const std::string curve = Der(0x06, "\x2a\x86\x48\xce\x3d\x03\x01\x07");
    const std::string point = std::string("\0\x04", 2) + Bytes(64);
    key = Der(0x30, Der(0x02, "\x01") + Der(0x04, Bytes(32)) + Der(0xa0, curve) +
                        Der(0xa1, Der(0x03, point)));
  } else {
    std::string numbers = Der(0x02, std::string(1, '\0'));
    const std::string modulus = std::string(1, '\0') + '\xb1' + Bytes(255);
    numbers += Der(0x02, modulus) + Der(0x02, std::string("\x01\0\x01", 3));
    for (size_t size : {256u, 128u, 128u, 128u, 128u, 128u}) {
      numbers += Der(0x02, '\x5a' + Bytes(size - 1));
    }
    key = Der(0x30, numbers);
    if (kind == "pkcs8") {
      const std::string rsa = Der(0x06, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") + Der(0x05, "");
      key = Der(0x30, Der(0x02, std::string(1, '\0')) + Der(0x30, rsa) + Der(0x04, key));
    }
  }
  const size_t width = kind == "openssh" ? 70 : 64;
  const std::string flat = EncodeBase64(key, false, true);
  std::string lines;
  for (size_t at = 0; at < flat.size(); at += width) {
    lines += flat.substr(at, width);
    lines += line_break;
  }
  return lines;
}

}  // namespace picket
