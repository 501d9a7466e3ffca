// The flat form of rules: what the compiled file holds beside the Hyperscan database, so that a
// warm start reads no JSON.
#pragma once

#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/detector.h"
#include "match/rule.h"

namespace picket {

// One encoded spelling of a literal, searched for in the same pass as the rules.
struct EncodedLiteral {
  Encoding encoding = Encoding::kBase64;
  std::string bytes;
  // From the literal's first byte to the next boundary of four base64 characters; else 0.
  uint8_t quad_shift = 0;

  auto operator<=>(const EncodedLiteral&) const = default;
};

// UTF-16 in both orders and the three base64 phases (both alphabets) of every literal of `rules`;
// sorted, each once. Wrapped base64 is found unless the line ends inside the literal itself.
std::vector<EncodedLiteral> DeriveEncodedLiterals(const std::vector<Rule>& rules);

std::string WriteRuleTable(const std::vector<Rule>& rules);
// False when `table` is not one whole table: sizes, counts and enums are checked.
bool ReadRuleTable(Bytes table, std::vector<Rule>* rules);

}  // namespace picket
