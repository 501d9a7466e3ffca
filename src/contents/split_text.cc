#include "contents/split_text.h"

#include <algorithm>

namespace picket {
namespace {

constexpr uint64_t kMaxLayout = 128;
constexpr uint64_t kMaxBackslashes = 3;
constexpr size_t kMaxPieces = 64;
// Behind the last joint only the rest of the word and its right neighbours are of use.
constexpr uint64_t kContextAfter = 64;

bool IsAlnum(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsWord(uint8_t c) { return IsAlnum(c) || c == '-' || c == '_'; }
bool IsSecretByte(uint8_t c) {
  return IsWord(c) || c == '.' || c == '/' || c == '+' || c == ':' || c == '@';
}

bool IsQuote(uint8_t c) { return c == '"' || c == '\'' || c == '`'; }

class Cursor {
 public:
  Cursor(Bytes bytes, uint64_t at) : bytes_(bytes), at_(at) {}

  uint64_t at() const { return at_; }
  uint8_t peek(uint64_t ahead = 0) const {
    return bytes_.size() - at_ > ahead ? bytes_[at_ + ahead] : 0;
  }
  bool Take(char c) {
    if (peek() != static_cast<uint8_t>(c)) return false;
    ++at_;
    return true;
  }
  bool TakeLineEnd() {
    if (peek() == '\r' && peek(1) == '\n')
      at_ += 2;
    else if (peek() == '\n')
      ++at_;
    else
      return false;
    return true;
  }
  void SkipBlanks(bool lines) {
    uint64_t limit = at_ + kMaxLayout;
    while (at_ < limit && at_ < bytes_.size()) {
      uint8_t c = peek();
      bool continuation = c == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'));
      if (c == ' ' || c == '\t' || (lines && (c == '\r' || c == '\n' || continuation))) {
        ++at_;
      } else {
        return;
      }
    }
  }
  bool TakeQuote() {
    uint64_t start = at_;
    while (at_ - start < kMaxBackslashes && peek() == '\\') ++at_;
    if (!IsQuote(peek())) {
      at_ = start;
      return false;
    }
    ++at_;
    return true;
  }
  void TakeOperator() {
    uint8_t c = peek();
    if (c == '+' || c == '&' || c == '~') {
      ++at_;
    } else if (c == '.') {
      at_ += peek(1) == '.' ? 2u : 1u;
    } else if (c == '<' && peek(1) == '>') {
      at_ += 2;
    }
  }
  void TakePrefix() {
    for (uint64_t letters = 1; letters <= 2; ++letters) {
      if (!IsAlnum(peek(letters - 1))) return;
      if (IsQuote(peek(letters)) ||
          (peek(letters) == '\\' && (IsQuote(peek(letters + 1)) || peek(letters + 1) == '\\'))) {
        at_ += letters;
        return;
      }
    }
  }

 private:
  Bytes bytes_;
  uint64_t at_;
};

// Behind a quote, up to and with the next one; false when it is none.
bool TakeSecondQuote(Cursor& cursor) {
  cursor.SkipBlanks(true);
  cursor.TakeOperator();
  cursor.SkipBlanks(true);
  cursor.TakePrefix();
  return cursor.TakeQuote();
}

uint64_t WordEnd(Bytes bytes, uint64_t at, uint64_t limit) {
  while (at < limit && IsSecretByte(bytes[at])) ++at;
  return at;
}

}  // namespace

uint64_t JoinLength(Bytes bytes, uint64_t at) {
  if (at >= bytes.size()) return 0;
  Cursor cursor(bytes, at);
  bool joins = cursor.TakeQuote() && TakeSecondQuote(cursor);
  if (!joins) {
    cursor = Cursor(bytes, at);
    if (cursor.Take('\\')) {
      joins = cursor.TakeLineEnd();
      cursor.SkipBlanks(false);
    } else if (cursor.Take('=')) {
      joins = cursor.TakeLineEnd();
    }
  }
  return joins && IsSecretByte(cursor.peek()) ? cursor.at() - at : 0;
}

bool MayBeSplit(Bytes bytes, uint64_t offset) {
  uint64_t limit = offset + std::min(bytes.size() - offset, kSplitAfter);
  return JoinLength(bytes, WordEnd(bytes, offset, limit)) > 0;
}

std::vector<Span> FindSplitPieces(Bytes bytes, uint64_t offset) {
  uint64_t limit = offset + std::min(bytes.size() - offset, kSplitAfter);
  std::vector<Span> pieces;
  uint64_t begin = offset - std::min(offset, kSplitBefore);
  uint64_t at = WordEnd(bytes, offset, limit);
  uint64_t join = JoinLength(bytes, at);
  while (join > 0 && at + join < limit && pieces.size() < kMaxPieces) {
    pieces.push_back({begin, at - begin});
    begin = at + join;
    at = WordEnd(bytes, begin, limit);
    join = JoinLength(bytes, at);
  }
  if (pieces.empty()) return pieces;
  uint64_t end = at + std::min(bytes.size() - at, kContextAfter);
  pieces.push_back({begin, end - begin});
  return pieces;
}

}  // namespace picket
