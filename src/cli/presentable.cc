#include "cli/presentable.h"

#include <vector>

#include "cli/installation.h"
#include "core/error.h"
#include "report/escape.h"
#include "secrets/secret_detector.h"
#include "secrets/secret_mask.h"

namespace picket {
namespace {

std::string Masked(const CommonOptions& common, std::string_view text) {
  try {
    const RuleFolders folders = FindRules(common);
    std::vector<std::string> notes;
    const SecretDetector detector(
        LoadSecretRules(folders.secrets(), folders.compiled_secrets(), &notes), FingerprintKey());
    return SecretMask(detector).Apply(text);
  } catch (const Error&) {
    return std::string(text);
  }
}

}  // namespace

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
