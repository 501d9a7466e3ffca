// Reads a configuration of gitleaks: TOML, keys as the README of gitleaks 8 lists them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace picket {

struct GitleaksAllowlist {
  std::vector<std::string> regexes;
  std::vector<std::string> paths;
  std::vector<std::string> commits;
  std::vector<std::string> stopwords;
  // One of them is not as it is when the file leaves it out: regexTarget, condition.
  bool is_special = false;
};

struct GitleaksRule {
  std::string id;
  std::string description;
  std::string regex;
  std::string path;
  uint32_t secret_group = 0;
  double entropy = 0;
  std::vector<std::string> keywords;
  std::vector<std::string> tags;
  std::vector<GitleaksAllowlist> allowlists;
  // Keys that stand there and that nobody here knows.
  std::vector<std::string> unknown_keys;
  // A key whose value has another type than it should; "" for none.
  std::string wrong_key;
};

struct GitleaksConfig {
  std::vector<GitleaksRule> rules;
  std::vector<GitleaksAllowlist> allowlists;  // of the whole file
  bool extends_default = false;
  std::string extends_path;
  std::vector<std::string> disabled_rules;
  std::vector<std::string> unknown_keys;
};

// `file` names the text in errors. Throws Error where it is no TOML, is larger than 4 MiB or holds
// no table of rules.
GitleaksConfig ParseGitleaksConfig(std::string_view toml, std::string_view file);

}  // namespace picket
