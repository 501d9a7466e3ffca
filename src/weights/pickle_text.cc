#include "weights/pickle_text.h"

#include "core/utf8.h"
#include "weights/python_names.h"

namespace picket {
namespace {

constexpr size_t kDigitsKept = 4096;

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int DigitValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

std::string_view SkipSpace(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view Strip(std::string_view text) {
  text = SkipSpace(text);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool AllDigits(std::string_view text) {
  for (char c : text) {
    if (!IsDigit(c)) return false;
  }
  return !text.empty();
}

// strtol with base 0, and nothing left over.
bool StrtolTakes(std::string_view text) {
  if (text.empty()) return true;  // no digits: the end pointer stands at the terminator
  text = SkipSpace(text);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
      DigitValue(text[2]) < 16) {
    base = 16;
    text.remove_prefix(2);
  } else if (!text.empty() && text[0] == '0') {
    base = 8;
  }
  for (char c : text) {
    if (DigitValue(c) >= base) return false;
  }
  return !text.empty();
}

// Digits of `base` with single underscores between them.
bool DigitsWithUnderscores(std::string_view text, int base) {
  bool digit = false;
  for (char c : text) {
    if (c == '_') {
      if (!digit) return false;
      digit = false;
    } else {
      if (DigitValue(c) >= base) return false;
      digit = true;
    }
  }
  return digit;
}

// PyLong_FromString with base 0.
bool PythonIntTakes(std::string_view text) {
  text = Strip(text);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0') {
    char mark = static_cast<char>(text[1] | 0x20);
    int base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (base != 0) {
      text.remove_prefix(2);
      if (!text.empty() && text.front() == '_') text.remove_prefix(1);
      return DigitsWithUnderscores(text, base);
    }
    for (char c : text) {
      if (c != '0' && c != '_') return false;
    }
  }
  return DigitsWithUnderscores(text, 10);
}

bool FloatTakes(std::string_view text, bool python) {
  if (python) text = Strip(text);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::string lower;
  for (char c : text.substr(0, 9)) lower.push_back(static_cast<char>(c | 0x20));
  if (lower == "inf" || lower == "infinity" || lower == "nan") return true;
  bool digits = false;
  bool point = false;
  bool previous_digit = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (IsDigit(c)) {
      digits = previous_digit = true;
    } else if (c == '_' && python && previous_digit && i + 1 < text.size() &&
               IsDigit(text[i + 1])) {
      previous_digit = false;
    } else if (c == '.' && !point) {
      point = true;
      previous_digit = false;
    } else if ((c == 'e' || c == 'E') && digits) {
      std::string_view exponent = text.substr(i + 1);
      if (!exponent.empty() && (exponent[0] == '-' || exponent[0] == '+')) {
        exponent.remove_prefix(1);
      }
      return python ? DigitsWithUnderscores(exponent, 10) : AllDigits(exponent);
    } else {
      return false;
    }
  }
  return digits;
}

std::string_view CutAtNul(std::string_view line) { return line.substr(0, line.find('\0')); }

void AppendUtf8(std::string& out, uint32_t point) {
  auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

std::string FromLatin1(std::string_view bytes) {
  std::string out;
  for (char c : bytes) AppendUtf8(out, static_cast<unsigned char>(c));
  return out;
}

bool ReadHex(std::string_view text, size_t count, uint32_t& value) {
  if (text.size() < count) return false;
  value = 0;
  for (char c : text.substr(0, count)) {
    int digit = DigitValue(c);
    if (digit > 15) return false;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  return true;
}

std::optional<std::string> DecodeRawEscape(std::string_view raw) {
  std::string out;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      AppendUtf8(out, static_cast<unsigned char>(raw[i]));
      continue;
    }
    char mark = raw[++i];
    if (mark != 'u' && mark != 'U') {
      out.push_back('\\');
      AppendUtf8(out, static_cast<unsigned char>(mark));
      continue;
    }
    size_t width = mark == 'u' ? 4 : 8;
    uint32_t point = 0;
    if (!ReadHex(raw.substr(i + 1), width, point) || point > 0x10ffff) return std::nullopt;
    AppendUtf8(out, point);
    i += width;
  }
  return out;
}

// codecs.escape_decode.
std::optional<std::string> DecodeCEscapes(std::string_view raw) {
  static constexpr std::string_view kLetters = "abfnrtv\\'\"";
  static constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\'\"";
  std::string out;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out.push_back(raw[i]);
      continue;
    }
    if (++i == raw.size()) return std::nullopt;
    char c = raw[i];
    size_t letter = kLetters.find(c);
    if (c == '\n') continue;
    if (letter != std::string_view::npos) {
      out.push_back(kValues[letter]);
    } else if (c >= '0' && c <= '7') {
      uint32_t value = 0;
      size_t end = i;
      for (; end < raw.size() && end < i + 3 && raw[end] >= '0' && raw[end] <= '7'; ++end) {
        value = value << 3 | static_cast<uint32_t>(raw[end] - '0');
      }
      out.push_back(static_cast<char>(value & 0xff));
      i = end - 1;
    } else if (c == 'x') {
      uint32_t value = 0;
      if (!ReadHex(raw.substr(i + 1), 2, value)) return std::nullopt;
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back('\\');
      out.push_back(c);
    }
  }
  return out;
}

