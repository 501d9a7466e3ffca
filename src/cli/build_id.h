// What tells one build of this program from every other.
#pragma once

#include <string>

namespace picket {

// The NT_GNU_BUILD_ID of the running program: a hash of what the linker wrote, in every build of
// ours (-Wl,--build-id in CMakeLists.txt). Read from the program's own memory, so that it costs
// nothing and needs no file. Empty in a program that was linked without one.
//
// The format is the note of the ELF gABI and of GNU ld's manual, option --build-id.
std::string BuildId();

}  // namespace picket
