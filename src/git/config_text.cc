#include "git/config_text.h"

#include <algorithm>

namespace picket {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), Lower);
  return lowered;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

class ConfigReader {
 public:
  explicit ConfigReader(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }

  std::vector<TreeConfigEntry> Read() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (IsBlank(c) || c == '\n') {
        rest_.remove_prefix(1);
      } else if (c == '#' || c == ';') {
        SkipLine();
      } else if (c == '[') {
        ReadSection();
      } else {
        ReadVariable();
      }
    }
    return std::move(entries_);
  }

 private:
  void SkipLine() { rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size())); }

  void SkipBlanks() {
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
  }

  std::string TakeName() {
    size_t length = 0;
    while (length < rest_.size() && IsNameByte(rest_[length])) ++length;
    std::string name = Lowered(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return name;
  }

  // "[section]" or "[section "Sub"]"; a variable may follow on the line.
  void ReadSection() {
    rest_.remove_prefix(1);
    section_ = TakeName();
    SkipBlanks();
    if (rest_.starts_with('"')) {
      rest_.remove_prefix(1);
      section_.push_back('.');
      while (!rest_.empty() && rest_.front() != '"' && rest_.front() != '\n') {
        if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
        section_.push_back(rest_.front());
        rest_.remove_prefix(1);
      }
      if (rest_.starts_with('"')) rest_.remove_prefix(1);
    }
    SkipBlanks();
    if (rest_.starts_with(']')) {
      rest_.remove_prefix(1);
    } else {
      SkipLine();
    }
  }

  void ReadVariable() {
    const std::string name = TakeName();
    SkipBlanks();
    if (name.empty() || !rest_.starts_with('=')) {
      SkipLine();
      return;
    }
    rest_.remove_prefix(1);
    entries_.push_back({section_ + "." + name, ReadValue()});
  }

  std::string ReadValue() {
    std::string value;
    bool quoted = false;
    // Blanks count only where something follows.
    std::string blanks;
    SkipBlanks();
    while (!rest_.empty() && rest_.front() != '\n') {
      char c = rest_.front();
      if (!quoted && (c == '#' || c == ';')) {
        SkipLine();
        break;
      }
      rest_.remove_prefix(1);
      if (!quoted && IsBlank(c)) {
        blanks.push_back(c);
        continue;
      }
      if (c == '"') {
        quoted = !quoted;
        continue;
      }
      if (c == '\\') {
        if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
        if (rest_.empty()) break;
        c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '\n') continue;
        if (c == 'n') c = '\n';
        if (c == 't') c = '\t';
        if (c == 'b') c = '\b';
      }
      value += blanks;
      blanks.clear();
      value.push_back(c);
    }
    return value;
  }

  std::string_view rest_;
  std::string section_;
  std::vector<TreeConfigEntry> entries_;
};

}  // namespace

std::vector<TreeConfigEntry> ParseConfigText(std::string_view text) {
  return ConfigReader(text).Read();
}

UrlParts SplitUrl(std::string_view url) {
  UrlParts parts;
  std::string_view authority;
  if (const size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    parts.scheme = Lowered(url.substr(0, scheme));
    authority = url.substr(scheme + 3);
    authority = authority.substr(0, authority.find_first_of("/?#\\"));
  } else {
    const size_t colon = url.find(':');
    if (colon == std::string_view::npos || url.substr(0, colon).find('/') != std::string_view::npos)
      return parts;
    authority = url.substr(0, colon);
  }
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const size_t colon = user.find(':');
    parts.user = user.substr(0, colon);
    parts.has_password = colon != std::string_view::npos && colon + 1 < user.size();
    authority.remove_prefix(at + 1);
  }
  if (authority.starts_with('[')) {
    authority = authority.substr(0, std::min(authority.find(']') + 1, authority.size()));
  } else {
    authority = authority.substr(0, authority.find(':'));
  }
  parts.host = Lowered(authority);
  return parts;
}

}  // namespace picket
