#include "secrets/regex_translation.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "match/dialect.h"
#include "match/rule_cost.h"
#include "secrets/regex_facts.h"

namespace picket {
namespace {

using Kind = RegexNode::Kind;

constexpr uint32_t kLongestRun = 64 * 1024;
constexpr uint32_t kMostRepeats = 1000;
// Bounds for repeats that have none; the first with which the pattern is within its budget counts.
constexpr std::array<uint32_t, 5> kBounds = {256, 128, 64, 32, 16};

ByteSet SetOf(std::string_view bytes) {
  ByteSet set;
  for (char c : bytes) set.Add(static_cast<uint8_t>(c));
  return set;
}

ByteSet WordBytes() {
  ByteSet set;
  set.AddRange('0', '9');
  set.AddRange('A', 'Z');
  set.AddRange('a', 'z');
  set.Add('_');
  return set;
}

// One shape for one meaning: no sequence in a sequence, no class spelt as alternatives, no empty
// alternative, no group but the secret's.
RegexNode Simplified(RegexNode node, uint32_t secret) {
  for (RegexNode& part : node.parts) part = Simplified(std::move(part), secret);
  if (node.kind == Kind::kGroup && node.capture != secret) {
    RegexNode inner = std::move(node.parts[0]);
    return inner;
  }
  if (node.kind == Kind::kRepeat) {
    if (node.max == 0 || node.parts[0].kind == Kind::kEmpty) return {};
    if (node.min == 1 && node.max == 1) {
      RegexNode inner = std::move(node.parts[0]);
      return inner;
    }
  }
  if (node.kind == Kind::kAlternate) {
    ByteSet bytes;
    std::vector<RegexNode> parts;
    bool classes = true;
    bool empty = false;
    for (RegexNode& part : node.parts) {
      if (part.kind == Kind::kEmpty) {
        empty = true;
        continue;
      }
      classes = classes && part.kind == Kind::kBytes;
      bytes = Union(bytes, part.bytes);
      parts.push_back(std::move(part));
    }
    if (parts.empty()) return {};
    if (classes) {
      node = RegexNode();
      node.kind = Kind::kBytes;
      node.bytes = bytes;
    } else if (parts.size() == 1) {
      node = RegexNode(std::move(parts[0]));
    } else {
      node.parts = std::move(parts);
    }
    if (!empty) return node;
    RegexNode optional;
    optional.kind = Kind::kRepeat;
    optional.max = 1;
    optional.parts.push_back(std::move(node));
    return optional;
  }
  if (node.kind == Kind::kConcat) {
    std::vector<RegexNode> parts;
    for (RegexNode& part : node.parts) {
      if (part.kind == Kind::kConcat) {
        std::move(part.parts.begin(), part.parts.end(), std::back_inserter(parts));
      } else if (IsAssertion(part) && !parts.empty() && parts.back().kind == part.kind) {
        continue;
      } else if (part.kind != Kind::kEmpty) {
        parts.push_back(std::move(part));
      }
    }
    if (parts.empty()) return {};
    if (parts.size() == 1) return RegexNode(std::move(parts[0]));
    node.parts = std::move(parts);
  }
  return node;
}

bool HoldsRepeatedCapture(const RegexNode& node, bool repeated) {
  if (node.kind == Kind::kGroup && repeated) return true;
  const bool below = repeated || node.kind == Kind::kRepeat;
  return std::any_of(node.parts.begin(), node.parts.end(),
                     [below](const RegexNode& part) { return HoldsRepeatedCapture(part, below); });
}

bool HoldsAssertion(const RegexNode& node) {
  return IsAssertion(node) || std::any_of(node.parts.begin(), node.parts.end(), HoldsAssertion);
}

void AppendByte(uint8_t byte, bool in_class, std::string* text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const char c = static_cast<char>(byte);
  const std::string_view meta = in_class ? "\\[]^-" : "\\.[](){}*+?|^$";
  if (c == '\n') {
    *text += "\\n";
  } else if (c == '\r') {
    *text += "\\r";
  } else if (c == '\t') {
    *text += "\\t";
  } else if (byte < 0x20 || byte > 0x7e) {
    *text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
  } else {
    if (meta.find(c) != std::string_view::npos) *text += '\\';
    *text += c;
  }
}

void AppendRanges(const ByteSet& set, std::string* text) {
  for (int byte = 0; byte < 256; ++byte) {
    if (!set.Contains(static_cast<uint8_t>(byte))) continue;
    int last = byte;
    while (last < 255 && set.Contains(static_cast<uint8_t>(last + 1))) ++last;
    AppendByte(static_cast<uint8_t>(byte), true, text);
    if (last > byte + 1) *text += '-';
    if (last > byte) AppendByte(static_cast<uint8_t>(last), true, text);
    byte = last;
  }
}

bool IsFoldPair(const ByteSet& set) {
  if (CountBytes(set) != 2) return false;
  for (uint8_t c = 'a'; c <= 'z'; ++c) {
    if (set.Contains(c) && set.Contains(static_cast<uint8_t>(c - 32))) return true;
  }
  return false;
}

// Whether every class holds both cases of its letters, and some literal shows that this was meant.
void JudgeCase(const RegexNode& node, bool* closed, bool* meant) {
  for (const RegexNode& part : node.parts) JudgeCase(part, closed, meant);
  if (node.kind != Kind::kBytes) return;
  for (uint8_t c = 'a'; c <= 'z'; ++c) {
    if (node.bytes.Contains(c) != node.bytes.Contains(static_cast<uint8_t>(c - 32))) {
      *closed = false;
    }
  }
  if (IsFoldPair(node.bytes)) *meant = true;
}

class Writer {
 public:
  explicit Writer(bool ignore_case) : ignore_case_(ignore_case) {}

