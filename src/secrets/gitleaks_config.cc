#include "secrets/gitleaks_config.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

// As the library's own header asks for: nothing to link.
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
// What the library takes for granted of a key is not so in "[+]", and it says what is wrong with it
// further down: its assertions shall neither end the process nor be assumed.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "core/error.h"
#include "core/utf8.h"

namespace picket {
namespace {

constexpr size_t kLargest = size_t{4} << 20;
// More than any configuration has, and what can be proven in minutes.
constexpr size_t kMostRules = 5000;

// toml++ 3.3 takes letters such as U+00E9 for what can't be where white space may stand, and then
// does anything. So each byte beyond ASCII goes through it as a character for private use, U+E000
// and the byte.
std::string Carried(std::string_view text) {
  std::string carried;
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      carried.push_back(c);
    } else {
      carried.push_back('\xee');
      carried.push_back(static_cast<char>(0x80 | byte >> 6));
      carried.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
    }
  }
  return carried;
}

// What was carried, and whatever an escape of the text spells.
std::string Restored(std::string_view carried) {
  std::string text;
  for (size_t at = 0; at < carried.size(); ++at) {
    const bool is_one = carried[at] == '\xee' && carried.size() - at > 2 &&
                        (carried[at + 1] == '\x82' || carried[at + 1] == '\x83');
    if (is_one) {
      text.push_back(static_cast<char>((carried[at + 1] & 3) << 6 | (carried[at + 2] & 0x3f)));
      at += 2;
    } else {
      text.push_back(carried[at]);
    }
  }
  return text;
}

std::string Named(std::string_view key) { return "\"" + std::string(key) + "\""; }

// One table; what is asked for and has another type is remembered.
class Reader {
 public:
  Reader(const toml::table& table, std::string* wrong) : table_(table), wrong_(wrong) {}

  std::string Text(std::string_view key) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const auto* carried = node->as_string();
    std::string text = carried == nullptr ? std::string() : Restored(carried->get());
    // An escape may have spelt half of a character.
    if (carried != nullptr && IsUtf8(text)) return text;
    Complain(key);
    return {};
  }

  double Number(std::string_view key) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return 0;
    if (const std::optional<double> number = node->value<double>();
        number && *number >= 0 && *number <= 1000) {
      return *number;
    }
    Complain(key);
    return 0;
  }

  bool Flag(std::string_view key) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return false;
    if (const auto* flag = node->as_boolean()) return flag->get();
    Complain(key);
    return false;
  }

  std::vector<std::string> Texts(std::string_view key) {
    std::vector<std::string> texts;
    const toml::node* node = table_.get(key);
    if (node == nullptr) return texts;
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      Complain(key);
      return texts;
    }
    for (const toml::node& item : *list) {
      const auto* carried = item.as_string();
      std::string text = carried == nullptr ? std::string() : Restored(carried->get());
      if (carried == nullptr || !IsUtf8(text)) {
        Complain(key);
      } else {
        texts.push_back(std::move(text));
      }
    }
    return texts;
  }

  // Of "allowlist" and "allowlists", each a table or a list of tables.
  std::vector<GitleaksAllowlist> Allowlists() {
    std::vector<GitleaksAllowlist> all;
    for (std::string_view key : {"allowlist", "allowlists"}) {
      const toml::node* node = table_.get(key);
      if (node == nullptr) continue;
      if (const toml::table* one = node->as_table()) {
        all.push_back(Allowlist(*one));
      } else if (const toml::array* list = node->as_array()) {
        for (const toml::node& item : *list) {
          if (const toml::table* each = item.as_table()) {
            all.push_back(Allowlist(*each));
          } else {
            Complain(key);
          }
        }
      } else {
        Complain(key);
      }
    }
    return all;
  }

  std::vector<std::string> KeysBeside(std::span<const std::string_view> known) const {
    std::vector<std::string> unknown;
    for (const auto& [key, value] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      std::string name = Restored(key.str());
      unknown.push_back(IsUtf8(name) ? std::move(name) : std::string("?"));
    }
    return unknown;
  }

 private:
  void Complain(std::string_view key) {
    if (wrong_->empty()) *wrong_ = key;
  }

  GitleaksAllowlist Allowlist(const toml::table& table) {
    Reader reader(table, wrong_);
    GitleaksAllowlist list;
    list.regexes = reader.Texts("regexes");
    list.paths = reader.Texts("paths");
    list.commits = reader.Texts("commits");
    list.stopwords = reader.Texts("stopwords");
    const std::string target = reader.Text("regexTarget");
    const std::string condition = reader.Text("condition");
    list.is_special = (!target.empty() && target != "secret") ||
                      (!condition.empty() && condition != "OR" && condition != "or") ||
                      !reader.Texts("targetRules").empty();
    return list;
  }

  const toml::table& table_;
  std::string* wrong_;
};

