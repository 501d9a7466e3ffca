// Git's configuration in the form in which it nearly always is, and in which Git itself writes it.
// https://git-scm.com/docs/git-config, SYNTAX
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "git/config_file.h"

namespace picket {

// The settings of `text` in their order; nullopt where it has anything that takes more than lines:
// an include, a value that goes on in the next line, a section in the old form, a backslash in a
// section's name or a comment, a control character, what is wrong. Then libgit2 reads it, and says
// what is wrong with it.
std::optional<std::vector<ConfigEntry>> TryParsePlainConfig(std::string_view text);

}  // namespace picket
