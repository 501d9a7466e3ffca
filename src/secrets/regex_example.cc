#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "secrets/regex_facts.h"
#include "secrets/regex_translation.h"

namespace picket {
namespace {

using Kind = RegexNode::Kind;

// How long the secret's repeats become where they are free to.
constexpr uint32_t kUsual = 24;

// Names of secrets/template.h with the ranges of their characters, the largest first.
constexpr std::array kAlphabets = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"alnum", "09AZaz"},
    {"alpha", "AZaz"},
    {"upper_alnum", "09AZ"},
    {"base32", "27AZ"},
    {"lower", "az"},
    {"upper", "AZ"},
    {"hex", "09af"},
    {"digit", "09"},
});

std::string_view AlphabetWithin(const ByteSet& set) {
  for (const auto& [name, ranges] : kAlphabets) {
    ByteSet alphabet;
    for (size_t i = 0; i < ranges.size(); i += 2) {
      alphabet.AddRange(static_cast<uint8_t>(ranges[i]), static_cast<uint8_t>(ranges[i + 1]));
    }
    if (IsWithin(alphabet, set)) return name;
  }
  return {};
}

// The `index`-th byte of `set`, letters and digits first, then what else is printed.
char Member(const ByteSet& set, size_t index) {
  std::string members;
  std::string others;
  for (int byte = 0x21; byte < 0x7f; ++byte) {
    const char c = static_cast<char>(byte);
    if (!set.Contains(static_cast<uint8_t>(byte))) continue;
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    (plain ? members : others) += c;
  }
  if (members.empty()) members = others;
  if (members.empty()) {
    for (char c : std::string_view(" \t\n\r")) {
      if (set.Contains(static_cast<uint8_t>(c))) members += c;
    }
  }
  for (int byte = 255; byte >= 0 && members.empty(); --byte) {
    if (set.Contains(static_cast<uint8_t>(byte))) members += static_cast<char>(byte);
  }
  return members.empty() ? 'x' : members[index * 7 % members.size()];
}

std::string Braced(char c) { return c == '{' || c == '}' ? std::string(2, c) : std::string(1, c); }

class Example {
 public:
  Example(bool has_group, uint32_t choice) : in_secret_(!has_group), choice_(choice) {}

  std::string Write(const RegexNode& node) {
    switch (node.kind) {
      case Kind::kBytes: return Random(node.bytes, 1);
      case Kind::kAlternate: return Write(node.parts[choice_ % node.parts.size()]);
      case Kind::kRepeat: return Repeat(node);
      case Kind::kGroup: {
        const bool outer = std::exchange(in_secret_, true);
        std::string text = Write(node.parts[0]);
        in_secret_ = outer;
        return text;
      }
      default: break;
    }
    std::string text;
    for (const RegexNode& part : node.parts) text += Write(part);
    return text;
  }

 private:
  std::string Random(const ByteSet& set, uint32_t count) {
    if (count == 0) return "";
    const std::string_view alphabet = AlphabetWithin(set);
    if (!alphabet.empty()) return "{" + std::string(alphabet) + ":" + std::to_string(count) + "}";
    std::string text;
    // A literal without case is written as it is most often.
    for (uint32_t i = 0; i < count; ++i) text += Braced(Member(set, count == 1 ? 0 : i));
    return text;
  }

  std::string Repeat(const RegexNode& node) {
    const RegexNode& inner = node.parts[0];
    const bool varies = inner.kind != Kind::kBytes || !AlphabetWithin(inner.bytes).empty();
    const uint32_t wanted = choice_ / 4 % 2 == 0 ? kUsual : 4 * kUsual;
    uint32_t count = node.min;
    if (in_secret_ && varies) count = std::min(std::max(wanted, node.min), node.max);
    if (inner.kind == Kind::kBytes) return Random(inner.bytes, count);
    count = std::max(node.min, std::min(node.max, choice_ % 2));
    std::string text;
    for (uint32_t i = 0; i < count && text.size() < 8192; ++i) text += Write(inner);
    return text;
  }

  bool in_secret_;
  uint32_t choice_;
};

}  // namespace

std::string WriteExample(const TranslatedRegex& regex, uint32_t choice) {
  Example example(regex.has_group, choice);
  std::string text = example.Write(regex.root);
  if (!regex.run.empty()) {
    RegexNode run;
    run.kind = Kind::kBytes;
    run.bytes = regex.run;
    RegexNode repeat;
    repeat.kind = Kind::kRepeat;
    repeat.min = regex.run_min;
    repeat.max = RegexNode::kNoEnd;
    repeat.parts.push_back(run);
    text += Example(false, choice).Write(repeat);
  }
  return text;
}

}  // namespace picket
