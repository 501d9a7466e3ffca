#include "support/shipped_rules.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "secrets/secret_detector.h"

namespace picket {

std::shared_ptr<const RuleSet> ShippedRules() {
  const char* compiled = std::getenv("PICKET_COMPILED_RULES");
  std::vector<std::string> notes;
  return LoadSecretRules(std::string(PICKET_SOURCE_DIR) + "/patterns/secrets",
                         compiled == nullptr ? "" : compiled, &notes);
}

}  // namespace picket
