// The rule table of a compiled file: whatever is read must be written back as the same bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "match/rule_set.h"
#include "match/rule_table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  picket::Bytes bytes(data, size);
  std::vector<picket::Rule> rules;
  if (picket::ReadRuleTable(bytes, &rules) &&
      picket::WriteRuleTable(rules) != picket::AsText(bytes)) {
    std::abort();
  }
  std::vector<picket::EncodedLiteral> literals;
  if (picket::ReadLiteralTable(bytes, &literals) &&
      picket::WriteLiteralTable(literals) != picket::AsText(bytes)) {
    std::abort();
  }
  std::string why;
  picket::RuleSet::Parse(picket::TrustedBytes::Copy(bytes), &why);
  return 0;
}
