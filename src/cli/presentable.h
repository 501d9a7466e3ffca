// Sentences that leave outside a report: masked and escaped like everything else.
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line.h"

namespace picket {

// `text` without secrets and control characters; line breaks before an indented line stay. Where
// the rules themselves can't be loaded it is escaped only: there is nothing to tell a secret by.
std::string Presentable(const CommonOptions& common, std::string_view text);

}  // namespace picket
