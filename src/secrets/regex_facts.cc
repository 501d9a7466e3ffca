#include "secrets/regex_facts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "secrets/placeholder.h"

namespace picket {
namespace {

using Kind = RegexNode::Kind;

constexpr size_t kMostTexts = 64;
constexpr size_t kLongestText = 64;
// A class of more bytes is no literal any more.
constexpr size_t kMostBytes = 8;

void Unify(std::vector<std::string>* texts) {
  std::sort(texts->begin(), texts->end());
  texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
}

// False where they become too many or too long.
bool Append(const std::vector<std::string>& tails, std::vector<std::string>* texts) {
  if (tails.size() * texts->size() > kMostTexts) return false;
  std::vector<std::string> longer;
  for (const std::string& text : *texts) {
    for (const std::string& tail : tails) {
      if (text.size() + tail.size() > kLongestText) return false;
      longer.push_back(text + tail);
    }
  }
  Unify(&longer);
  *texts = std::move(longer);
  return true;
}

std::optional<std::vector<std::string>> TextsOfBytes(const ByteSet& set) {
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256 && texts.size() <= kMostBytes; ++byte) {
    if (!set.Contains(static_cast<uint8_t>(byte))) continue;
    const bool upper = byte >= 'A' && byte <= 'Z';
    if (upper && set.Contains(static_cast<uint8_t>(byte + 32))) continue;
    texts.emplace_back(1, static_cast<char>(byte));
  }
  if (texts.size() > kMostBytes) return std::nullopt;
  return texts;
}

std::optional<std::vector<std::string>> TextsOfRepeat(const RegexNode& node) {
  if (node.max > kLongestText) return std::nullopt;
  const auto once = ExactTexts(node.parts[0]);
  if (!once) return std::nullopt;
  std::vector<std::string> all;
  std::vector<std::string> texts = {""};
  for (uint32_t count = 0;; ++count) {
    if (count >= node.min) all.insert(all.end(), texts.begin(), texts.end());
    if (count >= node.max) break;
    if (!Append(*once, &texts)) return std::nullopt;
  }
  Unify(&all);
  if (all.size() > kMostTexts) return std::nullopt;
  return all;
}

// The parts of nested sequences and groups in one row.
void Flatten(const RegexNode& node, std::vector<const RegexNode*>* row) {
  if (node.kind == Kind::kConcat || node.kind == Kind::kGroup) {
    for (const RegexNode& part : node.parts) Flatten(part, row);
  } else {
    row->push_back(&node);
  }
}

bool HoldsOne(const std::string& text, const std::vector<std::string>& words) {
  const std::string lower = LowerCase(text);
  return std::any_of(words.begin(), words.end(), [&lower](const std::string& word) {
    return lower.find(word) != std::string::npos;
  });
}

}  // namespace

bool IsAssertion(const RegexNode& node) { return node.kind >= Kind::kTextStart; }

bool HoldsCapture(const RegexNode& node) {
  return node.kind == Kind::kGroup ||
         std::any_of(node.parts.begin(), node.parts.end(), HoldsCapture);
}

bool MayBeEmpty(const RegexNode& node) {
  switch (node.kind) {
    case Kind::kBytes: return false;
    case Kind::kConcat: return std::all_of(node.parts.begin(), node.parts.end(), MayBeEmpty);
    case Kind::kAlternate: return std::any_of(node.parts.begin(), node.parts.end(), MayBeEmpty);
    case Kind::kRepeat: return node.min == 0 || MayBeEmpty(node.parts[0]);
    case Kind::kGroup: return MayBeEmpty(node.parts[0]);
    default: return true;
  }
}

