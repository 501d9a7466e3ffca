#include "weights/r_input.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace picket {
namespace {

constexpr uint64_t kLongestWord = 100;

bool IsSpace(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsOctal(uint8_t c) { return c >= '0' && c <= '7'; }

}  // namespace

Bytes RInput::Word() {
  while (!reader_.at_end() && IsSpace(reader_.Peek())) reader_.Skip(1);
  ByteReader ahead = reader_;
  uint64_t length = 0;
  while (length <= kLongestWord && !ahead.at_end() && !IsSpace(ahead.Peek())) {
    ahead.Skip(1);
    ++length;
  }
  if (length == 0 || length > kLongestWord) reader_.Fail();
  return reader_.Take(length);
}

int32_t RInput::Int() {
  if (form_ == RForm::kBigEndian) return static_cast<int32_t>(reader_.U32Be());
  if (form_ == RForm::kLittleEndian) return static_cast<int32_t>(reader_.U32Le());
  std::string_view word = AsText(Word());
  if (word == "NA") return INT32_MIN;
  int32_t value = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) reader_.Fail();
  return reader_.ok() ? value : 0;
}

uint8_t RInput::TextByte() {
  uint8_t c = reader_.U8();
  if (c != '\\') return c;
  c = reader_.U8();
  constexpr std::string_view kFrom = "ntvbrfa";
  constexpr std::string_view kTo = "\n\t\v\b\r\f\a";
  size_t plain = kFrom.find(static_cast<char>(c));
  if (plain != std::string_view::npos) return static_cast<uint8_t>(kTo[plain]);
  if (!IsOctal(c)) return c;
  unsigned value = c - unsigned{'0'};
  for (int i = 0; i < 2 && IsOctal(reader_.Peek()); ++i) {
    value = value * 8 + (reader_.U8() - unsigned{'0'});
  }
  return static_cast<uint8_t>(value);
}

std::string RInput::Text(uint64_t length) {
  if (form_ != RForm::kText) {
    return std::string(AsText(reader_.Take(length)).substr(0, kMaxText));
  }
  std::string text;
  if (length > reader_.remaining()) reader_.Fail();
  while (length > 0 && !reader_.at_end() && IsSpace(reader_.Peek())) reader_.Skip(1);
  for (uint64_t i = 0; i < length && reader_.ok(); ++i) {
    char c = static_cast<char>(TextByte());
    if (text.size() < kMaxText) text.push_back(c);
  }
  return text;
}

void RInput::Skip(uint64_t count, uint64_t width) {
  if (count > reader_.remaining()) return reader_.Fail();
  if (form_ != RForm::kText) return reader_.Skip(count * width);
  // A complex number is two words, a raw byte one.
  uint64_t words = width == 16 ? count * 2 : count;
  for (uint64_t i = 0; i < words && reader_.ok(); ++i) Word();
}

}  // namespace picket
