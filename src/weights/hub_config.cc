// The settings beside a model (config.json, tokenizer_config.json): "auto_map" names classes of the
// model's own Python files, or, as owner/repository--module.Class, of another repository, whose
// code changes without this one. Loaders fetch and run it only when trust_remote_code says so, so
// it is told and blocks nothing. Source: transformers, dynamic_module_utils.py; Hugging Face
// documentation, "Custom models".
#include <algorithm>
#include <string>
#include <string_view>

#include "weights/find_word.h"
#include "weights/format.h"

namespace picket {
namespace {

constexpr size_t kMaxReference = 256;

bool IsPart(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

// owner/repository--module.Class
bool NamesAnotherRepository(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos || !IsPart(text.substr(0, slash))) return false;
  text.remove_prefix(slash + 1);
  size_t dashes = text.find("--");
  return dashes != std::string_view::npos && IsPart(text.substr(0, dashes)) &&
         IsPart(text.substr(dashes + 2)) && text.find('.', dashes) != std::string_view::npos;
}

}  // namespace

void ReadHubConfig(const Blob& blob, PickleScanner&, WeightReport& report) {
  std::string_view text = AsText(blob.bytes);
  size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return;
  size_t at = FindWord(text, "\"auto_map\"");
  if (at == std::string_view::npos) return;
  for (at = text.find("--", at); at != std::string_view::npos; at = text.find("--", at + 2)) {
    size_t window = at > kMaxReference ? at - kMaxReference : 0;
    size_t open = text.substr(window, at - window).rfind('"');
    if (open == std::string_view::npos) continue;
    std::string_view reference = text.substr(window + open + 1, 2 * kMaxReference);
    size_t close = reference.find('"');
    if (close == std::string_view::npos) continue;
    reference = reference.substr(0, close);
    if (!NamesAnotherRepository(reference)) continue;
    AddProblem(report,
               {"config.remote-code",
                "This configuration names code of another repository, " + std::string(reference) +
                    ", which runs where trust_remote_code is given.",
                at, WeightConcern::kTold, std::string(reference)});
  }
}

}  // namespace picket
