// Configurations of gitleaks, and their expressions: rules that the reader accepts, sentences, or
// an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "match/dialect.h"
#include "match/rule_reader.h"
#include "secrets/gitleaks_import.h"
#include "secrets/regex_translation.h"
#include "secrets/template.h"
#include "secrets/validators.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

void TryExpression(std::string_view text) {
  std::string why;
  const auto regex = picket::TranslateGoRegex(text, 0, &why);
  if (!regex) {
    Require(!why.empty());
    return;
  }
  std::vector<std::string> complaints;
  const picket::PatternFacts facts = picket::CheckDialect(regex->pattern, &complaints);
  Require(complaints.empty());
  Require(facts.min_width == regex->min_width && facts.max_width == regex->max_width);
  picket::SeededRandom random(1);
  for (uint32_t choice = 0; choice < 4; ++choice) {
    Require(picket::ExpandTemplate(picket::WriteExample(*regex, choice), random,
                                   picket::Spoiling::kNone, &why)
                .has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TryExpression(text);
  try {
    const picket::GitleaksImport import =
        picket::ConvertGitleaks(picket::ParseGitleaksConfig(text, "file"));
    const picket::RuleFile file{"file", import.json};
    std::vector<std::string> complaints;
    const auto rules = picket::ParseRuleFiles({&file, 1}, picket::ValidatorNames(), &complaints);
    Require(complaints.empty() && rules.size() == import.rules);
    for (const auto* lines : {&import.lost, &import.notes}) {
      for (const std::string& line : *lines) Require(line.ends_with('.'));
    }
  } catch (const picket::Error& error) {
    Require(std::string_view(error.what()).ends_with('.'));
  }
  return 0;
}
