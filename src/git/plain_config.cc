#include "git/plain_config.h"

#include <algorithm>
#include <string>

namespace picket {
namespace {

// What is longer is nobody's that Git or picket has written.
constexpr size_t kMostBytes = size_t{1} << 20;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool IsLetter(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }
bool IsNameByte(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '-'; }

std::string Lowered(std::string_view name) {
  std::string lowered(name);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), Lower);
  return lowered;
}

bool IsName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), IsNameByte);
}

bool HasAny(std::string_view text, std::string_view bytes) {
  return text.find_first_of(bytes) != std::string_view::npos;
}

std::string_view Trimmed(std::string_view line) {
  const size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  line.remove_prefix(begin);
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

// "name" or "name "Sub"", as it stands in the names of settings, with a dot at its end.
std::optional<std::string> ReadSection(std::string_view text) {
  constexpr std::string_view kQuote = " \"";
  const size_t quote = text.find(kQuote);
  const std::string name = Lowered(text.substr(0, quote));
  if (!IsName(name) || name == "include" || name == "includeif") return std::nullopt;
  if (quote == std::string_view::npos) return name + ".";
  text.remove_prefix(quote + kQuote.size());
  if (text.size() < 2 || !text.ends_with('"')) return std::nullopt;
  text.remove_suffix(1);
  if (HasAny(text, "\"]\t")) return std::nullopt;
  return name + "." + std::string(text) + ".";
}

// What stands behind an equals sign, without blanks around it. What libgit2 and Git read
// differently is left to libgit2: a quote or a comment right behind an escaped backslash, a tab.
std::optional<std::string> ReadValue(std::string_view raw) {
  constexpr std::string_view kEscapes = "\"\\ntb";
  constexpr std::string_view kEscaped = "\"\\\n\t\b";
  std::string value;
  size_t end = 0;  // of it, without blanks before a comment
  bool quoted = false;
  for (size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (c == '\t') return std::nullopt;
    if (!quoted && (c == '#' || c == ';')) break;
    if (c == '"') {
      quoted = !quoted;
    } else if (c == '\\') {
      if (++i == raw.size()) return std::nullopt;
      const size_t escape = kEscapes.find(raw[i]);
      if (escape == std::string_view::npos) return std::nullopt;
      if (raw[i] == '\\' && HasAny(raw.substr(i + 1, 1), "\"#;")) return std::nullopt;
      value.push_back(kEscaped[escape]);
    } else {
      value.push_back(c);
      if (c == ' ' && !quoted) continue;
    }
    end = value.size();
  }
  if (quoted) return std::nullopt;
  value.resize(end);
  return value;
}

std::optional<ConfigEntry> ReadVariable(const std::string& section, std::string_view line) {
  const auto end = std::find_if_not(line.begin(), line.end(), IsNameByte);
  const std::string_view name = line.substr(0, static_cast<size_t>(end - line.begin()));
  if (section.empty() || name.empty() || !IsLetter(name.front())) return std::nullopt;
  ConfigEntry entry{section + Lowered(name), std::nullopt};
  const std::string_view rest = Trimmed(line.substr(name.size()));
  if (rest.empty()) return entry;
  if (rest.front() != '=') return std::nullopt;
  entry.value = ReadValue(Trimmed(rest.substr(1)));
  if (!entry.value) return std::nullopt;
  return entry;
}

}  // namespace

std::optional<std::vector<ConfigEntry>> TryParsePlainConfig(std::string_view text) {
  const auto is_unusual = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == 0x7f;
  };
  if (text.size() > kMostBytes || std::any_of(text.begin(), text.end(), is_unusual))
    return std::nullopt;
  std::vector<ConfigEntry> entries;
  std::string section;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.front() == '#' || line.front() == ';') {
      if (HasAny(line, "\\")) return std::nullopt;
      continue;
    }
    if (line.front() == '[') {
      if (!line.ends_with(']') || HasAny(line, "\\")) return std::nullopt;
      std::optional<std::string> begun = ReadSection(line.substr(1, line.size() - 2));
      if (!begun) return std::nullopt;
      section = std::move(*begun);
      continue;
    }
    std::optional<ConfigEntry> entry = ReadVariable(section, line);
    if (!entry) return std::nullopt;
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace picket
