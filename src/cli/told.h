// Parts of a report that come from a process which may have been taken over, held against what they
// have to be: of one repository nothing may be told that looks like another's, nor spoken to a
// terminal.
#pragma once

#include <string_view>

namespace picket {

// Lines, and tabs in them, of what EscapeForTerminal() leaves as it is: UTF-8 without control
// characters, the ones beyond ASCII included, and without marks that turn the text around.
bool IsPlainText(std::string_view text);

// One JSON object and nothing behind it, in plain text.
bool IsOneJsonObject(std::string_view text);

}  // namespace picket
