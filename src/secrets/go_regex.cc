#include "secrets/go_regex.h"

#include <algorithm>
#include <array>
#include <utility>

namespace picket {
namespace {

using Kind = RegexNode::Kind;

constexpr size_t kLongest = 16 * 1024;
constexpr int kDeepest = 48;
constexpr uint32_t kMostRepeats = 1000;

struct Flags {
  bool ignore_case = false;
  bool multi_line = false;
  bool dot_all = false;
  bool lazy = false;
};

uint8_t Byte(char c) { return static_cast<uint8_t>(c); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct NamedClass {
  std::string_view name;
  // Pairs of first and last byte.
  std::string_view ranges;
};

constexpr std::array kNamedClasses = std::to_array<NamedClass>({
    {"alnum", "09AZaz"},
    {"alpha", "AZaz"},
    {"ascii", std::string_view("\x00\x7f", 2)},
    {"blank", "\t\t  "},
    {"cntrl", std::string_view("\x00\x1f\x7f\x7f", 4)},
    {"digit", "09"},
    {"graph", "!~"},
    {"lower", "az"},
    {"print", " ~"},
    {"punct", "!/:@[`{~"},
    {"space", "\t\r  "},
    {"upper", "AZ"},
    {"word", "09AZaz__"},
    {"xdigit", "09AFaf"},
});

ByteSet SetOf(std::string_view ranges) {
  ByteSet set;
  for (size_t i = 0; i + 1 < ranges.size(); i += 2)
    set.AddRange(Byte(ranges[i]), Byte(ranges[i + 1]));
  return set;
}

void AddAll(const ByteSet& from, ByteSet* to) {
  for (int byte = 0; byte < 256; ++byte) {
    if (from.Contains(static_cast<uint8_t>(byte))) to->Add(static_cast<uint8_t>(byte));
  }
}

void Fold(ByteSet* set) {
  for (uint8_t lower = 'a'; lower <= 'z'; ++lower) {
    const uint8_t upper = static_cast<uint8_t>(lower - 32);
    if (set->Contains(lower)) set->Add(upper);
    if (set->Contains(upper)) set->Add(lower);
  }
}

// \d \w \s and their complements; Go's \s has no vertical tab.
bool PerlClass(char c, ByteSet* set) {
  switch (c | 0x20) {
    case 'd': *set = SetOf("09"); break;
    case 'w': *set = SetOf("09AZaz__"); break;
    case 's': *set = SetOf("\t\n\f\r  "); break;
    default: return false;
  }
  if (c < 'a') set->Invert();
  return true;
}

std::string Utf8(uint32_t rune) {
  auto tail = [rune](int shift) { return static_cast<char>(0x80 | (rune >> shift & 0x3f)); };
  if (rune < 0x80) return {static_cast<char>(rune)};
  if (rune < 0x800) return {static_cast<char>(0xc0 | rune >> 6), tail(0)};
  if (rune < 0x10000) return {static_cast<char>(0xe0 | rune >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | rune >> 18), tail(12), tail(6), tail(0)};
}

RegexNode Leaf(Kind kind) {
  RegexNode node;
  node.kind = kind;
  return node;
}

class Parser {
 public:
  Parser(std::string_view text, std::string* why) : text_(text), why_(why) {}

  std::optional<GoRegex> Parse() {
    if (text_.size() > kLongest) Fail("it is longer than 16 KiB");
    GoRegex regex;
    Flags flags;
    regex.root = Alternatives(flags, 0);
    if (!failed_ && at_ < text_.size()) Fail("a ')' closes nothing");
    regex.captures = captures_;
    if (failed_) return std::nullopt;
    return regex;
  }

 private:
  void Fail(std::string what) {
    if (!failed_) *why_ = std::move(what);
    failed_ = true;
  }
  bool More() const { return !failed_ && at_ < text_.size(); }
  bool Follows(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool Take(std::string_view what) {
    if (failed_ || !Follows(what)) return false;
    at_ += what.size();
    return true;
  }

  // (?i) in a group counts to the group's end, over its further alternatives too.
  RegexNode Alternatives(Flags flags, int depth) {
    RegexNode first = Sequence(flags, depth);
    if (!More() || text_[at_] != '|') return first;
    RegexNode node = Leaf(Kind::kAlternate);
    node.parts.push_back(std::move(first));
    while (Take("|")) node.parts.push_back(Sequence(flags, depth));
    return node;
  }

  RegexNode Sequence(Flags& flags, int depth) {
    RegexNode node = Leaf(Kind::kConcat);
    while (More() && text_[at_] != '|' && text_[at_] != ')') {
      if (Follows("(?") && TakeFlags(flags)) continue;
      if (Take("\\Q")) {
        Quoted(flags, &node);
        continue;
      }
      RegexNode atom = Atom(flags, depth);
      if (failed_) break;
      node.parts.push_back(Repeated(std::move(atom), flags));
    }
    if (node.parts.empty()) return Leaf(Kind::kEmpty);
    if (node.parts.size() == 1) return std::move(node.parts.front());
    return node;
  }

  // "(?i)"; false, with nothing taken, where it is a group.
  bool TakeFlags(Flags& flags) {
    const size_t close = text_.find_first_of(":)", at_);
    if (close == std::string_view::npos || text_[close] != ')') return false;
    Flags changed = flags;
    if (!ReadFlags(text_.substr(at_ + 2, close - at_ - 2), changed)) return false;
    flags = changed;
    at_ = close + 1;
    return true;
  }

  static bool ReadFlags(std::string_view letters, Flags& flags) {
    bool value = true;
    for (char c : letters) {
      switch (c) {
        case 'i': flags.ignore_case = value; break;
        case 'm': flags.multi_line = value; break;
        case 's': flags.dot_all = value; break;
        case 'U': flags.lazy = value; break;
        case '-': value = false; break;
        default: return false;
      }
    }
    return !letters.empty();
  }

  RegexNode Atom(const Flags& flags, int depth) {
    const char c = text_[at_];
    switch (c) {
      case '(': return Group(flags, depth);
      case '[': return Bytes(Class(flags));
      case '.': return ++at_, Bytes(Dot(flags));
      case '^': return ++at_, Leaf(flags.multi_line ? Kind::kLineStart : Kind::kTextStart);
      case '$': return ++at_, Leaf(flags.multi_line ? Kind::kLineEnd : Kind::kTextEnd);
      case '*':
      case '+':
      case '?': Fail("a repeat repeats nothing"); return {};
      case '\\': return Escape(flags);
      default: break;
    }
    return Character(flags);
  }

  RegexNode Character(const Flags& flags) {
    size_t length = 1;
    while (Byte(text_[at_]) >= 0xc0 && at_ + length < text_.size() &&
           (Byte(text_[at_ + length]) & 0xc0) == 0x80) {
      ++length;
    }
    const std::string_view bytes = text_.substr(at_, length);
    at_ += length;
    return Literal(bytes, flags);
  }

  static RegexNode Bytes(const ByteSet& set) {
    RegexNode node = Leaf(Kind::kBytes);
    node.bytes = set;
    return node;
  }

  static RegexNode Literal(std::string_view bytes, const Flags& flags) {
    RegexNode node = Leaf(Kind::kConcat);
    for (char c : bytes) {
      ByteSet set;
      set.Add(Byte(c));
      if (flags.ignore_case) Fold(&set);
      node.parts.push_back(Bytes(set));
    }
    if (node.parts.size() == 1) return std::move(node.parts.front());
    return node;
  }

  static ByteSet Dot(const Flags& flags) {
    ByteSet set;
    if (!flags.dot_all) set.Add('\n');
    set.Invert();
    return set;
  }

  RegexNode Group(Flags flags, int depth) {
    if (depth >= kDeepest) Fail("groups are nested too deeply");
    ++at_;
    uint32_t capture = 0;
    if (Take("?P<") || (Follows("?<") && !Follows("?<=") && !Follows("?<!") && Take("?<"))) {
      const size_t close = text_.find('>', at_);
      if (close == std::string_view::npos) {
        Fail("a group's name does not end");
      } else {
        at_ = close + 1;
      }
      capture = ++captures_;
    } else if (Take("?")) {
      const size_t colon = text_.find(':', at_);
      const std::string_view letters =
          colon == std::string_view::npos ? "?" : text_.substr(at_, colon - at_);
      if (!letters.empty() && !ReadFlags(letters, flags)) {
        Fail("look-around and other groups that begin with (? are not known");
      } else {
        at_ = colon + 1;
      }
    } else {
      capture = ++captures_;
    }
    if (failed_) return {};
    RegexNode inner = Alternatives(flags, depth + 1);
    if (!Take(")")) Fail("a group is not closed");
    if (capture == 0) return inner;
    RegexNode node = Leaf(Kind::kGroup);
    node.capture = capture;
    node.parts.push_back(std::move(inner));
    return node;
  }

  RegexNode Repeated(RegexNode atom, const Flags& flags) {
    if (!More()) return atom;
    uint32_t min = 0;
    uint32_t max = RegexNode::kNoEnd;
    const char c = text_[at_];
    if (c == '*' || c == '+' || c == '?') {
      ++at_;
      min = c == '+' ? 1 : 0;
      if (c == '?') max = 1;
    } else if (c != '{' || !TakeCounts(&min, &max)) {
      return atom;
    }
    RegexNode node = Leaf(Kind::kRepeat);
    node.min = min;
    node.max = max;
    node.lazy = Take("?") != flags.lazy;
    if (More() && (text_[at_] == '*' || text_[at_] == '+' || text_[at_] == '?')) {
      Fail("a repeat is repeated or possessive");
    }
    node.parts.push_back(std::move(atom));
    return node;
  }

  // {n}, {n,}, {n,m}; any other brace is a literal, and nothing is taken.
  bool TakeCounts(uint32_t* min, uint32_t* max) {
    const size_t start = at_++;
    const bool low = Number(min);
    bool high = low;
    *max = *min;
    if (low && Take(",")) {
      *max = RegexNode::kNoEnd;
      high = (at_ < text_.size() && text_[at_] == '}') || Number(max);
    }
    if (!high || !Take("}")) {
      at_ = start;
      // A literal brace; Sequence must not meet it as a repeat again.
      return false;
    }
    if (*min > kMostRepeats ||
        (*max != RegexNode::kNoEnd && (*max > kMostRepeats || *min > *max))) {
      Fail("a repeat is outside 0 to 1000, or runs backwards");
    }
    return true;
  }

  bool Number(uint32_t* value) {
    const size_t start = at_;
    *value = 0;
    while (at_ < text_.size() && IsDigit(text_[at_]) && at_ - start < 6) {
      *value = *value * 10 + static_cast<uint32_t>(text_[at_++] - '0');
    }
    return at_ > start;
  }

  RegexNode Escape(const Flags& flags) {
    if (at_ + 1 >= text_.size()) {
      Fail("the backslash at its end escapes nothing");
      return {};
    }
    const char c = text_[at_ + 1];
    ByteSet set;
    switch (c) {
      case 'b': return at_ += 2, Leaf(Kind::kBoundary);
      case 'B': return at_ += 2, Leaf(Kind::kNotBoundary);
      case 'A': return at_ += 2, Leaf(Kind::kTextStart);
      case 'z': return at_ += 2, Leaf(Kind::kTextEnd);
      case 'C': return at_ += 2, set.Invert(), Bytes(set);
      default: break;
    }
    if (PerlClass(c, &set)) return at_ += 2, Bytes(set);
    const std::optional<uint32_t> rune = EscapedRune();
    return rune ? Literal(Utf8(*rune), flags) : RegexNode();
  }

  // Up to \E; a repeat behind it is of its last character.
  void Quoted(const Flags& flags, RegexNode* sequence) {
    const size_t end = std::min(text_.find("\\E", at_), text_.size());
    const size_t behind = std::min(end + 2, text_.size());
    if (at_ == end) at_ = behind;
    while (at_ < end) {
      RegexNode character = Character(flags);
      const bool last = at_ >= end;
      if (last) at_ = behind;
      sequence->parts.push_back(last ? Repeated(std::move(character), flags)
                                     : std::move(character));
    }
  }

  std::optional<uint32_t> EscapedRune() {
    const char c = text_[at_ + 1];
    at_ += 2;
    switch (c) {
      case 'a': return 7;
      case 'f': return '\f';
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'v': return '\v';
      case 'x': return Hexadecimal();
      case 'p':
      case 'P': Fail("Unicode classes are not known"); return std::nullopt;
      default: break;
    }
    if (c >= '0' && c <= '7') return Octal(c);
    if (Byte(c) < 0x80 && !IsLetter(c) && !IsDigit(c)) return Byte(c);
    Fail(std::string("the escape \\") +
         (Byte(c) < 0x80 && Byte(c) > 0x20 ? std::string(1, c) : "") + " is not known");
    return std::nullopt;
  }

  std::optional<uint32_t> Hexadecimal() {
    const bool braced = Take("{");
    uint32_t value = 0;
    size_t digits = 0;
    while (at_ < text_.size() && HexValue(text_[at_]) >= 0 && digits < (braced ? 8u : 2u)) {
      value = value * 16 + static_cast<uint32_t>(HexValue(text_[at_++]));
      ++digits;
    }
    if (digits == 0 || value > 0x10ffff || (braced ? !Take("}") : digits != 2)) {
      Fail("an escape \\x is not \\xHH or \\x{H}");
      return std::nullopt;
    }
    return value;
  }

  std::optional<uint32_t> Octal(char first) {
    uint32_t value = static_cast<uint32_t>(first - '0');
    size_t digits = 1;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7' && digits < 3) {
      value = value * 8 + static_cast<uint32_t>(text_[at_++] - '0');
      ++digits;
    }
    if (first != '0' && digits == 1) {
      Fail("back references are not known");
      return std::nullopt;
    }
    return value;
  }

  ByteSet Class(const Flags& flags) {
    ++at_;
    const bool negated = Take("^");
    ByteSet set;
    for (bool first = true; More() && (first || text_[at_] != ']'); first = false) {
      if (Follows("[:")) {
        TakeNamedClass(&set);
        continue;
      }
      ByteSet perl;
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && PerlClass(text_[at_ + 1], &perl)) {
        at_ += 2;
        AddAll(perl, &set);
        continue;
      }
      const std::optional<uint8_t> low = ClassByte();
      if (!low) return set;
      uint8_t high = *low;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        ++at_;
        const std::optional<uint8_t> end = ClassByte();
        if (!end) return set;
        high = *end;
        if (high < *low) Fail("a range in a class runs backwards");
      }
      set.AddRange(*low, high);
    }
    if (!Take("]")) Fail("a class is not closed");
    if (flags.ignore_case) Fold(&set);
    if (negated) set.Invert();
    if (set.empty()) Fail("a class is empty");
    return set;
  }

