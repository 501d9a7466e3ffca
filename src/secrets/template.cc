#include "secrets/template.h"

#include <array>
#include <bit>
#include <utility>

#include "secrets/checksums.h"
#include "secrets/placeholder.h"

namespace picket {
namespace {

constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kAlpha = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kAlphabets = {{
    {"alpha", kAlpha},
    {"lower", kLower},
    {"upper", kUpper},
    {"alnum", kBase62},
    {"upper_alnum", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"digit", "0123456789"},
    {"hex", "0123456789abcdef"},
    {"base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
    {"base64", kBase64},
    {"base64url", kBase64Url},
}};
constexpr size_t kMaxCount = 10'000;
constexpr size_t kTextBytes = 600;

std::string Wide(std::string_view text, bool little) {
  std::string wide;
  for (char c : text) {
    wide.push_back(little ? c : '\0');
    wide.push_back(little ? '\0' : c);
  }
  return wide;
}

std::string RandomBytes(SeededRandom& random, size_t count) {
  std::string bytes;
  while (bytes.size() < count) bytes.push_back(static_cast<char>(random.Below(256)));
  return bytes;
}

std::string Jwt(SeededRandom& random) {
  std::string header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
  std::string payload = "{\"sub\":\"" + random.Text("0123456789", 12) + "\"}";
  return EncodeBase64(header, true, false) + "." + EncodeBase64(payload, true, false) + "." +
         random.Text(kBase64Url, 43);
}

void AppendDer(uint8_t tag, std::string_view body, std::string* der) {
  der->push_back(static_cast<char>(tag));
  if (body.size() >= 0x80) {
    der->push_back('\x82');
    der->push_back(static_cast<char>(body.size() >> 8));
  }
  der->push_back(static_cast<char>(body.size() & 0xff));
  *der += body;
}

// RSAPrivateKey of RFC 8017 with random numbers: the shape of a key of 1024 bits.
std::string RsaShape(SeededRandom& random) {
  std::string numbers;
  AppendDer(0x02, std::string(1, '\0'), &numbers);
  static constexpr std::array<size_t, 8> kSizes = {128, 3, 128, 64, 64, 64, 64, 64};
  for (size_t bytes : kSizes) {
    AppendDer(0x02, '\x5a' + RandomBytes(random, bytes - 1), &numbers);
  }
  std::string der;
  AppendDer(0x30, numbers, &der);
  return der;
}

std::string PemBodyOf(SeededRandom& random, bool key, std::string_view line_break) {
  const std::string der = key ? RsaShape(random) : "\x41\x41" + RandomBytes(random, kTextBytes);
  std::string flat = EncodeBase64(der, false, true);
  std::string lines;
  for (size_t at = 0; at < flat.size(); at += 64) {
    lines += flat.substr(at, 64);
    lines += line_break;
  }
  return lines;
}

// Where the placeholder stands that spoiling by length changes.
size_t LastCounted(std::string_view text) {
  size_t colon = text.rfind(':');
  while (colon != std::string_view::npos && colon > 0) {
    bool digit = colon + 1 < text.size() && text[colon + 1] >= '0' && text[colon + 1] <= '9';
    size_t open = text.rfind('{', colon);
    if (digit && open != std::string_view::npos && text.find('}', open) > colon) return open;
    colon = text.rfind(':', colon - 1);
  }
  return std::string_view::npos;
}

class Expansion {
 public:
  Expansion(std::string_view text, SeededRandom& random, Spoiling spoiling, std::string* why)
      : text_(text),
        random_(random),
        spoiling_(spoiling),
        why_(why),
        last_counted_(LastCounted(text)) {}

  std::optional<std::string> Run(std::vector<TemplatePart>* parts = nullptr) {
    std::string out;
    while (at_ < text_.size()) {
      char c = text_[at_];
      TemplatePart step = {at_, at_, out.size(), out.size()};
      bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        out.push_back(c);
        at_ += 2;
      } else if (c == '{') {
        std::optional<std::string> part = Placeholder();
        if (!part) return std::nullopt;
        out += *part;
        previous_ = *part;
      } else {
        out.push_back(c);
        ++at_;
      }
      step.to = at_;
      step.end = out.size();
      if (parts != nullptr) parts->push_back(step);
    }
    return out;
  }

 private:
  std::nullopt_t Fail(std::string_view name) {
    *why_ = "the placeholder {" + std::string(name) + "} is not known";
    return std::nullopt;
  }

  std::optional<std::string> Placeholder() {
    size_t open = at_;
    size_t paren = text_.find('(', open);
    size_t close = text_.find('}', open);
    if (paren != std::string_view::npos && paren < close) return Nested(open, paren);
    if (close == std::string_view::npos) return Fail(text_.substr(open + 1));
    at_ = close + 1;
    std::string_view name = text_.substr(open + 1, close - open - 1);
    size_t colon = name.find(':');
    if (colon != std::string_view::npos) return Counted(name, colon, open);
    if (name == "crc32") return Checksum();
    if (name == "jwt") return Jwt(random_);
    if (name == "pem") return PemBodyOf(random_, true, "\n");
    if (name == "pem_json") return PemBodyOf(random_, true, "\\n");
    if (name == "pem_text") return PemBodyOf(random_, false, "\n");
    return Fail(name);
  }

  std::optional<std::string> Nested(size_t open, size_t paren) {
    std::string_view name = text_.substr(open + 1, paren - open - 1);
    size_t close = text_.find(")}", paren);
    if (close == std::string_view::npos) return Fail(name);
    at_ = close + 2;
    std::string_view inner = text_.substr(paren + 1, close - paren - 1);
    std::optional<std::string> text = Expansion(inner, random_, spoiling_, why_).Run();
    if (!text) return std::nullopt;
    if (name == "base64") return EncodeBase64(*text, false, true);
    if (name == "utf16le") return Wide(*text, true);
    if (name == "utf16be") return Wide(*text, false);
    if (name == "gitlab") return Routable(*text);
    if (name == "bech32") return Bech32(*text);
    return Fail(name);
  }

  std::optional<std::string> Counted(std::string_view name, size_t colon, size_t open) {
    size_t count = 0;
    for (char c : name.substr(colon + 1)) {
      if (c < '0' || c > '9' || count > kMaxCount) return Fail(name);
      count = count * 10 + static_cast<size_t>(c - '0');
    }
    const bool is_shortened = open == last_counted_ && spoiling_ == Spoiling::kShorter;
    if (is_shortened && count == 0) return Fail(name);
    if (is_shortened) --count;
    if (open == last_counted_ && spoiling_ == Spoiling::kLonger) ++count;
    for (const auto& [alphabet, characters] : kAlphabets) {
      if (alphabet == name.substr(0, colon)) return random_.Text(characters, count);
    }
    return Fail(name);
  }

  std::string Checksum() { return Spoilt(Crc32Base62(previous_)); }

  std::string Routable(const std::string& prefix) {
    const std::string payload = random_.Text(kBase64Url, 30);
    return prefix + payload + Spoilt(GitlabRoutableTail(prefix, payload));
  }

  std::string Bech32(const std::string& human) {
    const std::string data = random_.Text(Bech32Alphabet(), 52);
    std::string text = human + "1" + data + Spoilt(Bech32Checksum(LowerCase(human), data));
    for (char& c : text) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
    }
    return text;
  }

