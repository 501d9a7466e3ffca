#include "match/dialect.h"

#include <algorithm>
#include <optional>

namespace picket {
namespace {

constexpr uint32_t kMaxRepeat = 1000;
// Nested repeats multiply; far above any token and far below overflow.
constexpr uint64_t kMaxWidth = 4096;
constexpr int kMaxDepth = 16;
constexpr std::string_view kMeta = "\\.[](){}*+?|^$";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Width {
  uint64_t min = 0;
  uint64_t max = 0;
};

class Parser {
 public:
  Parser(std::string_view text, std::vector<std::string>* complaints, bool fold = false)
      : text_(text), complaints_(complaints), fold_(fold) {}

  PatternFacts Parse(std::vector<PatternSequence>* tree) {
    Width width = Alternatives(0, tree);
    if (!failed_ && at_ < text_.size()) Complain("')' closes nothing");
    if (!failed_ && width.min == 0) Complain("the pattern matches nothing at all");
    if (!failed_ && captures_ > 1) Complain("the pattern has more than one capture group");
    if (failed_) tree->clear();
    return {static_cast<uint32_t>(width.min), static_cast<uint32_t>(width.max), captures_};
  }

  bool ParseClass(ByteSet* set) {
    bool ok = !text_.empty() && text_[0] == '[';
    if (ok) Class(set);
    return ok && !failed_ && at_ == text_.size();
  }

 private:
  void Complain(const std::string& what) {
    if (!failed_ && complaints_ != nullptr) {
      complaints_->push_back("at character " + std::to_string(at_ + 1) + " of the pattern, " +
                             what);
    }
    failed_ = true;
  }

  bool More() const { return !failed_ && at_ < text_.size(); }

  Width Alternatives(int depth, std::vector<PatternSequence>* tree) {
    Width width = Sequence(depth, &tree->emplace_back());
    while (More() && text_[at_] == '|') {
      ++at_;
      Width other = Sequence(depth, &tree->emplace_back());
      width = {std::min(width.min, other.min), std::max(width.max, other.max)};
    }
    return width;
  }

  Width Sequence(int depth, PatternSequence* tree) {
    Width width;
    size_t start = at_;
    while (More() && text_[at_] != '|' && text_[at_] != ')') {
      size_t atom_at = at_;
      int captures_before = captures_;
      PatternAtom& node = tree->emplace_back();
      Width atom = Atom(depth, &node);
      Width total = Repeat(atom, &node);
      if (captures_ != captures_before && at_ > atom_at && text_[at_ - 1] != ')') {
        Complain("the capture group is repeated");
      }
      width = {width.min + total.min, width.max + total.max};
      if (width.max > kMaxWidth) Complain("a match may be wider than 4,096 bytes");
    }
    if (!failed_ && at_ == start) Complain("an alternative is empty");
    return width;
  }

  Width Atom(int depth, PatternAtom* node) {
    char c = text_[at_];
    if (c == '[') {
      Class(&node->bytes);
      return {1, 1};
    }
    if (c == '(') {
      node->captures = !text_.substr(at_).starts_with("(?");
      return Group(depth, &node->alternatives);
    }
    std::optional<uint8_t> byte = Character();
    if (!byte) return {};
    node->bytes.Add(*byte);
    if (fold_) node->bytes.AddOtherCase();
    return {1, 1};
  }

  Width Group(int depth, std::vector<PatternSequence>* tree) {
    if (depth >= kMaxDepth) Complain("groups are nested too deeply");
    ++at_;
    if (text_.substr(at_).starts_with("?:")) {
      at_ += 2;
    } else if (More() && text_[at_] == '?') {
      Complain("only (?: and ( open a group");
    } else {
      ++captures_;
    }
    if (failed_) return {};
    Width width = Alternatives(depth + 1, tree);
    if (!More() || text_[at_] != ')') {
      Complain("a group is not closed");
      return {};
    }
    ++at_;
    return width;
  }

  Width Repeat(Width atom, PatternAtom* node) {
    if (!More()) return atom;
    char c = text_[at_];
    if (c == '*' || c == '+') Complain("a repeat without an upper bound");
    if (failed_ || (c != '?' && c != '{')) return atom;
    uint64_t low = 0;
    uint64_t high = 1;
    ++at_;
    if (c == '{') {
      std::optional<uint64_t> first = Number();
      low = first.value_or(0);
      high = low;
      bool closed = first.has_value();
      if (closed && More() && text_[at_] == ',') {
        ++at_;
        std::optional<uint64_t> second = Number();
        closed = second.has_value();
        high = second.value_or(0);
      }
      if (!closed || !More() || text_[at_] != '}') {
        Complain("a repeat is not {n} or {n,m}");
        return atom;
      }
      ++at_;
    }
    if (high == 0 || low > high || high > kMaxRepeat) Complain("a repeat is outside 1 to 1000");
    if (More() && std::string_view("?{*+").find(text_[at_]) != std::string_view::npos) {
      Complain("a repeat is repeated, lazy or possessive");
    }
    node->min = static_cast<uint32_t>(low);
    node->max = static_cast<uint32_t>(high);
    return {atom.min * low, atom.max * high};
  }

