// Parts of a report that come from a process which may have been taken over, held against what they
// have to be: of one repository nothing may be told that looks like another's, nor spoken to a
// terminal.
#pragma once

#include <string_view>

namespace picket {

// Lines without control characters but tabs.
bool IsPlainText(std::string_view text);

// One JSON object and nothing behind it, in plain text.
bool IsOneJsonObject(std::string_view text);

}  // namespace picket
