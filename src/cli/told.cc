#include "cli/told.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace picket {

bool IsPlainText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
  });
}

bool IsOneJsonObject(std::string_view text) {
  return text.starts_with('{') && IsPlainText(text) && nlohmann::json::accept(text);
}

}  // namespace picket
