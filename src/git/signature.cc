#include "git/signature.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace picket {

Signature ParseSignature(std::string_view line) {
  Signature result;
  size_t close = line.rfind('>');
  size_t open = line.rfind('<', close);
  if (close == std::string_view::npos || open == std::string_view::npos) {
    result.name = line;
    return result;
  }
  std::string_view name = line.substr(0, open);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  result.name = name;
  result.email = line.substr(open + 1, close - open - 1);
  std::string_view when = line.substr(close + 1);
  int64_t seconds = 0;
  while (!when.empty() && when.front() == ' ') when.remove_prefix(1);
  auto [rest, code] = std::from_chars(when.data(), when.data() + when.size(), seconds);
  if (code != std::errc()) return result;
  int zone = 0;
  std::string_view offset = when.substr(static_cast<size_t>(rest - when.data()));
  if (offset.size() == 6 && offset[0] == ' ' && (offset[1] == '+' || offset[1] == '-')) {
    std::from_chars(offset.data() + 2, offset.data() + 6, zone);
    if (offset[1] == '-') zone = -zone;
  }
  int minutes = zone / 100 * 60 + zone % 100;
  // No place on earth; the moment itself still holds.
  if (std::abs(minutes) >= 24 * 60) minutes = 0;
  constexpr int64_t kYear1 = -62135596800;
  constexpr int64_t kYear10000 = 253402300800;
  constexpr int64_t kDay = 86400;
  if (seconds < kYear1 + kDay || seconds >= kYear10000 - kDay) return result;
  auto local = std::chrono::sys_seconds(std::chrono::seconds(seconds + minutes * 60));
  auto day = std::chrono::floor<std::chrono::days>(local);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss time(local - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d%c%02d:%02d",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
  result.date = text.data();
  return result;
}

std::string_view FindHeader(std::string_view object, std::string_view key) {
  while (!object.empty() && object.front() != '\n') {
    size_t end = object.find('\n');
    std::string_view line = object.substr(0, end);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
      return line.substr(key.size() + 1);
    }
    object.remove_prefix(end == std::string_view::npos ? object.size() : end + 1);
  }
  return {};
}

}  // namespace picket