  std::string Write(const RegexNode& node) const {
    switch (node.kind) {
      case Kind::kBytes: return WriteBytes(node.bytes);
      case Kind::kGroup: return "(" + Write(node.parts[0]) + ")";
      case Kind::kRepeat: return WriteRepeat(node);
      case Kind::kAlternate: {
        std::string text;
        for (const RegexNode& part : node.parts) text += (text.empty() ? "" : "|") + Write(part);
        return text;
      }
      default: break;
    }
    std::string text;
    for (const RegexNode& part : node.parts) {
      text += part.kind == Kind::kAlternate ? "(?:" + Write(part) + ")" : Write(part);
    }
    return text;
  }

 private:
  std::string WriteBytes(const ByteSet& set) const {
    std::string text;
    if (CountBytes(set) > 1 && !(ignore_case_ && IsFoldPair(set))) return WriteByteClass(set);
    int byte = 255;
    while (byte > 0 && !set.Contains(static_cast<uint8_t>(byte))) --byte;
    AppendByte(static_cast<uint8_t>(byte), false, &text);
    return text;
  }

  std::string WriteRepeat(const RegexNode& node) const {
    const RegexNode& inner = node.parts[0];
    std::string text = Write(inner);
    if (inner.kind != Kind::kBytes && inner.kind != Kind::kGroup) text = "(?:" + text + ")";
    if (node.min == 0 && node.max == 1) return text + "?";
    if (node.min == 1 && node.max == 1) return text;
    text += "{" + std::to_string(node.min);
    if (node.max != node.min) text += "," + std::to_string(node.max);
    return text + "}";
  }

  bool ignore_case_;
};

class Translation {
 public:
  explicit Translation(std::string* why) : why_(why) {}

