#include "scan/policy_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scan/policy.h"

namespace picket {
namespace {

// Half-open, in bytes of the text.
struct Range {
  size_t begin = 0;
  size_t end = 0;
};

struct Member {
  std::string key;
  size_t key_begin = 0;
  Range value;
};

// Finds the parts of a JSON text that a strict parser has accepted, so that nothing but brackets,
// strings and commas needs to be told apart here.
class JsonPlaces {
 public:
  explicit JsonPlaces(std::string_view text) : text_(text) {}

  size_t SkipSpace(size_t at) const {
    return std::min(text_.find_first_not_of(" \t\r\n", at), text_.size());
  }

  // Where the value that begins at `at` ends.
  size_t EndOfValue(size_t at) const {
    if (text_[at] == '"') return EndOfString(at);
    if (text_[at] != '{' && text_[at] != '[')
      return std::min(text_.find_first_of(" \t\r\n,]}", at), text_.size());
    size_t depth = 0;
    while (at < text_.size()) {
      const char c = text_[at];
      if (c == '"') {
        at = EndOfString(at);
        continue;
      }
      ++at;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return at;
  }

  // Of the object that begins at `at`.
  std::vector<Member> Members(size_t at) const {
    std::vector<Member> members;
    for (at = SkipSpace(at + 1); at < text_.size() && text_[at] != '}';) {
      Member member;
      member.key_begin = at;
      const size_t key_end = EndOfString(at);
      member.key = nlohmann::json::parse(text_.substr(at, key_end - at)).get<std::string>();
      member.value.begin = SkipSpace(text_.find(':', key_end) + 1);
      member.value.end = EndOfValue(member.value.begin);
      at = Next(member.value.end);
      members.push_back(std::move(member));
    }
    return members;
  }

  // Of the array that begins at `at`.
  std::vector<Range> Items(size_t at) const {
    std::vector<Range> items;
    for (at = SkipSpace(at + 1); at < text_.size() && text_[at] != ']';) {
      items.push_back({at, EndOfValue(at)});
      at = Next(items.back().end);
    }
    return items;
  }

 private:
  size_t EndOfString(size_t at) const {
    for (++at; at < text_.size() && text_[at] != '"'; ++at) {
      if (text_[at] == '\\') ++at;
    }
    return std::min(at + 1, text_.size());
  }

  size_t Next(size_t at) const {
    at = SkipSpace(at);
    return at < text_.size() && text_[at] == ',' ? SkipSpace(at + 1) : at;
  }

  std::string_view text_;
};

std::string Line(const Allowance& one) {
  nlohmann::ordered_json json;
  json["fingerprint"] = one.fingerprint;
  json["reason"] = one.reason;
  if (!one.expires.empty()) json["expires"] = one.expires;
  if (!one.owner.empty()) json["owner"] = one.owner;
  std::string line;
  for (const auto& [key, value] : json.items()) {
    line += line.empty() ? "{" : ", ";
    line += nlohmann::json(key).dump() + ": " + value.dump();
  }
  return line + "}";
}

class AllowEditor {
 public:
  AllowEditor(std::string_view text, const Allowance& one, std::string_view file)
      : text_(text), one_(one), file_(file), places_(text_) {
    const size_t newline = text_.find('\n');
    if (newline != std::string::npos && newline > 0 && text_[newline - 1] == '\r') break_ = "\r\n";
  }

  PolicyEdit Run() {
    const Policy policy = ParsePolicy(text_, file_);
    const size_t top = text_.find('{');
    const std::vector<Member> members = places_.Members(top);
    const auto allow = std::find_if(members.begin(), members.end(),
                                    [](const Member& member) { return member.key == "allow"; });
    if (allow == members.end()) return AddKey(top, members);
    const std::vector<Range> items = places_.Items(allow->value.begin);
    std::optional<size_t> same;
    size_t before = items.size();
    for (size_t i = 0; i < items.size(); ++i) {
      const Allowance& other = policy.allow[i];
      if (other.fingerprint == one_.fingerprint) {
        if (same) FailTwice();
        same = i;
      }
      if (before == items.size() && other.fingerprint > one_.fingerprint) before = i;
    }
    if (same) return Renew(policy.allow[*same], items[*same]);
    return Insert(*allow, items, before);
  }

 private:
  [[noreturn]] void FailTwice() const {
    throw Error("The policy file " + std::string(file_) + " holds two allowances for " +
                one_.fingerprint + "; remove one of them, then try again.");
  }

  PolicyEdit Renew(const Allowance& old, Range range) {
    if (old.reason == one_.reason && old.expires == one_.expires && old.owner == one_.owner)
      return {text_, PolicyEdit::What::kSame};
    text_.replace(range.begin, range.end - range.begin, Line(one_));
    return {text_, PolicyEdit::What::kRenewed};
  }

  PolicyEdit Insert(const Member& allow, const std::vector<Range>& items, size_t before) {
    const std::string outer = IndentAt(allow.key_begin);
    if (items.empty()) {
      const Range value = allow.value;
      text_.replace(value.begin, value.end - value.begin,
                    "[" + break_ + outer + "  " + Line(one_) + break_ + outer + "]");
      return {text_, PolicyEdit::What::kAdded};
    }
    const std::string indent =
        BeginsItsLine(items.front().begin) ? IndentAt(items.front().begin) : outer + "  ";
    if (before < items.size()) {
      const size_t at = items[before].begin;
      const std::string lead = BeginsItsLine(at) ? "" : break_ + indent;
      text_.insert(at, lead + Line(one_) + "," + break_ + indent);
    } else {
      const size_t at = items.back().end;
      const bool closes_here =
          text_.find('\n', at) >= places_.SkipSpace(at);  // "]" stands on the last item's line
      text_.insert(at, "," + break_ + indent + Line(one_) + (closes_here ? break_ + outer : ""));
    }
    return {text_, PolicyEdit::What::kAdded};
  }

  PolicyEdit AddKey(size_t top, const std::vector<Member>& members) {
    const std::string indent = !members.empty() && BeginsItsLine(members.front().key_begin)
                                   ? IndentAt(members.front().key_begin)
                                   : "  ";
    const std::string key = break_ + indent + "\"allow\": [" + break_ + indent + "  " + Line(one_) +
                            break_ + indent + "]";
    const size_t at = members.empty() ? top + 1 : members.back().value.end;
    const size_t close = places_.SkipSpace(at);
    const bool closes_here = text_.substr(at, close - at).find('\n') == std::string::npos;
    text_.insert(at, (members.empty() ? "" : ",") + key + (closes_here ? break_ : ""));
    return {text_, PolicyEdit::What::kAdded};
  }

  size_t StartOfLine(size_t at) const {
    const size_t newline = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
    return newline == std::string::npos ? 0 : newline + 1;
  }

  bool BeginsItsLine(size_t at) const {
    const size_t start = StartOfLine(at);
    return text_.find_first_not_of(" \t", start) == at && start > 0;
  }

  std::string IndentAt(size_t at) const {
    const size_t start = StartOfLine(at);
    const size_t end = std::min(text_.find_first_not_of(" \t", start), at);
    return text_.substr(start, end - start);
  }

  std::string text_;
  const Allowance& one_;
  std::string_view file_;
  JsonPlaces places_;
  std::string break_ = "\n";
};

}  // namespace

PolicyEdit AllowIn(std::string_view text, const Allowance& one, std::string_view file) {
  if (text.empty()) text = "{}\n";
  PolicyEdit edit = AllowEditor(text, one, file).Run();
  ParsePolicy(edit.text, file);
  return edit;
}

}  // namespace picket
