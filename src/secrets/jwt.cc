#include "secrets/jwt.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "secrets/base64.h"

namespace picket {
namespace {

using nlohmann::json;

constexpr size_t kMaxPart = 16 * 1024;
constexpr int64_t kLastSecond = 253'402'300'799;  // of the year 9999

// The part before the first dot from `at` on; `at` moves behind the dot.
std::string_view NextPart(std::string_view token, size_t* at) {
  const size_t start = std::min(*at, token.size());
  const size_t dot = std::min(token.find('.', start), token.size());
  *at = dot + 1;
  return token.substr(start, dot - start);
}

json Decode(std::string_view part) {
  const std::string text = DecodeBase64(part, kMaxPart);
  json value = json::parse(text, nullptr, false);
  return value.is_object() ? value : json();
}

}  // namespace

bool IsJwt(std::string_view token) {
  size_t at = 0;
  const json header = Decode(NextPart(token, &at));
  if (!header.is_object() || !header.contains("alg") || !header["alg"].is_string()) return false;
  return header.contains("enc") || Decode(NextPart(token, &at)).is_object();
}

std::string DescribeJwtExpiry(std::string_view token) {
  size_t at = 0;
  NextPart(token, &at);
  const json claims = Decode(NextPart(token, &at));
  if (!claims.is_object() || !claims.contains("exp") || !claims["exp"].is_number_integer()) {
    return {};
  }
  const int64_t seconds = claims["exp"].get<int64_t>();
  if (seconds < 0 || seconds > kLastSecond) return {};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(seconds)))};
  char text[64];
  std::snprintf(text, sizeof text, " It says that it expires on %04d-%02u-%02u.",
                static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

}  // namespace picket
