// The signs of a text as expressions have them, sharing no code with match/text_signs.h.
#pragma once

#include <re2/re2.h>

#include <string>
#include <string_view>

#include "match/re2_options.h"
#include "match/text_signs.h"

namespace picket {

inline TextSigns OracleSigns(std::string_view text, uint64_t escapes_from) {
  static const re2::RE2* const kEscape =
      new re2::RE2(R"((%[2-7][0-9A-Fa-f]|&#[x0-9]|\\/|\\x[2-7]|\\u(?:00[2-7]|\{[2-7][0-9A-Fa-f])))",
                   MakeRe2Options(false));
  TextSigns signs;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\0') signs.nul = true;
    if (text[at] == '@') signs.at_signs.push_back(static_cast<uint32_t>(at));
  }
  std::string leads;
  const re2::StringPiece whole(text.data(), text.size());
  for (uint64_t at = escapes_from; at < text.size(); ++at) {
    if (!kEscape->Match(whole, at, text.size(), re2::RE2::ANCHOR_START, nullptr, 0)) continue;
    if (leads.find(text[at]) != std::string::npos) continue;
    leads.push_back(text[at]);
    signs.escapes.push_back(static_cast<uint32_t>(at));
  }
  return signs;
}

}  // namespace picket
