#include "git/attributes.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace picket {
namespace {

constexpr size_t kLongestLine = 2048;
constexpr std::string_view kMacro = "[attr]";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view SkipBlanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view TakeWord(std::string_view* text) {
  *text = SkipBlanks(*text);
  const size_t end = std::min(text->find_first_of(kBlanks), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(end);
  return word;
}

// A pattern in C's quotes; nullopt where they don't end, or an escape is none.
std::optional<std::string> TakeQuoted(std::string_view* text) {
  constexpr std::string_view kEscapes = "abfnrtv\\\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
  std::string result;
  size_t at = 1;
  while (at < text->size() && (*text)[at] != '"') {
    char c = (*text)[at++];
    if (c != '\\') {
      result.push_back(c);
      continue;
    }
    if (at >= text->size()) return std::nullopt;
    c = (*text)[at++];
    const size_t known = kEscapes.find(c);
    if (known != std::string_view::npos) {
      result.push_back(kMeanings[known]);
      continue;
    }
    if (c < '0' || c > '3' || at + 2 > text->size()) return std::nullopt;
    int byte = c - '0';
    for (int i = 0; i < 2; ++i) {
      c = (*text)[at++];
      if (c < '0' || c > '7') return std::nullopt;
      byte = byte * 8 + (c - '0');
    }
    result.push_back(static_cast<char>(byte));
  }
  if (at >= text->size()) return std::nullopt;
  text->remove_prefix(at + 1);
  return result;
}

}  // namespace

AttributesFile::AttributesFile(std::string_view text, std::string folder)
    : folder_(std::move(folder)) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end < kLongestLine) ReadLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<AttributesFile::Word> AttributesFile::ReadWords(std::string_view text) {
  std::vector<Word> words;
  for (std::string_view word = TakeWord(&text); !word.empty(); word = TakeWord(&text)) {
    Word& known = words.emplace_back();
    const size_t equals = word.find('=');
    if (word.starts_with('-') || word.starts_with('!')) {
      known.name = word.substr(1);
    } else if (equals != std::string_view::npos) {
      known.name = word.substr(0, equals);
      if (known.name == "filter" && word.substr(equals + 1) == "lfs")
        known.state = Word::State::kLfs;
    } else {
      known.name = word;
      known.state = Word::State::kSet;
    }
  }
  return words;
}

void AttributesFile::ReadLine(std::string_view line) {
  line = SkipBlanks(line);
  if (line.empty() || line.front() == '#') return;
  std::string pattern;
  if (line.front() == '"') {
    std::optional<std::string> quoted = TakeQuoted(&line);
    if (!quoted) return;
    pattern = std::move(*quoted);
  } else {
    pattern = TakeWord(&line);
  }
  std::vector<Word> words = ReadWords(line);
  const bool speaks = std::any_of(words.begin(), words.end(),
                                  [](const Word& word) { return word.name == "filter"; });
  speaks_ = speaks_ || speaks;
  if (pattern.starts_with(kMacro)) {
    if (folder_.empty()) macros_[pattern.substr(kMacro.size())] = std::move(words);
    return;
  }
  if (pattern.empty() || pattern.front() == '!' || pattern.back() == '/' || words.empty()) return;
  const bool for_name = pattern.find('/') == std::string::npos;
  if (pattern.front() == '/') pattern.erase(0, 1);
  lines_.push_back({WildPattern(pattern, !for_name), for_name, std::move(words)});
}

// What is decided for one path: the last line of the innermost file first, and nothing twice.
class AttributesOfPath {
 public:
  explicit AttributesOfPath(const std::vector<const AttributesFile*>& files) : files_(files) {}

  bool IsLfs(std::string_view path, uint64_t* steps) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    for (size_t i = files_.size(); i-- > 0;) {
      const AttributesFile& file = *files_[i];
      if (!path.starts_with(file.folder_)) continue;
      const std::string_view inner = path.substr(file.folder_.size());
      for (size_t j = file.lines_.size(); j-- > 0;) {
        const AttributesFile::Line& line = file.lines_[j];
        if (!line.pattern.Matches(line.for_name ? name : inner, steps)) continue;
        Apply(line.words);
        if (filter_) return *filter_;
      }
    }
    return false;
  }

 private:
  void Apply(const std::vector<AttributesFile::Word>& words) {
    for (size_t i = words.size(); i-- > 0;) {
      const AttributesFile::Word& word = words[i];
      if (!decided_.insert(word.name).second) continue;
      if (word.name == "filter") filter_ = word.state == AttributesFile::Word::State::kLfs;
      if (word.state != AttributesFile::Word::State::kSet) continue;
      // Each name is decided once, so macros that name each other end.
      for (const AttributesFile* file : files_) {
        const auto macro = file->macros_.find(word.name);
        if (macro != file->macros_.end()) Apply(macro->second);
      }
    }
  }

  const std::vector<const AttributesFile*>& files_;
  std::set<std::string_view> decided_;
  std::optional<bool> filter_;
};

bool IsGivenToLfs(const std::vector<const AttributesFile*>& files, std::string_view path,
                  uint64_t* steps) {
  const bool any = std::any_of(files.begin(), files.end(), [](const AttributesFile* file) {
    return file->speaks_of_filters();
  });
  return any && AttributesOfPath(files).IsLfs(path, steps);
}

}  // namespace picket
