#include "match/measure.h"

#include <algorithm>
#include <cstring>

namespace picket {
namespace {

constexpr std::string_view kEndLine = "-----END ";

bool IsBase64(uint8_t c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

bool IsBase64Url(uint8_t c) {
  return (IsBase64(c) && c != '+' && c != '/') || c == '-' || c == '_';
}

// What may stand between lines of a body: layout, quotes, comment leaders.
bool IsLayout(uint8_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '"' || c == '\'' || c == ',' ||
         c == '#' || c == '*' || c == '>' || c == '|' || c == ';';
}

bool StartsWith(Bytes text, uint64_t at, std::string_view word) {
  return text.size() - at >= word.size() &&
         std::memcmp(text.data() + at, word.data(), word.size()) == 0;
}

// Bytes of a line break at `at`, as it stands in text or, escaped, in a string literal.
uint64_t LineBreak(Bytes text, uint64_t at) {
  uint64_t start = at;
  while (at < text.size() && text[at] == '\\' && at - start < 4) ++at;
  bool escaped = at > start && at < text.size() && (text[at] == 'n' || text[at] == 'r');
  if (escaped) return at + 1 - start;
  bool plain = at == start && at < text.size() && (text[at] == '\n' || text[at] == '\r');
  return plain ? 1 : 0;
}

// Skips "Name: value" lines; the offset of the first line that is none.
uint64_t SkipHeaders(Bytes text, uint64_t at, uint64_t limit, bool* any) {
  while (at < limit) {
    uint64_t line = at;
    while (line < limit && (IsLayout(text[line]) || LineBreak(text, line) > 0)) {
      line += std::max<uint64_t>(1, LineBreak(text, line));
    }
    uint64_t colon = line;
    while (colon < limit && colon - line < 32 &&
           ((IsBase64(text[colon]) && text[colon] != '/') || text[colon] == '-')) {
      ++colon;
    }
    if (colon == line || colon >= limit || text[colon] != ':') return line;
    *any = true;
    while (colon < limit && LineBreak(text, colon) == 0) ++colon;
    at = colon;
  }
  return at;
}

std::optional<uint64_t> MeasureJwt(const RuleMeasure& measure, Bytes text, uint64_t begin) {
  uint64_t limit = begin + std::min<uint64_t>(measure.max, text.size() - begin);
  uint64_t at = begin;
  for (int part = 0; part < 3; ++part) {
    uint64_t start = at;
    while (at < limit && IsBase64Url(text[at])) ++at;
    if (part > 0 && at - start < 8) return std::nullopt;
    if (part < 2 && (at >= limit || text[at++] != '.')) return std::nullopt;
  }
  return at - begin < measure.min ? std::nullopt : std::optional<uint64_t>(at);
}

}  // namespace

PemBody ReadPemBody(Bytes text, uint64_t begin, uint64_t max) {
  PemBody body;
  uint64_t limit = begin + std::min<uint64_t>(max, text.size() - begin);
  uint64_t at = SkipHeaders(text, begin, limit, &body.armored);
  body.end = begin;
  while (at < limit) {
    uint8_t c = text[at];
    uint64_t line_break = LineBreak(text, at);
    // A plus between two quoted lines joins them; one inside a line is base64.
    bool joins =
        c == '+' && at > 0 && IsLayout(text[at - 1]) && at + 1 < limit && IsLayout(text[at + 1]);
    if (line_break > 0) {
      at += line_break;
    } else if (IsBase64(c) && !joins) {
      body.base64.push_back(static_cast<char>(c));
      body.end = ++at;
    } else if (IsLayout(c) || joins || c == '=' || c == '\\') {
      ++at;
    } else {
      break;
    }
  }
  if (at < text.size() && StartsWith(text, at, kEndLine)) {
    body.closed = true;
    uint64_t stop = std::min<uint64_t>(text.size(), at + 64);
    at += kEndLine.size();
    while (at < stop && text[at] != '-' && LineBreak(text, at) == 0) ++at;
    while (at < stop && text[at] == '-') ++at;
    body.end = at;
  }
  return body;
}

std::optional<uint64_t> MeasureBody(const RuleMeasure& measure, Bytes text, uint64_t begin) {
  if (measure.kind.empty()) return begin;
  if (measure.kind == "jwt") return MeasureJwt(measure, text, begin);
  if (measure.kind == "pem") {
    PemBody body = ReadPemBody(text, begin, measure.max);
    return body.base64.size() < measure.min ? std::nullopt : std::optional<uint64_t>(body.end);
  }
  uint64_t limit = begin + std::min<uint64_t>(measure.max, text.size() - begin);
  uint64_t at = begin;
  while (at < limit && measure.bytes.Contains(text[at])) ++at;
  return at - begin < measure.min ? std::nullopt : std::optional<uint64_t>(at);
}

}  // namespace picket