  std::string Spoilt(std::string checksum) const {
    if (spoiling_ == Spoiling::kWrongChecksum) {
      checksum.back() = checksum.back() == 'a' ? 'c' : 'a';
    }
    return checksum;
  }

  std::string_view text_;
  SeededRandom& random_;
  Spoiling spoiling_;
  std::string* why_;
  size_t last_counted_;
  size_t at_ = 0;
  std::string previous_;
};

}  // namespace

uint64_t SeededRandom::Next() {
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::string SeededRandom::Text(std::string_view alphabet, size_t length) {
  std::string text(length, '\0');
  if (std::has_single_bit(alphabet.size())) {
    for (char& c : text) c = alphabet[Next() & (alphabet.size() - 1)];
  } else {
    for (char& c : text) c = alphabet[Below(alphabet.size())];
  }
  return text;
}

std::optional<std::string> ExpandTemplate(std::string_view text, SeededRandom& random,
                                          Spoiling spoiling, std::string* why,
                                          std::vector<TemplatePart>* parts) {
  return Expansion(text, random, spoiling, why).Run(parts);
}

bool HasCounted(std::string_view text) { return LastCounted(text) != std::string_view::npos; }

bool HasChecksum(std::string_view text) {
  return text.find("{crc32}") != std::string_view::npos ||
         text.find("{gitlab(") != std::string_view::npos ||
         text.find("{bech32(") != std::string_view::npos;
}

std::string EncodeBase64(std::string_view bytes, bool url_safe, bool padded) {
  std::string_view alphabet = url_safe ? kBase64Url : kBase64;
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<uint8_t>(bytes[at + i]) : 0u);
    }
    for (size_t i = 0; i < 4; ++i) {
      if (i <= count) {
        text.push_back(alphabet[group >> (18 - 6 * i) & 63]);
      } else if (padded) {
        text.push_back('=');
      }
    }
  }
  return text;
}

}  // namespace picket
