#include "weights/chat_template.h"

#include <algorithm>

#include "weights/find_word.h"
#include "weights/format.h"
#include "weights/json_frames.h"

namespace picket {
namespace {

constexpr std::string_view kSigns[] = {"__class__",
                                       "__mro__",
                                       "__base__",
                                       "__bases__",
                                       "__subclasses__",
                                       "__globals__",
                                       "__builtins__",
                                       "__init__",
                                       "__import__",
                                       "__getattribute__",
                                       "__getattr__",
                                       "__getitem__",
                                       "__dict__",
                                       "__self__",
                                       "__func__",
                                       "__code__",
                                       "__closure__",
                                       "__reduce__",
                                       "__reduce_ex__",
                                       "__call__",
                                       "__loader__",
                                       "__spec__",
                                       "__enter__",
                                       "__new__",
                                       "\\x5f",
                                       "\\u005f",
                                       "\\137",
                                       "'__'",
                                       "\"__\"",
                                       "func_globals",
                                       "gi_frame",
                                       "gi_code",
                                       "cr_frame",
                                       "f_globals",
                                       "f_builtins",
                                       "_TemplateReference",
                                       "get_flashed_messages",
                                       "self._"};
constexpr std::string_view kGlobalHolders[] = {"lipsum", "cycler", "joiner"};

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// `word` followed by "." or "[" or "|": its attributes are asked for.
bool IsOpened(std::string_view code, std::string_view word) {
  for (size_t at = code.find(word); at != std::string_view::npos; at = code.find(word, at + 1)) {
    size_t end = at + word.size();
    if (at > 0 && (IsWord(code[at - 1]) || code[at - 1] == '.')) continue;
    size_t next = code.find_first_not_of(" \t\r\n", end);
    if (next != std::string_view::npos &&
        std::string_view(".[|").find(code[next]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// The filters attr and map(attribute=...) take an attribute by a computed name.
bool UsesAttr(std::string_view code) {
  for (size_t at = code.find('|'); at != std::string_view::npos; at = code.find('|', at + 1)) {
    size_t name = code.find_first_not_of(" \t\r\n", at + 1);
    if (name == std::string_view::npos) return false;
    if (code.substr(name, 4) == "attr" && (name + 4 >= code.size() || !IsWord(code[name + 4]))) {
      return true;
    }
  }
  return false;
}

std::string SignIn(std::string_view code) {
  for (std::string_view sign : kSigns) {
    if (code.find(sign) != std::string_view::npos) return std::string(sign);
  }
  for (std::string_view holder : kGlobalHolders) {
    if (IsOpened(code, holder)) return std::string(holder);
  }
  return UsesAttr(code) ? "|attr" : "";
}

}  // namespace

std::string FindTemplateEscape(std::string_view text) {
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    char second = at + 1 < text.size() ? text[at + 1] : '\0';
    if (second != '{' && second != '%') {
      ++at;
      continue;
    }
    // An end inside a string literal is passed over as Jinja does.
    size_t end = at + 2;
    char quote = '\0';
    for (; end < text.size(); ++end) {
      char c = text[end];
      if (quote != '\0') {
        if (c == '\\') {
          ++end;
        } else if (c == quote) {
          quote = '\0';
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '}' && text[end - 1] == (second == '{' ? '}' : '%')) {
        break;
      }
    }
    end = std::min(end, text.size());
    std::string sign = SignIn(text.substr(at, end - at));
    if (!sign.empty()) return sign;
    at = end;
  }
  return {};
}

namespace {

void Judge(std::string_view text, uint64_t offset, WeightReport& report) {
  std::string sign = FindTemplateEscape(text);
  if (sign.empty()) return;
  AddProblem(report, {"template.unsafe",
                      "This chat template reaches for Python's own objects; a server that renders "
                      "it can be made to run code.",
                      offset, WeightConcern::kDangerous, std::move(sign)});
}

// "chat_template": a template, or a list of objects with a name and a template.
class TemplateJudge : public JsonFrameVisitor {
 public:
  explicit TemplateJudge(WeightReport& report) : report_(report) {}

  void OnObject(const JsonFrame& frame) override {
    for (const JsonFrame::Member& member : frame.strings) {
      if (member.key != "chat_template" && member.key != "template") continue;
      if (member.value.size() >= kMaxJsonTemplate) {
        AddGap(report_, "a chat template in it is longer than 1 MiB");
      }
      Judge(member.value, 0, report_);
    }
  }

 private:
  WeightReport& report_;
};

}  // namespace

void ReadChatTemplate(const Blob& blob, PickleScanner&, WeightReport& report) {
  std::string_view text = AsText(blob.bytes);
  if (IsNamedLike(blob, {".jinja", ".jinja2"})) {
    bool chat = IsNamedLike(blob, {"chat_template.jinja", "chat_template.jinja2"}) ||
                HasNamePart(blob, "additional_chat_templates/");
    if (chat) Judge(text, 0, report);
    return;
  }
  size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return;
  bool named = IsNamedLike(blob, {"tokenizer_config.json", "chat_template.json",
                                  "processor_config.json", "chat_templates.json"});
  if (FindWord(text, "\"chat_template") == std::string_view::npos &&
      (!named || text.find("\\u00") == std::string_view::npos)) {
    return;
  }
  TemplateJudge judge(report);
  if (!WalkJson(text.substr(start), judge).whole && named) {
    report.gaps.push_back("its settings are broken or nested deeper than 512");
  }
}

}  // namespace picket
