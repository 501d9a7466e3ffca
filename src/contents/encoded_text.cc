#include "contents/encoded_text.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

#include "contents/split_text.h"

namespace picket {
namespace {

constexpr uint64_t kSample = 4096;
// Shorter than any secret's encoding: what is left after a hint must at least be this long.
constexpr uint64_t kMinUnits = 8;
constexpr uint64_t kMinBase64 = 20;
constexpr uint64_t kMinHex = 32;
constexpr uint64_t kMaxIndent = 64;
// So many characters before a hint and from it on tell whether it stands in text; no less than is
// text by chance.
constexpr uint64_t kAround = 32;
constexpr size_t kLeastText = 6;
// How what is packed begins: gzip, zip.
constexpr std::string_view kPackings[] = {"\x1f\x8b\b", "PK\x03\x04"};

constexpr std::array<int8_t, 256> MakeBase64Values() {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = -1;
  for (int i = 0; i < 26; ++i) {
    values[static_cast<size_t>('A' + i)] = static_cast<int8_t>(i);
    values[static_cast<size_t>('a' + i)] = static_cast<int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) values[static_cast<size_t>('0' + i)] = static_cast<int8_t>(52 + i);
  values['+'] = values['-'] = 62;
  values['/'] = values['_'] = 63;
  return values;
}

constexpr std::array<int8_t, 256> kValues = MakeBase64Values();

bool IsBase64(uint8_t byte) { return kValues[byte] >= 0; }

// Bytes of a line break at `at` that joins two base64 characters; 0 for none.
uint64_t JoinAt(Bytes bytes, uint64_t at) {
  uint64_t i = at;
  auto is = [&](uint64_t where, char c) { return where < bytes.size() && bytes[where] == c; };
  if (is(i, '\\')) {
    if (is(i + 1, 'r') && is(i + 2, '\\')) i += 2;
    if (!is(i, '\\') || !is(i + 1, 'n')) return 0;
    i += 2;
  } else {
    if (is(i, '\r')) ++i;
    if (!is(i, '\n')) return 0;
    ++i;
    uint64_t indent = i;
    while (i - indent < kMaxIndent && (is(i, ' ') || is(i, '\t'))) ++i;
  }
  return i < bytes.size() && IsBase64(bytes[i]) ? i - at : 0;
}

// Bytes of a line break that ends at `at`, between two base64 characters.
uint64_t JoinBefore(Bytes bytes, uint64_t at) {
  uint64_t i = at;
  while (i > 0 && at - i < kMaxIndent && (bytes[i - 1] == ' ' || bytes[i - 1] == '\t')) --i;
  if (i == 0 || bytes[i - 1] != '\n') return 0;
  --i;
  if (i > 0 && bytes[i - 1] == '\r') --i;
  return i > 0 && IsBase64(bytes[i - 1]) ? at - i : 0;
}

// Walks forward from `from`, counting characters; stops at `stop` or at the end of the run.
uint64_t Forward(Bytes bytes, uint64_t from, uint64_t stop, uint64_t* count) {
  constexpr uint64_t kAtOnce = 64;
  uint64_t at = from;
  uint64_t plain_to = from;
  while (at < stop) {
    if (at >= plain_to && stop - at >= kAtOnce) {
      if (AreBase64(bytes.subspan(at, kAtOnce))) {
        at += kAtOnce;
        *count += kAtOnce;
        continue;
      }
      plain_to = at + kAtOnce;
    }
    if (IsBase64(bytes[at])) {
      ++at;
      ++*count;
    } else if (uint64_t join = JoinAt(bytes, at)) {
      at += join;
      plain_to = at;
    } else {
      break;
    }
  }
  return at;
}

// A multiple of four characters before `from`, at most `most`.
uint64_t Backward(Bytes bytes, uint64_t from, uint64_t most) {
  uint64_t start = from;
  uint64_t begin = from;
  for (uint64_t count = 0; start > 0 && count < most;) {
    if (IsBase64(bytes[start - 1])) {
      --start;
      if (++count % 4 == 0) begin = start;
    } else if (uint64_t join = JoinBefore(bytes, start)) {
      start -= join;
    } else {
      break;
    }
  }
  return begin;
}

int HexValue(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

uint64_t HexEnd(Bytes bytes, uint64_t at, uint64_t stop, uint64_t* count) {
  while (at < stop) {
    if (HexValue(bytes[at]) >= 0) {
      ++at;
      ++*count;
      continue;
    }
    uint64_t join = JoinAt(bytes, at);
    if (join == 0 || HexValue(bytes[at + join]) < 0) break;
    at += join;
  }
  return at;
}

// Three quarters of it: what stands beside a secret in what is not text is no text, but the secret
// is longer. NUL is, for UTF-16.
bool IsMostlyText(std::string_view bytes) {
  const auto is_text = [](char c) {
    return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t' || c == '\0';
  };
  const auto texts = static_cast<size_t>(std::count_if(bytes.begin(), bytes.end(), is_text));
  return bytes.size() >= kLeastText && texts * 4 >= bytes.size() * 3;
}

bool IsUnit(Bytes bytes, Encoding order, uint64_t at) {
  size_t zero = order == Encoding::kUtf16Le ? 1 : 0;
  return bytes[at + zero] == 0 && bytes[at + 1 - zero] != 0;
}

// By a character's place in a quad, its bits where they stand in three bytes; less than 0 for none.
constexpr std::array<std::array<int32_t, 256>, 4> MakeQuadValues() {
  std::array<std::array<int32_t, 256>, 4> values{};
  for (size_t place = 0; place < values.size(); ++place) {
    for (size_t byte = 0; byte < kValues.size(); ++byte) {
      values[place][byte] = kValues[byte] < 0 ? -1 : kValues[byte] << (18 - 6 * place);
    }
  }
  return values;
}

constexpr std::array<std::array<int32_t, 256>, 4> kQuadValues = MakeQuadValues();

// Writes to `out` what whole quads of base64 from `at` on say, up to `end` or to what interrupts
// them, which is returned; one byte behind them is written over. Nearly all base64 stands in long
// lines; byte by byte it took five times as long.
uint64_t DecodeQuads(Bytes bytes, uint64_t at, uint64_t end, char** out) {
  for (; end - at >= 4; at += 4) {
    const auto value = [&](size_t place) { return kQuadValues[place][bytes[at + place]]; };
    const int32_t group = value(0) | value(1) | value(2) | value(3);
    if (group < 0) break;
    const std::array<char, 4> three = {static_cast<char>(group >> 16),
                                       static_cast<char>(group >> 8 & 0xff),
                                       static_cast<char>(group & 0xff), 0};
    std::memcpy(*out, three.data(), three.size());
    *out += 3;
  }
  return at;
}

// What is encoded directly before `offset` and from there on.
class AroundInBase64 {
 public:
  AroundInBase64(Bytes bytes, uint64_t offset) {
    uint64_t count = 0;
    const uint64_t end =
        Forward(bytes, offset, offset + std::min(bytes.size() - offset, kAround), &count);
    before_ = DecodeBase64(bytes, {Backward(bytes, offset, kAround), offset}).bytes;
    behind_ = DecodeBase64(bytes, {offset, end}).bytes;
  }

  bool IsText() const { return IsMostlyText(before_) || IsMostlyText(behind_); }
  bool IsPacked() const {
    const std::string start = before_.substr(before_.size() - std::min<size_t>(before_.size(), 3)) +
                              behind_.substr(0, std::min<size_t>(behind_.size(), 6));
    return std::any_of(
        std::begin(kPackings), std::end(kPackings),
        [&start](std::string_view magic) { return start.find(magic) != std::string::npos; });
  }

 private:
  std::string before_;
  std::string behind_;
};

}  // namespace

// Asks no question of a byte, so that many are looked at at once; three marks by name would be made
// a question of bits, and that kept GCC from it.
bool AreBase64(Bytes bytes) {
  uint8_t others = 0;
  for (const uint8_t c : bytes) {
    const auto letter = static_cast<uint8_t>((c | 0x20) - 'a');
    const auto digit = static_cast<uint8_t>(c - '/');
    const auto differs = [c](char mark) { return static_cast<uint8_t>(c ^ mark); };
    const uint8_t mark = std::min(std::min(differs('+'), differs('-')), differs('_'));
    others |=
        static_cast<uint8_t>((letter < 26 ? 0 : 1) & (digit < 11 ? 0 : 1) & (mark == 0 ? 0 : 1));
  }
  return others == 0;
}

std::optional<Utf16Text> DetectUtf16(Bytes bytes) {
  if (bytes.size() < 4) return std::nullopt;
  if (bytes[0] == 0xff && bytes[1] == 0xfe) return Utf16Text{Encoding::kUtf16Le, 2};
  if (bytes[0] == 0xfe && bytes[1] == 0xff) return Utf16Text{Encoding::kUtf16Be, 2};
  uint64_t units = std::min<uint64_t>(bytes.size(), kSample) / 2;
  // Ordinary text leaves here, after the cheapest possible look.
  if (std::memchr(bytes.data(), 0, units * 2) == nullptr) return std::nullopt;
  uint64_t zeros[2] = {0, 0};
  for (uint64_t i = 0; i < units * 2; ++i) zeros[i & 1] += bytes[i] == 0 ? 1u : 0u;
  if (zeros[1] * 10 >= units * 7 && zeros[0] * 20 <= units) return Utf16Text{Encoding::kUtf16Le, 0};
  if (zeros[0] * 10 >= units * 7 && zeros[1] * 20 <= units) return Utf16Text{Encoding::kUtf16Be, 0};
  return std::nullopt;
}

std::string DecodeUtf16(Bytes bytes, Encoding order) {
  size_t high = order == Encoding::kUtf16Le ? 1 : 0;
  std::string text(bytes.size() / 2, '\0');
  for (size_t i = 0; i < text.size(); ++i) {
    uint8_t low = bytes[2 * i + 1 - high];
    text[i] = static_cast<char>(bytes[2 * i + high] == 0 ? low : 0xff);
  }
  return text;
}

EncodedRun FindUtf16Run(Bytes bytes, Encoding order, uint64_t offset) {
  EncodedRun run{offset, offset};
  while (run.begin >= 2 && IsUnit(bytes, order, run.begin - 2)) run.begin -= 2;
  while (run.end + 2 <= bytes.size() && IsUnit(bytes, order, run.end)) run.end += 2;
  return run;
}

EncodedRun FindBase64Run(Bytes bytes, uint64_t offset) {
  const bool packed = AroundInBase64(bytes, offset).IsPacked();
  const uint64_t rest = bytes.size() - offset;
  const uint64_t stop = offset + (packed ? rest : std::min(rest, kBase64Behind));
  EncodedRun run{Backward(bytes, offset, kBase64Before)};
  uint64_t count = 0;
  run.end = Forward(bytes, offset, stop, &count);
  // Beyond `stop` where that is within a line break.
  run.is_cut = run.end >= stop && run.end < bytes.size();
  return run;
}

DecodedBase64 DecodeBase64(Bytes bytes, const EncodedRun& run) {
  DecodedBase64 decoded;
  decoded.bytes.resize((run.end - run.begin) / 4 * 3 + 3);
  char* out = decoded.bytes.data();
  uint32_t group = 0;
  int count = 0;  // of the characters that `group` is made of
  bool wrapped = false;
  for (uint64_t at = run.begin; at < run.end;) {
    if (count == 0) at = DecodeQuads(bytes, at, run.end, &out);
    if (at == run.end) break;
    int8_t value = kValues[bytes[at]];
    if (value < 0) {
      at += std::max<uint64_t>(1, JoinAt(bytes, at));
      wrapped = true;
      continue;
    }
    group = group << 6 | static_cast<uint32_t>(value);
    ++at;
    if (++count < 4) continue;
    for (int shift = 16; shift >= 0; shift -= 8) *out++ = static_cast<char>(group >> shift & 0xff);
    group = 0;
    count = 0;
  }
  if (count == 3) {
    *out++ = static_cast<char>(group >> 10 & 0xff);
    *out++ = static_cast<char>(group >> 2 & 0xff);
  } else if (count == 2) {
    *out++ = static_cast<char>(group >> 4 & 0xff);
  }
  decoded.bytes.resize(static_cast<size_t>(out - decoded.bytes.data()));
  if (wrapped && !decoded.bytes.empty()) {
    decoded.outer_bytes = run.end - run.begin;
    decoded.inner_bytes = decoded.bytes.size();
  }
  return decoded;
}

EncodedRun FindHexRun(Bytes bytes, uint64_t offset) {
  EncodedRun run{offset, offset};
  uint64_t start = offset;
  for (uint64_t count = 0; start > 0 && count < kHexBefore;) {
    if (HexValue(bytes[start - 1]) >= 0) {
      --start;
      if (++count % 2 == 0) run.begin = start;
    } else if (uint64_t join = JoinBefore(bytes, start);
               join > 0 && HexValue(bytes[start - join - 1]) >= 0) {
      start -= join;
    } else {
      break;
    }
  }
  uint64_t count = 0;
  run.end = HexEnd(bytes, offset, bytes.size(), &count);
  return run;
}

DecodedBase64 DecodeHex(Bytes bytes, const EncodedRun& run) {
  DecodedBase64 decoded;
  decoded.bytes.reserve((run.end - run.begin) / 2);
  int high = -1;
  bool wrapped = false;
  for (uint64_t at = run.begin; at < run.end;) {
    int value = HexValue(bytes[at]);
    if (value < 0) {
      at += std::max<uint64_t>(1, JoinAt(bytes, at));
      wrapped = true;
      continue;
    }
    ++at;
    if (high < 0) {
      high = value;
    } else {
      decoded.bytes.push_back(static_cast<char>(high << 4 | value));
      high = -1;
    }
  }
  decoded.outer_bytes = 2;
  decoded.inner_bytes = 1;
  if (wrapped && !decoded.bytes.empty()) {
    decoded.outer_bytes = run.end - run.begin;
    decoded.inner_bytes = decoded.bytes.size();
  }
  return decoded;
}

bool HintFilter::Keep(Bytes bytes, const EncodedHint& hint) {
  if (hint.offset >= bytes.size()) return false;
  switch (hint.encoding) {
    case Encoding::kBase64: return KeepBase64(bytes, hint.offset);
    case Encoding::kHex: return KeepHex(bytes, hint.offset);
    case Encoding::kEscape: return KeepEscape(bytes[hint.offset]);
    case Encoding::kSplit: return MayBeSplit(bytes, hint.offset);
    case Encoding::kUtf16Le:
    case Encoding::kUtf16Be: break;
  }
  return KeepUtf16(bytes, hint);
}

bool HintFilter::KeepHex(Bytes bytes, uint64_t offset) {
  uint64_t count = 0;
  if (offset >= hex_end_) {
    hex_end_ = HexEnd(bytes, offset, bytes.size(), &count);
    hex_reference_ = offset;
    hex_odd_ = 0;
    hex_alignments_ = count >= kMinHex ? 1u : 3u;
    return count >= kMinHex;
  }
  HexEnd(bytes, std::min(offset, hex_reference_), std::max(offset, hex_reference_), &count);
  hex_odd_ = (hex_odd_ + count) % 2;
  hex_reference_ = offset;
  unsigned alignment = 1u << hex_odd_;
  if ((hex_alignments_ & alignment) != 0) return false;
  hex_alignments_ |= alignment;
  return true;
}

bool HintFilter::KeepEscape(uint8_t lead) {
  unsigned bit = lead == '%' ? 1u : lead == '&' ? 2u : 4u;
  if ((escapes_ & bit) != 0) return false;
  escapes_ |= bit;
  return true;
}

bool HintFilter::KeepUtf16(Bytes bytes, const EncodedHint& hint) {
  size_t order = hint.encoding == Encoding::kUtf16Le ? 0 : 2;
  uint64_t& known_end = utf16_end_[order + hint.offset % 2];
  if (hint.offset < known_end) return false;
  uint64_t end = hint.offset;
  while (end + 2 <= bytes.size() && IsUnit(bytes, hint.encoding, end)) end += 2;
  known_end = end;
  return end - hint.offset >= 2 * kMinUnits;
}

bool HintFilter::KeepBase64(Bytes bytes, uint64_t offset) {
  const AroundInBase64 around(bytes, offset);
  if (!around.IsText() && !around.IsPacked()) return false;
  uint64_t count = 0;
  if (offset >= base64_end_) {
    const EncodedRun run = FindBase64Run(bytes, offset);
    base64_end_ = run.end - (run.is_cut ? kBase64Before : 0);
    Forward(bytes, offset, std::min(run.end, offset + kMaxIndent), &count);
    reference_ = offset;
    reference_count_ = 0;
    alignments_ = count >= kMinBase64 ? 1u : 0xfu;
    return count >= kMinBase64;
  }
  if (offset >= reference_) {
    Forward(bytes, reference_, offset, &count);
  } else {
    Forward(bytes, offset, reference_, &count);
    count = 4 - count % 4;
  }
  reference_count_ = (reference_count_ + count) % 4;
  reference_ = offset;
  unsigned alignment = 1u << reference_count_;
  if ((alignments_ & alignment) != 0) return false;
  alignments_ |= alignment;
  return true;
}

}  // namespace picket