ByteSet EdgeBytes(const RegexNode& node, Side side) {
  if (node.kind == Kind::kBytes) return node.bytes;
  ByteSet set;
  if (node.kind != Kind::kConcat) {
    for (const RegexNode& part : node.parts) set = Union(set, EdgeBytes(part, side));
    return set;
  }
  for (size_t i = 0; i < node.parts.size(); ++i) {
    const RegexNode& part = node.parts[side == Side::kLeft ? i : node.parts.size() - 1 - i];
    set = Union(set, EdgeBytes(part, side));
    if (!MayBeEmpty(part)) break;
  }
  return set;
}

ByteSet Union(ByteSet a, const ByteSet& b) {
  for (int byte = 0; byte < 256; ++byte) {
    if (b.Contains(static_cast<uint8_t>(byte))) a.Add(static_cast<uint8_t>(byte));
  }
  return a;
}

ByteSet Complement(ByteSet set) {
  set.Invert();
  return set;
}

ByteSet Intersection(const ByteSet& a, const ByteSet& b) {
  return Complement(Union(Complement(a), Complement(b)));
}

bool IsWithin(const ByteSet& inner, const ByteSet& outer) { return Union(outer, inner) == outer; }

size_t CountBytes(const ByteSet& set) {
  size_t count = 0;
  for (int byte = 0; byte < 256; ++byte)
    count += set.Contains(static_cast<uint8_t>(byte)) ? 1u : 0u;
  return count;
}

std::optional<std::vector<std::string>> ExactTexts(const RegexNode& node) {
  std::vector<std::string> texts;
  switch (node.kind) {
    case Kind::kBytes: return TextsOfBytes(node.bytes);
    case Kind::kRepeat: return TextsOfRepeat(node);
    case Kind::kAlternate:
      for (const RegexNode& part : node.parts) {
        const auto more = ExactTexts(part);
        if (!more) return std::nullopt;
        texts.insert(texts.end(), more->begin(), more->end());
        if (texts.size() > kMostTexts) return std::nullopt;
      }
      Unify(&texts);
      return texts;
    default: break;
  }
  texts.emplace_back();
  for (const RegexNode& part : node.parts) {
    const auto tails = ExactTexts(part);
    if (!tails || !Append(*tails, &texts)) return std::nullopt;
  }
  return texts;
}

std::vector<std::string> Heads(const RegexNode& node) {
  if (node.kind == Kind::kAlternate) {
    std::vector<std::string> all;
    for (const RegexNode& part : node.parts) {
      const std::vector<std::string> heads = Heads(part);
      if (heads.empty()) return {};
      all.insert(all.end(), heads.begin(), heads.end());
    }
    Unify(&all);
    return all;
  }
  std::vector<const RegexNode*> row;
  Flatten(node, &row);
  std::vector<std::string> texts = {""};
  for (const RegexNode* part : row) {
    if (part->kind == Kind::kAlternate && row.size() == 1) return Heads(*part);
    const auto tails = ExactTexts(*part);
    if (!tails || !Append(*tails, &texts)) break;
  }
  if (std::find(texts.begin(), texts.end(), "") != texts.end()) return {};
  return texts;
}

bool AlwaysHolds(const RegexNode& node, const std::vector<std::string>& words) {
  std::vector<const RegexNode*> row;
  Flatten(node, &row);
  std::vector<std::string> texts = {""};
  auto told = [&texts, &words] {
    return std::all_of(texts.begin(), texts.end(),
                       [&words](const std::string& text) { return HoldsOne(text, words); });
  };
  for (const RegexNode* part : row) {
    const auto tails = ExactTexts(*part);
    if (tails && Append(*tails, &texts)) continue;
    if (told()) return true;
    texts = tails && tails->size() <= kMostTexts ? *tails : std::vector<std::string>{""};
    if (tails) continue;
    if (part->kind == Kind::kAlternate &&
        std::all_of(part->parts.begin(), part->parts.end(),
                    [&words](const RegexNode& one) { return AlwaysHolds(one, words); })) {
      return true;
    }
    if (part->kind == Kind::kRepeat && part->min > 0 && AlwaysHolds(part->parts[0], words)) {
      return true;
    }
  }
  return told();
}

}  // namespace picket
