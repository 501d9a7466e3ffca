#include "weights/json_frames.h"

#include <algorithm>

namespace picket {
namespace {

constexpr size_t kMaxDepth = 512;
constexpr size_t kMaxKey = 256;
constexpr size_t kMaxValue = 4096;
constexpr size_t kMaxMembers = 64;
constexpr std::string_view kAskedFor[] = {
    "class_name", "module",        "registered_name", "config",  "vocabulary",
    "__module__", "__class__",     "__loader__",      "handler", "protocol",
    "model",      "chat_template", "template"};

bool IsTemplate(std::string_view key) { return key == "chat_template" || key == "template"; }

class Walker {
 public:
  Walker(std::string_view text, JsonFrameVisitor& visitor) : text_(text), visitor_(visitor) {}

  JsonWalk Walk() {
    JsonWalk walk;
    walk.whole = Document();
    walk.bytes = at_;
    walk.objects = objects_;
    return walk;
  }

 private:
  // An open object or array.
  struct Level {
    bool object = false;
    std::string key;  // of the value that is read now
    JsonFrame frame;
  };

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Eat(char c) {
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  static void AppendUtf8(std::string& out, unsigned code) {
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out.push_back(static_cast<char>(0xc0 | code >> 6));
      out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    } else {
      // Surrogates stay apart: no name that is looked for has one.
      out.push_back(static_cast<char>(0xe0 | code >> 12));
      out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
      out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
    }
  }

  bool Escape(std::string& out, size_t limit) {
    char c = Peek();
    ++at_;
    constexpr std::string_view kFrom = "\"\\/bfnrt";
    constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    size_t plain = kFrom.find(c);
    if (plain != std::string_view::npos) {
      if (out.size() < limit) out.push_back(kTo[plain]);
      return true;
    }
    if (c != 'u' || text_.size() - at_ < 4) return false;
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      char h = text_[at_];
      bool digit = h >= '0' && h <= '9';
      char lower = static_cast<char>(h | 0x20);
      if (!digit && (lower < 'a' || lower > 'f')) return false;
      code = code * 16 + static_cast<unsigned>(digit ? h - '0' : lower - 'a' + 10);
    }
    if (out.size() < limit) AppendUtf8(out, code);
    return true;
  }

  bool String(std::string& out, size_t limit) {
    out.clear();
    if (!Eat('"')) return false;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return true;
      if (c == '\\') {
        if (at_ >= text_.size() || !Escape(out, limit)) return false;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return false;
      } else if (out.size() < limit) {
        out.push_back(c);
      }
    }
    return false;
  }

  // A number or one of Python's words.
  bool Scalar() {
    size_t start = at_;
    while (at_ < text_.size() &&
           ((text_[at_] >= '0' && text_[at_] <= '9') || (text_[at_] >= 'a' && text_[at_] <= 'z') ||
            (text_[at_] >= 'A' && text_[at_] <= 'Z') || text_[at_] == '-' || text_[at_] == '+' ||
            text_[at_] == '.')) {
      ++at_;
    }
    std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false" || word == "null" || word == "NaN" ||
        word == "Infinity" || word == "-Infinity") {
      return true;
    }
    return !word.empty() && word.find_first_of("0123456789") != std::string_view::npos &&
           word.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  }

  bool Note(const std::string& value, bool text) {
    if (levels_.empty() || !levels_.back().object) return true;
    Level& level = levels_.back();
    if (std::find(std::begin(kAskedFor), std::end(kAskedFor), level.key) == std::end(kAskedFor)) {
      return true;
    }
    if (text) {
      level.frame.strings.push_back({level.key, value});
    } else {
      level.frame.others.push_back(level.key);
    }
    return level.frame.strings.size() + level.frame.others.size() <= kMaxMembers;
  }

  size_t ValueLimit() const {
    bool long_one = !levels_.empty() && levels_.back().object && IsTemplate(levels_.back().key);
    return long_one ? kMaxJsonTemplate : kMaxValue;
  }

  bool Open(bool object) {
    if (levels_.size() >= kMaxDepth || !Note({}, false)) return false;
    Level level;
    level.object = object;
    if (!levels_.empty() && levels_.back().object) level.frame.key = levels_.back().key;
    levels_.push_back(std::move(level));
    ++at_;
    return true;
  }

  void Close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    if (!level.object) return;
    ++objects_;
    visitor_.OnObject(level.frame);
    if (level.frame.key == "config" && !levels_.empty()) {
      levels_.back().frame.config_strings = std::move(level.frame.strings);
    }
  }

  bool Key() {
    SkipSpace();
    if (!String(levels_.back().key, kMaxKey)) return false;
    SkipSpace();
    return Eat(':');
  }

  bool Document() {
    std::string value;
    while (true) {
      SkipSpace();
      char c = Peek();
      if (c == '{' || c == '[') {
        if (!Open(c == '{')) return false;
        SkipSpace();
        if (Eat(c == '{' ? '}' : ']')) {
          Close();
        } else {
          if (c == '{' && !Key()) return false;
          continue;
        }
      } else if (c == '"') {
        if (!String(value, ValueLimit()) || !Note(value, true)) return false;
      } else {
        if (!Scalar() || !Note({}, false)) return false;
      }
      // A value has ended: close what closes here, or go on to the next.
      while (!levels_.empty()) {
        SkipSpace();
        bool object = levels_.back().object;
        if (Eat(',')) {
          if (object && !Key()) return false;
          break;
        }
        if (!Eat(object ? '}' : ']')) return false;
        Close();
      }
      if (levels_.empty()) return true;
    }
  }

  std::string_view text_;
  JsonFrameVisitor& visitor_;
  size_t at_ = 0;
  uint64_t objects_ = 0;
  std::vector<Level> levels_;
};

}  // namespace

bool JsonFrame::Has(std::string_view name) const {
  return Find(name) != nullptr || std::find(others.begin(), others.end(), name) != others.end();
}

const std::string* JsonFrame::Find(std::string_view name) const {
  auto hit = std::find_if(strings.begin(), strings.end(),
                          [&](const Member& member) { return member.key == name; });
  return hit == strings.end() ? nullptr : &hit->value;
}

JsonWalk WalkJson(std::string_view text, JsonFrameVisitor& visitor) {
  return Walker(text, visitor).Walk();
}

}  // namespace picket