GitleaksRule ReadRule(const toml::table& table) {
  static constexpr std::array kKnown =
      std::to_array<std::string_view>({"id", "description", "regex", "path", "secretGroup",
                                       "entropy", "keywords", "tags", "allowlist", "allowlists"});
  GitleaksRule rule;
  Reader reader(table, &rule.wrong_key);
  rule.id = reader.Text("id");
  rule.description = reader.Text("description");
  rule.regex = reader.Text("regex");
  rule.path = reader.Text("path");
  rule.secret_group = static_cast<uint32_t>(reader.Number("secretGroup"));
  rule.entropy = reader.Number("entropy");
  rule.keywords = reader.Texts("keywords");
  rule.tags = reader.Texts("tags");
  rule.allowlists = reader.Allowlists();
  rule.unknown_keys = reader.KeysBeside(kKnown);
  return rule;
}

toml::table Parse(std::string_view text, std::string_view file) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  if (!IsUtf8(text)) {
    throw Error("The file " + std::string(file) +
                " is no TOML: it is not UTF-8; name a gitleaks configuration.");
  }
  try {
    return toml::parse(Carried(text));
  } catch (const toml::parse_error& error) {
    throw Error("The file " + std::string(file) + " is no TOML: line " +
                std::to_string(error.source().begin.line) +
                " can't be read; name a gitleaks configuration.");
  }
}

}  // namespace

GitleaksConfig ParseGitleaksConfig(std::string_view toml, std::string_view file) {
  static constexpr std::array kKnown = std::to_array<std::string_view>(
      {"title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists"});
  auto fail = [file](const std::string& what) {
    throw Error("The file " + std::string(file) + " " + what + "; name a gitleaks configuration.");
  };
  if (toml.size() > kLargest) fail("is larger than 4 MiB");
  const toml::table table = Parse(toml, file);
  GitleaksConfig config;
  std::string wrong;
  Reader reader(table, &wrong);
  config.allowlists = reader.Allowlists();
  config.unknown_keys = reader.KeysBeside(kKnown);
  if (const toml::node* node = table.get("extend")) {
    if (const toml::table* extend = node->as_table()) {
      Reader inner(*extend, &wrong);
      config.extends_default = inner.Flag("useDefault");
      config.extends_path = inner.Text("path") + inner.Text("url");
      config.disabled_rules = inner.Texts("disabledRules");
    } else {
      wrong = "extend";
    }
  }
  if (const toml::node* node = table.get("rules")) {
    const toml::array* rules = node->as_array();
    if (rules == nullptr) fail("has no list of tables at \"rules\"");
    if (rules->size() > kMostRules) fail("holds more than 5,000 rules");
    for (const toml::node& item : *rules) {
      const toml::table* rule = item.as_table();
      if (rule == nullptr) fail("has something else than tables in \"rules\"");
      config.rules.push_back(ReadRule(*rule));
    }
  }
  if (!wrong.empty()) fail("has a value of the wrong type at " + Named(wrong));
  if (config.rules.empty()) fail("holds no [[rules]]");
  return config;
}

}  // namespace picket
