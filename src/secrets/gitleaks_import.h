// Makes rules of a gitleaks configuration, and says what was lost on the way.
//
// A rule "x" becomes "imported.x". It is contextual, unless its expression is distinctive: case
// counts, the secret begins with one of a few literals of four or more characters that are not all
// lower-case letters, at least 12 more characters follow, and no path or keyword has to help. Its
// examples are made from its own expression. What this file returns keeps the promises that
// CheckRuleFiles asks for; a rule that can't is left out and told.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/gitleaks_config.h"

namespace picket {

struct GitleaksImport {
  std::string json;  // patterns/secrets.schema.json; no rule may be in it
  size_t rules = 0;
  // Sentences. `lost`: what the rules do not do that the configuration did. `notes`: what they do
  // otherwise.
  std::vector<std::string> lost;
  std::vector<std::string> notes;
};

GitleaksImport ImportGitleaks(const GitleaksConfig& config);

// The same without the proof, for tests of what can be proven quickly: rules that are well formed.
GitleaksImport ConvertGitleaks(const GitleaksConfig& config);

}  // namespace picket