  std::optional<TranslatedRegex> Run(std::string_view text, uint32_t secret_group) {
    std::optional<GoRegex> regex = ParseGoRegex(text, why_);
    if (!regex) return std::nullopt;
    if (secret_group > regex->captures) return Fail("it has no group of the number in secretGroup");
    uint32_t secret = secret_group;
    if (secret == 0 && regex->captures == 1) secret = 1;
    if (secret == 0 && regex->captures > 1) {
      Note("it has several groups and no secretGroup, so that the whole match is the secret");
    }
    RegexNode root = Simplified(std::move(regex->root), secret);
    if (HoldsRepeatedCapture(root, false)) {
      Note("its group is repeated or optional, so that the whole match is the secret");
      root = Simplified(std::move(root), UINT32_MAX);
    }
    has_group_ = HoldsCapture(root);
    out_.not_before = TakeEdge(root, Side::kLeft, false);
    out_.not_after = TakeEdge(root, Side::kRight, false);
    const uint32_t kept = has_group_ && secret != 0 ? secret : UINT32_MAX;
    root = Simplified(std::move(root), kept);
    if (!DropInner(root)) return std::nullopt;
    root = Simplified(std::move(root), kept);
    if (MayBeEmpty(root)) return Fail("it matches the empty text");
    NoteLazy(root);
    TakeRun(root);
    return Bound(std::move(root));
  }

 private:
  std::nullopt_t Fail(std::string what) {
    *why_ = std::move(what);
    return std::nullopt;
  }

  void Note(std::string what) {
    auto& notes = out_.notes;
    if (std::find(notes.begin(), notes.end(), what) == notes.end())
      notes.push_back(std::move(what));
  }

  // What may not stand beside a match where `assertion` was, with `rest` inside of it.
  ByteSet Forbidden(const RegexNode& assertion, const RegexNode& rest, Side side) {
    switch (assertion.kind) {
      case Kind::kTextStart:
      case Kind::kTextEnd:
        Note("the text's start or end is taken as that of any line");
        [[fallthrough]];
      case Kind::kLineStart:
      case Kind::kLineEnd: return Complement(SetOf("\r\n"));
      default: break;
    }
    const ByteSet word = WordBytes();
    const ByteSet edge = EdgeBytes(rest, side);
    const bool certain = assertion.kind == Kind::kBoundary && !MayBeEmpty(rest);
    if (certain && IsWithin(edge, word)) return word;
    if (certain && Intersection(edge, word).empty()) return Complement(word);
    Note("a \\b or \\B was left out, so that it finds more");
    return {};
  }

  // A class or an end of text, such as (?:[\s;]|$): nullopt where `node` is none.
  std::optional<ByteSet> BoundaryGroup(const RegexNode& node, Side side) {
    if (node.kind != Kind::kAlternate || HoldsCapture(node)) return std::nullopt;
    ByteSet allowed;
    bool ends = false;
    bool wide = false;
    for (const RegexNode& part : node.parts) {
      const bool outwards = side == Side::kLeft
                                ? part.kind == Kind::kTextStart || part.kind == Kind::kLineStart
                                : part.kind == Kind::kTextEnd || part.kind == Kind::kLineEnd;
      if (outwards) {
        ends = true;
      } else if (HoldsAssertion(part) || MayBeEmpty(part)) {
        return std::nullopt;
      } else {
        // The byte that touches the match: a boundary's first on the right, its last on the left.
        allowed = Union(allowed, EdgeBytes(part, side == Side::kLeft ? Side::kRight : Side::kLeft));
        wide = wide || part.kind != Kind::kBytes;
      }
    }
    if (!ends) return std::nullopt;
    if (wide) Note("of a boundary of several bytes only the one beside the secret counts");
    return Complement(Union(allowed, SetOf("\r\n")));
  }

