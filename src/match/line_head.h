// How far a match may reach over ends of lines, which is seldom far: most are of one line, or begin
// a few bytes before the last line that they stand on.
#pragma once

#include <cstdint>
#include <string_view>

namespace picket {

// How many bytes a match of `pattern`, which is of the dialect, has at most up to its last LF and
// with it; 0 where none has an LF.
uint64_t WidestLineHead(std::string_view pattern);

}  // namespace picket
