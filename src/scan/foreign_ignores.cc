#include "scan/foreign_ignores.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/error.h"

namespace picket {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostEntries = 1'000'000;
constexpr uint64_t kLastLine = uint64_t{1} << 40;

bool IsHex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsObjectId(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && IsHex(text);
}

std::optional<uint64_t> ReadLineNumber(std::string_view text) {
  uint64_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || number > kLastLine) return std::nullopt;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  if (text.empty() || number == 0) return std::nullopt;
  return number;
}

// Takes what stands behind the last ':' off `text`; nullopt where there is none.
std::optional<std::string_view> TakeLast(std::string_view* text) {
  const size_t colon = text->rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view last = text->substr(colon + 1);
  *text = text->substr(0, colon);
  return last;
}

std::string_view Trim(std::string_view text) {
  const size_t first = std::min(text.find_first_not_of(" \t\r"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

// "commit:file:rule:line"; a file's name may hold colons.
ForeignIgnore ReadGitleaksLine(std::string_view text) {
  ForeignIgnore entry;
  const std::optional<std::string_view> line = TakeLast(&text);
  const std::optional<uint64_t> number = line ? ReadLineNumber(*line) : std::nullopt;
  const std::optional<std::string_view> rule = TakeLast(&text);
  if (!number || !rule || rule->empty()) {
    entry.complaint = "it is no gitleaks fingerprint (commit:file:rule:line)";
    return entry;
  }
  entry.line = *number;
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos && IsObjectId(text.substr(0, colon))) {
    entry.commit = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  entry.path = text;
  if (text.empty()) entry.complaint = "it names no file";
  return entry;
}

[[noreturn]] void FailTooMany(std::string_view file) {
  throw Error("The file " + std::string(file) + " holds more than a million entries; split it.");
}

ForeignIgnores ReadGitleaks(std::string_view text, std::string_view file) {
  ForeignIgnores list;
  list.tool = "gitleaks";
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const std::string_view line = Trim(whole);
    if (line.empty() || line.front() == '#') continue;
    if (list.entries.size() >= kMostEntries) FailTooMany(file);
    list.entries.push_back(ReadGitleaksLine(line));
    list.entries.back().name = "line " + std::to_string(number);
  }
  return list;
}

ForeignIgnore ReadDetectSecretsEntry(const std::string& path, const Json& json) {
  ForeignIgnore entry;
  entry.path = path;
  if (!json.is_object()) {
    entry.complaint = "it is no object";
    return entry;
  }
  const auto line = json.find("line_number");
  if (line != json.end() && line->is_number_unsigned()) entry.line = line->get<uint64_t>();
  const auto hash = json.find("hashed_secret");
  if (hash != json.end() && hash->is_string()) entry.sha1 = hash->get<std::string>();
  const auto secret = json.find("is_secret");
  if (secret != json.end() && secret->is_boolean() && secret->get<bool>()) {
    entry.complaint = "it is marked there as a real secret; revoke it";
  } else if (entry.sha1.size() != 40 || !IsHex(entry.sha1)) {
    entry.complaint = "it has no hash of the secret";
  }
  return entry;
}

ForeignIgnores ReadDetectSecrets(std::string_view text, std::string_view file) {
  const auto fail = [file](const std::string& what) {
    throw Error("The file " + std::string(file) + " " + what +
                "; it should be a .gitleaksignore or a .secrets.baseline.");
  };
  constexpr int kDeepest = 64;
  const Json json = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        if (depth > kDeepest) fail("is nested too deeply");
        return true;
      },
      false);
  if (json.is_discarded()) fail("begins as JSON and is none");
  const auto results = json.find("results");
  if (results == json.end() || !results->is_object()) fail("has no object \"results\"");
  ForeignIgnores list;
  list.tool = "detect-secrets";
  for (const auto& [path, entries] : results->items()) {
    if (!entries.is_array()) fail("has no list of findings where one should be");
    for (const Json& one : entries) {
      if (list.entries.size() >= kMostEntries) FailTooMany(file);
      list.entries.push_back(ReadDetectSecretsEntry(path, one));
      list.entries.back().name = "entry " + std::to_string(list.entries.size());
    }
  }
  return list;
}

}  // namespace

ForeignIgnores ParseForeignIgnores(std::string_view text, std::string_view file) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return ReadDetectSecrets(text, file);
  return ReadGitleaks(text, file);
}

}  // namespace picket