  // Takes what is no part of the secret off an edge, and says which bytes may not stand there.
  ByteSet TakeEdge(RegexNode& node, Side side, bool in_secret) {
    if (node.kind == Kind::kGroup) return TakeEdge(node.parts[0], side, true);
    if (node.kind == Kind::kAlternate && !BoundaryGroup(node, side))
      return TakeEdges(node, side, in_secret);
    if (node.kind != Kind::kConcat) return {};
    ByteSet forbidden;
    std::vector<RegexNode>& parts = node.parts;
    while (parts.size() > 1) {
      const size_t at = side == Side::kLeft ? 0 : parts.size() - 1;
      const RegexNode edge = parts[at];
      if (IsAssertion(edge)) {
        parts.erase(parts.begin() + static_cast<ptrdiff_t>(at));
        forbidden = Union(forbidden, Forbidden(edge, node, side));
      } else if (std::optional<ByteSet> beside = BoundaryGroup(edge, side)) {
        parts.erase(parts.begin() + static_cast<ptrdiff_t>(at));
        forbidden = Union(forbidden, *beside);
      } else if (forbidden.empty() && has_group_ && !in_secret && !HoldsCapture(edge) &&
                 MayBeEmpty(edge)) {
        parts.erase(parts.begin() + static_cast<ptrdiff_t>(at));
      } else if (HoldsAssertion(edge)) {
        return Union(forbidden, TakeEdge(parts[at], side, in_secret));
      } else {
        break;
      }
    }
    return forbidden;
  }

  // What all alternatives forbid.
  ByteSet TakeEdges(RegexNode& node, Side side, bool in_secret) {
    std::vector<ByteSet> sets;
    for (RegexNode& part : node.parts) sets.push_back(TakeEdge(part, side, in_secret));
    ByteSet common = sets[0];
    for (const ByteSet& set : sets) {
      if (!(set == sets[0])) {
        Note("its alternatives have different boundaries, of which those that all have count");
      }
      common = Intersection(common, set);
    }
    return common;
  }

  // Inside a match \b is certain, or left out.
  bool DropInner(RegexNode& node) {
    const ByteSet word = WordBytes();
    for (size_t i = 0; i < node.parts.size(); ++i) {
      RegexNode& part = node.parts[i];
      if (!IsAssertion(part)) {
        if (!DropInner(part)) return false;
        continue;
      }
      if (part.kind != Kind::kBoundary && part.kind != Kind::kNotBoundary) {
        Fail("^, $, \\A or \\z stands inside of it");
        return false;
      }
      const bool inside = node.kind == Kind::kConcat && i > 0 && i + 1 < node.parts.size() &&
                          !MayBeEmpty(node.parts[i - 1]) && !MayBeEmpty(node.parts[i + 1]);
      bool certain = false;
      if (inside) {
        const ByteSet left = EdgeBytes(node.parts[i - 1], Side::kRight);
        const ByteSet right = EdgeBytes(node.parts[i + 1], Side::kLeft);
        const bool from_word = IsWithin(left, word) && Intersection(right, word).empty();
        const bool to_word = Intersection(left, word).empty() && IsWithin(right, word);
        certain = part.kind == Kind::kBoundary && (from_word || to_word);
      }
      if (!certain) Note("a \\b or \\B was left out, so that it finds more");
      part = RegexNode();
    }
    if (!IsAssertion(node)) return true;
    Fail("it matches the empty text");
    return false;
  }

  void NoteLazy(const RegexNode& node) {
    for (size_t i = 0; i < node.parts.size(); ++i) {
      const RegexNode& part = node.parts[i];
      NoteLazy(part);
      if (part.kind != Kind::kRepeat || !part.lazy || part.min == part.max) continue;
      ByteSet next;
      for (size_t after = i + 1; node.kind == Kind::kConcat && after < node.parts.size(); ++after) {
        next = Union(next, EdgeBytes(node.parts[after], Side::kLeft));
        if (!MayBeEmpty(node.parts[after])) break;
      }
      if (!Intersection(next, EdgeBytes(part, Side::kLeft)).empty() || next.empty()) {
        Note("a lazy repeat is a greedy one now, so that a match may reach further");
      }
    }
  }

