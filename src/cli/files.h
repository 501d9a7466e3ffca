// Small files, whole.
#pragma once

#include <string>
#include <string_view>

namespace picket {

// Throws Error, naming the file, where it can't be read.
std::string ReadWholeFile(const std::string& file);

// Puts `bytes` in the place of `file` in one step, so that nobody ever reads half of them. The mode
// of a file that was there stays. Throws Error where it can't be written, or where something else
// than a regular file stands there.
void ReplaceFile(const std::string& file, std::string_view bytes);

}  // namespace picket
