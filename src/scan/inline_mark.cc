#include "scan/inline_mark.h"

#include <algorithm>
#include <optional>

namespace picket {
namespace {

constexpr size_t kLongestLine = 4096;
constexpr size_t kMostRules = 16;

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsRuleCharacter(char c) { return IsAlphanumeric(c) || c == '.' || c == '-' || c == '_'; }

std::string_view TrimLeft(std::string_view text) {
  size_t at = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(at);
}

// The line around `offset`, without its newline; nullopt for one that is too long.
std::optional<std::string_view> LineAround(std::string_view text, size_t offset) {
  size_t earliest = offset > kLongestLine ? offset - kLongestLine : 0;
  std::string_view before = text.substr(earliest, offset - earliest);
  size_t newline = before.rfind('\n');
  if (newline == std::string_view::npos && earliest > 0) return std::nullopt;
  size_t start = newline == std::string_view::npos ? 0 : earliest + newline + 1;
  std::string_view line = text.substr(start, kLongestLine + 1);
  line = line.substr(0, line.find('\n'));
  if (line.size() > kLongestLine) return std::nullopt;
  return line;
}

// "vendor.kind, other.kind why": the names up to the first that no comma leads to. What closes a
// comment may stick to the last.
void ReadRules(std::string_view text, std::vector<std::string>* rules) {
  do {
    text = TrimLeft(text);
    auto end = std::find_if_not(text.begin(), text.end(), IsRuleCharacter);
    std::string_view name = text.substr(0, static_cast<size_t>(end - text.begin()));
    text = TrimLeft(text.substr(name.size()));
    while (name.ends_with('-') || name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || rules->size() >= kMostRules) return;
    rules->emplace_back(name);
    if (!text.starts_with(',')) return;
    text.remove_prefix(1);
  } while (true);
}

class LineReader {
 public:
  LineReader(std::string_view line, bool alone, InlineMarks* marks)
      : line_(line), alone_(alone), marks_(marks) {}

  void Read() {
    ForEach("picket:allow", [this](std::string_view rest) {
      if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return;
      marks_->words |= kPicketAllow;
      ReadRules(rest, &marks_->rules);
    });
    if (!alone_) {
      ForEach("gitleaks:allow", [this](std::string_view) { marks_->words |= kGitleaksAllow; });
      ForEach("trufflehog:ignore",
              [this](std::string_view) { marks_->words |= kTrufflehogIgnore; });
    }
    ForEach("pragma:", [this](std::string_view rest) {
      rest = TrimLeft(rest);
      if (rest.starts_with(alone_ ? "allowlist nextline secret" : "allowlist secret"))
        marks_->words |= kAllowlistSecret;
    });
  }

 private:
  // Calls `found(rest of the line)` behind each `word` that is not the tail of a longer one.
  template <typename Found>
  void ForEach(std::string_view word, const Found& found) {
    for (size_t at = line_.find(word); at != std::string_view::npos;
         at = line_.find(word, at + word.size())) {
      if (at > 0 && IsAlphanumeric(line_[at - 1])) continue;
      std::string_view before = line_.substr(0, at);
      if (alone_ && std::any_of(before.begin(), before.end(), IsAlphanumeric)) return;
      found(line_.substr(at + word.size()));
    }
  }

  std::string_view line_;
  bool alone_;
  InlineMarks* marks_;
};

}  // namespace

bool InlineMarks::Cover(const Finding& finding, uint8_t counting) const {
  if (finding.kind != FindingKind::kSecret) return false;
  const uint8_t here = words & counting;
  if ((here & ~kPicketAllow) != 0) return true;
  if ((here & kPicketAllow) == 0) return false;
  return std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
    return rule == finding.rule || rule == finding.family;
  });
}

InlineMarks ReadInlineMarks(std::string_view text, uint64_t offset) {
  InlineMarks marks;
  if (offset > text.size()) return marks;
  std::optional<std::string_view> line = LineAround(text, offset);
  if (!line) return marks;
  LineReader(*line, false, &marks).Read();
  size_t start = static_cast<size_t>(line->data() - text.data());
  if (start == 0) return marks;
  if (std::optional<std::string_view> before = LineAround(text, start - 1))
    LineReader(*before, true, &marks).Read();
  return marks;
}

}  // namespace picket
