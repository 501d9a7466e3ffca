// JSON Web Tokens (RFC 7519) looked into without their key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace picket {

// True when the first part decodes to a JSON object with a string "alg", and the second one, unless
// the first has "enc" (RFC 7516), to a JSON object.
bool IsJwt(std::string_view token);

// " It says that it expires on 2030-01-31." or "" where it says nothing of the kind. The day is in
// UTC; nothing is compared with the clock, so that a report is the same tomorrow.
std::string DescribeJwtExpiry(std::string_view token);

}  // namespace picket
