#include "match/name_word.h"

namespace picket {
namespace {

constexpr size_t kPass = 7;
constexpr size_t kPat = 8;
constexpr size_t kPwd = 10;
constexpr size_t kToken = 12;
static_assert(kNameWords[kPass] == "pass" && kNameWords[kPat] == "pat" &&
              kNameWords[kPwd] == "pwd" && kNameWords[kToken] == "token");

constexpr char Fold(uint8_t byte) {
  return static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

bool BeginsWith(Bytes text, std::string_view name) {
  if (text.size() < name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (Fold(text[i]) != name[i]) return false;
  }
  return true;
}

}  // namespace

uint32_t NameLength(Bytes text, size_t at, size_t word) {
  const auto length = static_cast<uint32_t>(kNameWords[word].size());
  if (word == kToken) {
    const Bytes behind = text.subspan(at + length);
    return BeginsWith(behind, "iz") || BeginsWith(behind, "is") ? 0 : length;
  }
  if (word != kPat) return length;
  const bool last = at + length == text.size();
  // With such a letter it is path or pattern.
  if (last || std::string_view("cehit").find(Fold(text[at + length])) != std::string_view::npos) {
    return 0;
  }
  return length + 1;
}

uint32_t NameLength(Bytes text) {
  for (size_t word = 0; word < kNameWords.size(); ++word) {
    if (BeginsWith(text, kNameWords[word])) return NameLength(text, 0, word);
  }
  return 0;
}

bool IsPasswordName(size_t word) { return word == kPass || word == kPwd; }

void FindNames(Bytes text, std::vector<Landmark>* names) {
  names->clear();
  for (size_t at = 0; at < text.size(); ++at) {
    const uint32_t length = NameLength(text.subspan(at));
    if (length == 0) continue;
    names->push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(at + length)});
  }
}

}  // namespace picket
