#include "cli/presentable.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cli/installation.h"
#include "cli/policy_files.h"
#include "core/error.h"
#include "core/fingerprint.h"
#include "report/escape.h"
#include "secrets/own_rules.h"
#include "secrets/secret_detector.h"
#include "secrets/secret_mask.h"

namespace picket {
namespace {

// Of the engine that runs, if there is one.
std::shared_ptr<const RuleSet>& OwnRules() {
  static std::shared_ptr<const RuleSet> own;
  return own;
}

// All of them, once no file can be opened any more.
std::shared_ptr<const RuleSet>& LoadedRulesOnly() {
  static std::shared_ptr<const RuleSet> rules;
  return rules;
}

// Those of the engine, else those of the command line, as far as they can be used.
std::shared_ptr<const RuleSet> FindOwnRules(const CommonOptions& common, const RuleSet& installed) {
  if (common.rule_files.empty() || OwnRules() != nullptr) return OwnRules();
  try {
    return CompileOwnRules(ReadNamedRules(common), installed);
  } catch (const Error&) {
    return nullptr;
  }
}

// The mask of one choice of rules, kept for the next sentence.
struct LoadedMask {
  std::string rules;
  std::vector<std::string> rule_files;
  std::shared_ptr<const RuleSet> own;  // the engine's
  std::unique_ptr<SecretDetector> detector;
  std::unique_ptr<SecretMask> mask;
};

std::optional<std::string> TryMask(const CommonOptions& common, std::string_view text) {
  static LoadedMask loaded;
  try {
    if (loaded.mask == nullptr || loaded.rules != common.rules ||
        loaded.rule_files != common.rule_files || loaded.own != OwnRules()) {
      std::shared_ptr<const RuleSet> rules = LoadedRulesOnly();
      if (rules == nullptr) {
        const RuleFolders folders = FindRules(common);
        std::vector<std::string> notes;
        rules = LoadSecretRules(folders.secrets(), folders.compiled_secrets(), &notes);
      }
      auto own = LoadedRulesOnly() != nullptr ? OwnRules() : FindOwnRules(common, *rules);
      auto detector =
          std::make_unique<SecretDetector>(std::move(rules), FingerprintKey(), std::move(own));
      auto mask = std::make_unique<SecretMask>(*detector);
      loaded = {common.rules, common.rule_files, OwnRules(), std::move(detector), std::move(mask)};
    }
    return loaded.mask->Apply(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool IsWordByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-' || c == '+' || c == '=' || c == '%';
}

// Without any rule there is nothing to tell a secret by, so every long word counts as one.
std::string MaskLongWords(std::string_view text) {
  constexpr size_t kLongWord = 24;
  std::string masked;
  while (!text.empty()) {
    const auto end = std::find_if_not(text.begin(), text.end(), IsWordByte);
    const std::string_view word = text.substr(0, static_cast<size_t>(end - text.begin()));
    if (word.size() >= kLongWord) {
      masked += MaskSecret(word);
    } else {
      masked += word;
    }
    text.remove_prefix(word.size());
    if (text.empty()) break;
    masked += text.front();
    text.remove_prefix(1);
  }
  return masked;
}

std::string Masked(const CommonOptions& common, std::string_view text) {
  if (auto masked = TryMask(common, text)) return std::move(*masked);
  // Rules that were named on the command line may be what is broken; then the installed ones tell.
  CommonOptions installed = common;
  installed.rules.clear();
  installed.rule_files.clear();
  if (!common.rules.empty()) {
    if (auto masked = TryMask(installed, text)) return std::move(*masked);
  }
  return MaskLongWords(text);
}

}  // namespace

void PresentWith(std::shared_ptr<const RuleSet> own) { OwnRules() = std::move(own); }

void PresentOnlyWith(std::shared_ptr<const RuleSet> rules) { LoadedRulesOnly() = std::move(rules); }

std::string Presentable(const CommonOptions& common, std::string_view text) {
  static constexpr std::string_view kBreak = "\n  ";
  const std::string masked = Masked(common, text);
  std::string shown;
  std::string_view rest = masked;
  for (size_t at; (at = rest.find(kBreak)) != std::string_view::npos;) {
    shown += EscapeForTerminal(rest.substr(0, at));
    shown += kBreak;
    rest.remove_prefix(at + kBreak.size());
  }
  return shown + EscapeForTerminal(rest);
}

}  // namespace picket