  void TakeNamedClass(ByteSet* set) {
    at_ += 2;
    const bool negated = Take("^");
    for (const NamedClass& known : kNamedClasses) {
      if (!Follows(std::string(known.name) + ":]")) continue;
      at_ += known.name.size() + 2;
      ByteSet named = SetOf(known.ranges);
      if (negated) named.Invert();
      AddAll(named, set);
      return;
    }
    Fail("a class [:name:] is not known");
  }

  std::optional<uint8_t> ClassByte() {
    uint32_t rune = Byte(text_[at_]);
    if (text_[at_] == '\\') {
      if (at_ + 1 >= text_.size()) {
        Fail("a class is not closed");
        return std::nullopt;
      }
      const std::optional<uint32_t> escaped = EscapedRune();
      if (!escaped) return std::nullopt;
      rune = *escaped;
    } else {
      ++at_;
    }
    if (rune < 0x80) return static_cast<uint8_t>(rune);
    Fail("classes of characters beyond ASCII are not known");
    return std::nullopt;
  }

  std::string_view text_;
  std::string* why_;
  size_t at_ = 0;
  uint32_t captures_ = 0;
  bool failed_ = false;
};

}  // namespace

std::optional<GoRegex> ParseGoRegex(std::string_view text, std::string* why) {
  return Parser(text, why).Parse();
}

}  // namespace picket