  // A repeat without end at the end of the secret is measured; behind the secret its minimum will
  // do.
  void TakeRun(RegexNode& root) {
    RegexNode* node = &root;
    bool in_group = !has_group_;
    while (node->kind == Kind::kConcat || node->kind == Kind::kGroup) {
      in_group = in_group || node->kind == Kind::kGroup;
      if (node->parts.empty()) return;
      node = &node->parts.back();
    }
    if (node->kind != Kind::kRepeat || node->max != RegexNode::kNoEnd) return;
    if (!in_group) {
      if (node->min > 0 && out_.not_after.empty()) node->max = node->min;
      return;
    }
    if (node->parts[0].kind != Kind::kBytes || node->min == 0 || node->lazy) return;
    out_.run = node->parts[0].bytes;
    const uint32_t head = std::min<uint32_t>(node->min, kBounds[0]);
    out_.run_min = node->min - head;
    out_.run_max = kLongestRun;
    node->min = node->max = head;
  }

  static bool SetBounds(RegexNode& node, uint32_t bound, bool all, bool* any) {
    for (RegexNode& part : node.parts) {
      if (!SetBounds(part, bound, all, any)) return false;
    }
    if (node.kind != Kind::kRepeat) return true;
    const bool open = node.max == RegexNode::kNoEnd;
    if (!open && (!all || node.max - node.min <= bound)) return true;
    *any = true;
    node.max = std::min(node.min + bound, kMostRepeats);
    return node.max >= node.min;
  }

  std::optional<TranslatedRegex> Bound(RegexNode root) {
    bool closed = true;
    bool meant = false;
    JudgeCase(root, &closed, &meant);
    out_.ignore_case = closed && meant;
    const Writer writer(out_.ignore_case);
    std::vector<std::string> wrong;
    PatternFacts facts;
    for (bool all : {false, true}) {
      for (uint32_t bound : kBounds) {
        RegexNode bounded = root;
        bool any = false;
        if (!SetBounds(bounded, bound, all, &any)) continue;
        wrong.clear();
        out_.pattern = writer.Write(bounded);
        facts = CheckDialect(out_.pattern, &wrong);
        if (!wrong.empty() || facts.max_width > kMaxRuleWidth) continue;
        if (any) {
          Note("a repeat without an upper bound, or with one too high, goes on for at most " +
               std::to_string(bound) + " more");
        }
        return Finish(std::move(bounded), facts);
      }
    }
    if (!wrong.empty()) return Fail(wrong.front());
    return Fail("a match may have " + std::to_string(facts.max_width) +
                " bytes, over the budget of " + std::to_string(kMaxRuleWidth));
  }

  // A text of fixed width inside a longer one of the same bytes is another text.
  std::optional<TranslatedRegex> Finish(RegexNode root, const PatternFacts& facts) {
    out_.min_width = facts.min_width;
    out_.max_width = facts.max_width;
    out_.has_group = has_group_;
    if (facts.min_width == facts.max_width && out_.run.empty()) {
      for (Side side : {Side::kLeft, Side::kRight}) {
        ByteSet& neighbour = side == Side::kLeft ? out_.not_before : out_.not_after;
        const ByteSet edge = EdgeBytes(root, side);
        if (!neighbour.empty() || CountBytes(edge) <= 2 || CountBytes(edge) > 128) continue;
        neighbour = edge;
        Note("it counts only where no more of its own characters stand beside it");
      }
    }
    out_.root = std::move(root);
    return std::move(out_);
  }

  std::string* why_;
  TranslatedRegex out_;
  bool has_group_ = false;
};

}  // namespace

std::optional<TranslatedRegex> TranslateGoRegex(std::string_view text, uint32_t secret_group,
                                                std::string* why) {
  return Translation(why).Run(text, secret_group);
}

std::string WriteByteClass(const ByteSet& set) {
  if (set.empty()) return "";
  const bool negated = CountBytes(set) > 128 && CountBytes(set) < 256;
  std::string text = negated ? "[^" : "[";
  AppendRanges(negated ? Complement(set) : set, &text);
  return text + "]";
}

}  // namespace picket
