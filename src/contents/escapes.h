// Text with characters spelt as escapes: \u0041, \u{41}, \x41, \/, %41, &#65;, &#x41;.
#pragma once

#include <cstdint>
#include <optional>

#include "contents/expander.h"

namespace picket {

struct Escape {
  uint8_t value = 0;
  uint8_t length = 0;  // bytes of its spelling
};

// The escape that begins at `at`; nullopt for none, and for characters outside of ASCII.
std::optional<Escape> ReadEscape(Bytes bytes, uint64_t at);

// Visits the text around escapes that may belong to a secret, unescaped: those of a character that
// secrets are made of, in a run of at least 16 such characters, with the text around them
// (kEscapeBefore and kEscapeAfter bytes). Pieces are joined, each with a line end behind it, into
// children of at most about a mebibyte. `leads` holds the first characters of the kinds of escape
// that are looked for, of '%', '\\' and '&'.
// Reach: local(kEscapeBefore, kEscapeAfter).
inline constexpr uint64_t kEscapeBefore = 256;
inline constexpr uint64_t kEscapeAfter = 512;
void ExpandEscapes(const Blob& blob, std::string_view leads, ExpandBudget& budget,
                   FindingSink& sink, ChildVisitor& visitor);

}  // namespace picket