  std::optional<uint64_t> Number() {
    uint64_t value = 0;
    size_t start = at_;
    while (More() && text_[at_] >= '0' && text_[at_] <= '9' && at_ - start < 5) {
      value = value * 10 + static_cast<uint64_t>(text_[at_++] - '0');
    }
    // RE2 takes {01} for four characters.
    if (at_ == start || (text_[start] == '0' && at_ - start > 1)) return std::nullopt;
    return value;
  }

  // One character outside a class.
  std::optional<uint8_t> Character() {
    char c = text_[at_];
    if (c == '\\') return Escape();
    if (kMeta.find(c) != std::string_view::npos) {
      Complain(std::string("'") + c + "' needs a backslash, or is not part of the dialect");
      return std::nullopt;
    }
    if (c < 0x20 || c > 0x7e) {
      Complain("a byte that is not printable ASCII; write \\xHH");
      return std::nullopt;
    }
    ++at_;
    return static_cast<uint8_t>(c);
  }

  std::optional<uint8_t> Escape() {
    if (at_ + 1 >= text_.size()) {
      Complain("the backslash escapes nothing");
      return std::nullopt;
    }
    char c = text_[at_ + 1];
    at_ += 2;
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    if (c == 'x' && at_ + 1 < text_.size() && HexValue(text_[at_]) >= 0 &&
        HexValue(text_[at_ + 1]) >= 0) {
      int value = HexValue(text_[at_]) * 16 + HexValue(text_[at_ + 1]);
      at_ += 2;
      return static_cast<uint8_t>(value);
    }
    if (kMeta.find(c) != std::string_view::npos || c == '-' || c == '/' || c == '"') {
      return static_cast<uint8_t>(c);
    }
    at_ -= 2;
    Complain(std::string("the escape \\") + c + " is not part of the dialect");
    return std::nullopt;
  }

  void Class(ByteSet* set) {
    ++at_;
    bool negated = More() && text_[at_] == '^';
    if (negated) ++at_;
    bool any = false;
    while (More() && text_[at_] != ']') {
      std::optional<uint8_t> first = ClassCharacter();
      if (!first) return;
      uint8_t last = *first;
      bool range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
      if (range) {
        ++at_;
        std::optional<uint8_t> end = ClassCharacter();
        if (!end) return;
        last = *end;
        if (last < *first) Complain("a range runs backwards");
      }
      set->AddRange(*first, last);
      any = true;
    }
    if (!More()) {
      Complain("a class is not closed");
      return;
    }
    ++at_;
    if (!any) Complain("a class is empty");
    if (fold_) set->AddOtherCase();
    if (negated) set->Invert();
  }

  std::optional<uint8_t> ClassCharacter() {
    char c = text_[at_];
    if (c == '\\') return Escape();
    bool bare_dash = c == '-' && !(at_ + 1 < text_.size() && text_[at_ + 1] == ']');
    if (c == '[' || c == '^' || bare_dash || c < 0x20 || c > 0x7e) {
      Complain(std::string("'") + c + "' needs a backslash in a class");
      return std::nullopt;
    }
    ++at_;
    return static_cast<uint8_t>(c);
  }

  std::string_view text_;
  std::vector<std::string>* complaints_;
  bool fold_;
  size_t at_ = 0;
  int captures_ = 0;
  bool failed_ = false;
};

}  // namespace

PatternFacts CheckDialect(std::string_view pattern, std::vector<std::string>* complaints) {
  std::vector<PatternSequence> tree;
  return Parser(pattern, complaints).Parse(&tree);
}

std::vector<PatternSequence> ParsePattern(std::string_view pattern, bool fold) {
  std::vector<PatternSequence> tree;
  Parser(pattern, nullptr, fold).Parse(&tree);
  return tree;
}

bool ParseByteClass(std::string_view text, ByteSet* set) {
  *set = ByteSet();
  if (text.empty()) return true;
  return Parser(text, nullptr).ParseClass(set);
}

}  // namespace picket
