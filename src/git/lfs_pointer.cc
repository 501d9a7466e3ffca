#include "git/lfs_pointer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>

namespace picket {
namespace {

constexpr size_t kFirstVersionsBytes = 512;
constexpr std::array<std::string_view, 3> kVersions = {"https://git-lfs.github.com/spec/v1",
                                                       "https://hawser.github.com/spec/v1",
                                                       "http://git-media.io/v/2"};
constexpr std::array<std::string_view, 3> kKeys = {"version", "oid", "size"};
constexpr std::string_view kOidType = "sha256:";

// What Unicode calls white space, in UTF-8.
constexpr std::array<std::string_view, 25> kBlanks = {
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
    "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
    "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
    "\xe3\x80\x80"};

std::string_view TrimBlanks(std::string_view text) {
  auto trim_one = [&text] {
    for (std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        return true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        return true;
      }
    }
    return false;
  };
  while (trim_one()) {
  }
  return text;
}

// Nearly every blob ends here, and there are millions.
bool MayBePointer(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\n\v\f\r");
  if (start == std::string_view::npos) return false;
  text.remove_prefix(start);
  const bool blank = static_cast<uint8_t>(text.front()) >= 0x80;
  return blank || text.starts_with("version ") || text.starts_with("ext-");
}

std::optional<ObjectId> ReadOid(std::string_view value) {
  if (!value.starts_with(kOidType)) return std::nullopt;
  value.remove_prefix(kOidType.size());
  const bool lower =
      std::none_of(value.begin(), value.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  return value.size() == 64 && lower ? ObjectId::TryParse(value) : std::nullopt;
}

std::optional<uint64_t> ReadSize(std::string_view value) {
  const bool minus = value.starts_with('-');
  if (minus || value.starts_with('+')) value.remove_prefix(1);
  if (value.empty()) return std::nullopt;
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  uint64_t size = 0;
  for (char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    const uint64_t digit = static_cast<uint64_t>(c - '0');
    if (size > (kMost - digit) / 10) return std::nullopt;
    size = size * 10 + digit;
  }
  if (minus && size != 0) return std::nullopt;
  return size;
}

// "ext-0-name": one digit, and a name that begins with a letter, a digit or an underscore.
bool IsExtension(std::string_view key) {
  if (!key.starts_with("ext-") || key.size() < 7 || key[5] != '-') return false;
  const char name = key[6];
  const bool word = (name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z') ||
                    (name >= '0' && name <= '9') || name == '_';
  return word && key[4] >= '0' && key[4] <= '9';
}

class PointerText {
 public:
  std::optional<LfsPointer> Read(std::string_view text) {
    text = TrimBlanks(text);
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty() && !ReadLine(line)) return std::nullopt;
    }
    if (next_ != kKeys.size() || !HasSoundExtensions()) return std::nullopt;
    pointer_.has_extensions = !extensions_.empty();
    return pointer_;
  }

 private:
  bool ReadLine(std::string_view line) {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || next_ == kKeys.size()) return false;
    const std::string_view key = line.substr(0, space);
    const std::string_view value = line.substr(space + 1);
    if (key != kKeys[next_]) {
      if (!IsExtension(key)) return false;
      extensions_[key] = value;
      return true;
    }
    return ReadValue(next_++, value);
  }

  bool ReadValue(size_t key, std::string_view value) {
    if (key == 0) return std::find(kVersions.begin(), kVersions.end(), value) != kVersions.end();
    if (key == 1) {
      const std::optional<ObjectId> oid = ReadOid(value);
      if (oid) pointer_.oid = *oid;
      return oid.has_value();
    }
    const std::optional<uint64_t> size = ReadSize(value);
    pointer_.size = size.value_or(0);
    return size.has_value();
  }

  // Each with an id, no two with one priority; of two lines with one key the last counts.
  bool HasSoundExtensions() const {
    std::array<bool, 10> taken{};
    for (const auto& [key, value] : extensions_) {
      bool& priority = taken[static_cast<size_t>(key[4] - '0')];
      if (priority || !ReadOid(value)) return false;
      priority = true;
    }
    return true;
  }

  LfsPointer pointer_;
  size_t next_ = 0;
  std::map<std::string_view, std::string_view> extensions_;
};

}  // namespace

std::optional<LfsPointer> TryParseLfsPointer(Bytes blob) {
  const std::string_view text = AsText(blob.first(std::min(blob.size(), kLfsPointerBytes)));
  if (!MayBePointer(text)) return std::nullopt;
  std::optional<LfsPointer> pointer = PointerText().Read(text);
  if (!pointer && text.size() > kFirstVersionsBytes)
    pointer = PointerText().Read(text.substr(0, kFirstVersionsBytes));
  if (pointer) pointer->has_more = blob.size() >= kLfsPointerBytes;
  return pointer;
}

}  // namespace picket
