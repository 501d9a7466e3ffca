// Hostile names made safe to show. Paths, refs and messages come from whoever pushes: a control
// sequence could repaint the terminal, a bidirectional mark could turn a line around.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace picket {

// For terminals and `remote:` lines: control characters become \n, \t, \r or \xNN; marks that have
// no width or turn the direction of text become \u{NNNN}; bytes that are no UTF-8 become \xNN. What
// comes out is valid UTF-8 on one line.
std::string EscapeForTerminal(std::string_view text);

// Bytes that are no UTF-8 become \xNN; all else stays. For JSON, which escapes the rest itself.
std::string EscapeInvalidUtf8(std::string_view text);

// Columns that `text`, valid UTF-8, takes when each character is one column wide.
size_t Columns(std::string_view text);

}  // namespace picket
