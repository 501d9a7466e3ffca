// Files that decide what is judged - compiled rules, tables - and may be used only where nobody
// else could have written them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace picket {

// The bytes of a regular file, no link, that belongs with its folder to root or to the effective
// user and that nobody else may write; else nullopt, with a clause in `why`.
std::optional<std::string> ReadTrustedFile(const std::string& path, std::string* why);

// Replaces `path` in one step by a file of mode 0644 that holds `bytes`. Throws Error.
void WriteTrustedFile(const std::string& path, std::string_view bytes);

}  // namespace picket
