#include "scan/baseline.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"

namespace picket {
namespace {

constexpr std::string_view kFirstLine = "# picket baseline 1";
constexpr std::string_view kPublic = "public";
constexpr size_t kFingerprintLength = 44;
constexpr size_t kLongestLine = 16 * 1024;

// A name on one line; paths are any bytes.
std::string OnOneLine(std::string_view name) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (char c : name) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f) {
      text += "\\x";
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    } else {
      text += c;
    }
  }
  return text;
}

class BaselineReader {
 public:
  explicit BaselineReader(std::string_view file) : file_(file) {}

  Baseline Read(std::string_view text) {
    while (!text.empty()) {
      ++number_;
      std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() > kLongestLine) Fail("is longer than 16 KiB");
      ReadLine(line);
    }
    if (!first_seen_ || !key_seen_) {
      throw Error("The baseline file " + std::string(file_) +
                  " is not whole: its first line is not \"" + std::string(kFirstLine) +
                  "\", or its \"key\" line is missing; write it again with `picket baseline`.");
    }
    return std::move(baseline_);
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw Error("Line " + std::to_string(number_) + " of the baseline file " + std::string(file_) +
                " " + what + "; mend it, or write the file again with `picket baseline`.");
  }

  void ReadLine(std::string_view line) {
    if (number_ == 1) {
      first_seen_ = line == kFirstLine;
    } else if (line.empty() || line.starts_with('#')) {
      return;
    } else if (line.starts_with("key ")) {
      if (key_seen_) Fail("names a second key");
      key_seen_ = true;
      ReadKey(line.substr(4));
    } else {
      ReadFinding(line);
    }
  }

  void ReadKey(std::string_view key) {
    if (key == kPublic) return;
    if (key.size() != 8 || key.find_first_not_of("0123456789abcdef") != std::string_view::npos)
      Fail("names no key (\"public\", or 8 hexadecimal digits)");
    baseline_.key_id = key;
  }

  void ReadFinding(std::string_view line) {
    std::string_view fingerprint = line.substr(0, kFingerprintLength);
    std::string_view rest = line.substr(fingerprint.size());
    if (!IsFingerprint(fingerprint) || (!rest.empty() && !rest.starts_with(' ')))
      Fail("does not begin with a fingerprint (\"fp1:\" and 40 hexadecimal digits)");
    Allowance one;
    one.fingerprint = fingerprint;
    one.reason = "in the baseline " + std::string(file_);
    if (!rest.empty()) one.reason += ":" + std::string(rest);
    one.source = AllowedBy::kBaseline;
    baseline_.allowances.push_back(std::move(one));
  }

  std::string_view file_;
  Baseline baseline_;
  size_t number_ = 0;
  bool first_seen_ = false;
  bool key_seen_ = false;
};

}  // namespace

Baseline ParseBaseline(std::string_view text, std::string_view file) {
  return BaselineReader(file).Read(text);
}

WrittenBaseline WriteBaseline(const Verdict& verdict, std::string_view key_id, bool guessable_too) {
  WrittenBaseline written;
  // By fingerprint; of the rules and places of one, the first.
  std::map<std::string, std::pair<std::string, std::string>> lines;
  std::set<std::string> guessable;
  for (const JudgedFinding& judged : verdict.findings) {
    const Finding& finding = judged.finding;
    bool covered =
        judged.allowed_by == AllowedBy::kPolicy || judged.allowed_by == AllowedBy::kInline;
    if (!judged.reachable || covered) continue;
    if (finding.fingerprint.empty()) {
      ++written.nameless;
    } else if (finding.tier == Tier::kContextual && !guessable_too) {
      guessable.insert(finding.fingerprint);
    } else {
      std::pair<std::string, std::string> place{finding.rule, OnOneLine(judged.path)};
      auto [known, added] = lines.emplace(finding.fingerprint, place);
      if (!added) known->second = std::min(known->second, place);
    }
  }
  written.lines = lines.size();
  written.guessable = guessable.size();
  written.text = std::string(kFirstLine) +
                 "\n# What was here when picket was adopted. A policy that names this file with "
                 "\"baseline\" lets\n# these findings be; new ones block. A line may be removed "
                 "once its finding is gone.\nkey " +
                 std::string(key_id.empty() ? kPublic : key_id) + "\n";
  for (const auto& [fingerprint, place] : lines) {
    written.text += fingerprint + " " + place.first;
    if (!place.second.empty()) written.text += " " + place.second;
    written.text += '\n';
  }
  return written;
}

}  // namespace picket