DecodedText FromEightBit(const std::string& bytes) {
  for (char c : bytes) {
    if (static_cast<unsigned char>(c) < 0x80) continue;
    DecodedText decoded{FromLatin1(bytes), {}};
    if (IsUtf8(bytes, false)) decoded.other = bytes;
    return decoded;
  }
  return {bytes, {}};
}

}  // namespace

TextVerdict JudgeIntLine(std::string_view line) {
  if (line.empty()) return {};
  if (AllDigits(line) && (line[0] != '0' || line.size() == 1)) return {true, true};
  std::string_view cut = CutAtNul(line);
  bool c = StrtolTakes(cut) || PythonIntTakes(cut);
  bool python = line == "00" || line == "01" || PythonIntTakes(line);
  return {c, python};
}

TextVerdict JudgeLongLine(std::string_view line) {
  if (line.empty()) return {};
  if (line.back() == 'L') line.remove_suffix(1);
  return {PythonIntTakes(CutAtNul(line)), PythonIntTakes(line)};
}

TextVerdict JudgeFloatLine(std::string_view line) {
  if (line.empty()) return {};
  return {FloatTakes(CutAtNul(line), false), FloatTakes(line, true)};
}

IndexOperand ReadIndexLine(std::string_view line) {
  IndexOperand operand;
  std::string cleaned;
  std::string_view text = line;
  if (!AllDigits(line)) {
    auto takes = [](std::string_view t) {
      t = Strip(t);
      if (!t.empty() && (t.front() == '-' || t.front() == '+')) t.remove_prefix(1);
      return DigitsWithUnderscores(t, 10);
    };
    operand.verdict = {takes(CutAtNul(line)), takes(line)};
    if (!operand.verdict.any()) return operand;
    text = Strip(CutAtNul(line));
    bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    for (char c : text) {
      if (c != '_') cleaned.push_back(c);
    }
    text = cleaned;
    if (negative && text.find_first_not_of('0') != std::string_view::npos) {
      operand.verdict = {};
      return operand;
    }
  } else {
    operand.verdict = {true, true};
  }
  size_t first = text.find_first_not_of('0');
  text = first == std::string_view::npos ? text.substr(0, 1) : text.substr(first);
  operand.digits = text.substr(0, kDigitsKept);
  return operand;
}

std::optional<DecodedText> DecodePickleText(PickleText kind, std::string_view raw) {
  switch (kind) {
    case PickleText::kUtf8:
      if (!IsUtf8(raw, true)) return std::nullopt;
      return DecodedText{std::string(raw), {}};
    case PickleText::kRawEscape: {
      auto text = DecodeRawEscape(raw);
      if (!text) return std::nullopt;
      return DecodedText{std::move(*text), {}};
    }
    case PickleText::kQuoted: {
      auto bytes = DecodeCEscapes(raw);
      if (!bytes) return std::nullopt;
      return FromEightBit(*bytes);
    }
    case PickleText::kByteString: return FromEightBit(std::string(raw));
  }
  return std::nullopt;
}

}  // namespace picket
