#include "contents/escapes.h"

#include <algorithm>
#include <cstring>

#include "contents/child_origin.h"
#include "contents/expand_gap.h"
#include "contents/mapped_text.h"

namespace picket {
namespace {

constexpr uint64_t kMinRun = 16;
constexpr uint64_t kChunk = uint64_t{1} << 20;
// Wider than any secret: where text has to be cut, this much of it stands on both sides.
constexpr uint64_t kOverlap = uint64_t{80} << 10;

int HexValue(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsAlnum(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsSecretByte(uint8_t c) {
  return IsAlnum(c) || (c != 0 && std::strchr("_-.+/=:@~", c) != nullptr);
}

bool IsRunByte(uint8_t c) {
  return IsSecretByte(c) || (c != 0 && std::strchr("%\\&#;{}", c) != nullptr);
}

// A number of `digits` hexadecimal digits at `at`; -1 for none.
int ReadHex(Bytes bytes, uint64_t at, uint64_t digits) {
  if (bytes.size() - at < digits) return -1;
  int value = 0;
  for (uint64_t i = at; i < at + digits; ++i) {
    int digit = HexValue(bytes[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

std::optional<Escape> MakeEscape(int value, uint64_t length) {
  if (value <= 0 || value > 0x7f) return std::nullopt;
  return Escape{static_cast<uint8_t>(value), static_cast<uint8_t>(length)};
}

// At most six digits up to `stop`: \u{41}, &#65;, &#x41;.
std::optional<Escape> ReadNumber(Bytes bytes, uint64_t start, uint64_t at, int base, uint8_t stop) {
  int value = 0;
  uint64_t first = at;
  for (; at < bytes.size() && at - first < 6 && bytes[at] != stop; ++at) {
    int digit = HexValue(bytes[at]);
    if (digit < 0 || digit >= base) return std::nullopt;
    value = value * base + digit;
  }
  if (at == first || at >= bytes.size() || bytes[at] != stop) return std::nullopt;
  return MakeEscape(value, at + 1 - start);
}

class EscapeExpansion {
 public:
  EscapeExpansion(const Blob& blob, ExpandBudget& budget, FindingSink& sink, ChildVisitor& visitor)
      : blob_(blob),
        bytes_(blob.bytes),
        budget_(budget),
        sink_(sink),
        visitor_(visitor),
        text_(blob.origin) {}

  void Run(std::string_view leads) {
    for (size_t i = 0; i < leads.size() && i < 3; ++i) leads_[i] = leads[i];
    uint64_t at = 0;
    while (!exhausted_ && (at = NextLead(at)) < bytes_.size()) {
      if (!Matters(at)) {
        ++at;
        continue;
      }
      Cover(at);
      // What follows is covered already, with room to spare behind it.
      at = std::max(at + 1, end_ - std::min(end_, kEscapeAfter / 2));
    }
    TakeRegion();
    Flush();
  }

 private:
  // The next first character of an escape; memchr for each kind keeps rare ones cheap.
  uint64_t NextLead(uint64_t at) {
    uint64_t next = bytes_.size();
    for (size_t i = 0; i < 3; ++i) {
      if (leads_[i] == '\0') continue;
      if (next_[i] < at || !known_[i]) {
        const void* hit = at < bytes_.size()
                              ? std::memchr(bytes_.data() + at, leads_[i], bytes_.size() - at)
                              : nullptr;
        next_[i] = hit == nullptr
                       ? bytes_.size()
                       : static_cast<uint64_t>(static_cast<const uint8_t*>(hit) - bytes_.data());
        known_[i] = true;
      }
      next = std::min(next, next_[i]);
    }
    return next;
  }

  bool Matters(uint64_t at) const {
    std::optional<Escape> escape = ReadEscape(bytes_, at);
    if (!escape) return false;
    // "BEGIN%20PRIVATE%20KEY" is the one place where a space belongs to a secret.
    if (escape->value == ' ') {
      return at >= 5 && AsText(bytes_.subspan(at - 5, 5)) == "BEGIN";
    }
    // A percent sign or a backslash begins an escape of what was escaped twice.
    if (!IsSecretByte(escape->value) && escape->value != '%' && escape->value != '\\') return false;
    uint64_t run = 0;
    for (uint64_t i = at; i > 0 && run < kMinRun && IsRunByte(bytes_[i - 1]); --i) ++run;
    for (uint64_t i = at + escape->length;
         i < bytes_.size() && run < kMinRun && IsRunByte(bytes_[i]); ++i) {
      ++run;
    }
    return run >= kMinRun;
  }

  // Cut at no letter or digit, so that a cut makes no word.
  uint64_t CutBefore(uint64_t at, uint64_t floor) const {
    uint64_t cut = at - std::min(at - floor, kEscapeBefore);
    if (cut == floor) return cut;
    while (cut < at && IsAlnum(bytes_[cut - 1])) ++cut;
    return cut;
  }
  uint64_t CutAfter(uint64_t at) const {
    uint64_t cut = at + std::min(bytes_.size() - at, kEscapeAfter);
    while (cut > at && cut < bytes_.size() && IsAlnum(bytes_[cut])) --cut;
    return cut == at ? std::min(bytes_.size(), at + kEscapeAfter) : cut;
  }

  void Cover(uint64_t at) {
    uint64_t begin = CutBefore(at, 0);
    if (begin > end_) {
      TakeRegion();
      begin_ = begin;
    }
    end_ = std::max(end_, CutAfter(at));
  }

  void TakeRegion() {
    uint64_t chunk_end = begin_ + kChunk;
    for (uint64_t at = begin_; at < end_ && !exhausted_;) {
      std::optional<Escape> escape = ReadEscape(bytes_, at);
      text_.Append(static_cast<char>(escape ? escape->value : bytes_[at]), at);
      at += escape ? uint64_t{escape->length} : uint64_t{1};
      if (at >= chunk_end && at < end_) {
        Flush();
        at = CutBefore(at - kOverlap, begin_);
        chunk_end = at + kChunk;
      }
    }
    if (begin_ < end_) text_.Append('\n', end_);
    begin_ = end_;
    if (text_.cost() >= kChunk) Flush();
  }

  void Flush() {
    if (text_.empty() || exhausted_) return;
    if (!budget_.TakeBytes(text_.text().size()) || !budget_.TakeChild()) {
      exhausted_ = true;
      AddExpandGap(blob_, "what it holds is larger, decoded, than the limit for one object", sink_);
      return;
    }
    visitor_.OnChild(Blob{blob_.ref, AsBytes(text_.text()), text_.MakeOrigin("unescaped")});
    text_.Clear();
  }

  const Blob& blob_;
  Bytes bytes_;
  ExpandBudget& budget_;
  FindingSink& sink_;
  ChildVisitor& visitor_;
  MappedText text_;
  char leads_[3] = {0, 0, 0};
  uint64_t next_[3] = {0, 0, 0};
  bool known_[3] = {false, false, false};
  uint64_t begin_ = 0;  // the region under way
  uint64_t end_ = 0;
  bool exhausted_ = false;
};

}  // namespace

std::optional<Escape> ReadEscape(Bytes bytes, uint64_t at) {
  if (bytes.size() - at < 2) return std::nullopt;
  uint8_t second = bytes[at + 1];
  switch (bytes[at]) {
    case '%': return MakeEscape(ReadHex(bytes, at + 1, 2), 3);
    case '&': {
      if (second != '#' || bytes.size() - at < 3) return std::nullopt;
      bool hex = bytes[at + 2] == 'x' || bytes[at + 2] == 'X';
      return ReadNumber(bytes, at, at + (hex ? 3 : 2), hex ? 16 : 10, ';');
    }
    case '\\':
      if (second == '/') return Escape{'/', 2};
      if (second == 'x') return MakeEscape(ReadHex(bytes, at + 2, 2), 4);
      if (second != 'u') return std::nullopt;
      if (bytes.size() - at > 2 && bytes[at + 2] == '{') {
        return ReadNumber(bytes, at, at + 3, 16, '}');
      }
      return MakeEscape(ReadHex(bytes, at + 2, 4), 6);
    default: return std::nullopt;
  }
}

void ExpandEscapes(const Blob& blob, std::string_view leads, ExpandBudget& budget,
                   FindingSink& sink, ChildVisitor& visitor) {
  EscapeExpansion(blob, budget, sink, visitor).Run(leads);
}

}  // namespace picket
