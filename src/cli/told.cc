#include "cli/told.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/escape.h"

namespace picket {

bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find_first_of("\n\t"));
    if (EscapeForTerminal(part) != part) return false;
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return true;
}

bool IsOneJsonObject(std::string_view text) {
  return text.starts_with('{') && IsPlainText(text) && nlohmann::json::accept(text);
}

}  // namespace picket
