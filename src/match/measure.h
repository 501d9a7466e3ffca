// Bounded walks over long bodies whose head a pattern has found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "match/rule.h"

namespace picket {

// The base64 text of a PEM body, as it stands in files and in string literals of any language.
struct PemBody {
  uint64_t end = 0;      // offset after the END line, or after the body where there is none
  std::string base64;    // without line breaks, escapes, quotes and padding
  bool closed = false;   // an END line follows
  bool armored = false;  // "Name: value" lines stood before the body (legacy encryption, PGP)
};

// `begin` is the offset after the BEGIN line; at most `max` bytes are read.
PemBody ReadPemBody(Bytes text, uint64_t begin, uint64_t max);

// Where the body that starts at `begin` ends; nullopt when it is none.
//   run  bytes of measure.bytes
//   jwt  base64url "." base64url "." base64url, the first of them under way already (RFC 7515)
//   pem  a PEM body (RFC 7468)
std::optional<uint64_t> MeasureBody(const RuleMeasure& measure, Bytes text, uint64_t begin);

}  // namespace picket
