// Small files, whole.
#pragma once

#include <string>

namespace picket {

// Throws Error, naming the file, where it can't be read.
std::string ReadWholeFile(const std::string& file);

}  // namespace picket
