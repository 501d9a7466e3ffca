// What stands where a secret would stand, and is none: words of manuals, filled-in x, counting
// digits, variables of shells and templates.
#pragma once

#include <string>
#include <string_view>

namespace picket {

// ASCII only.
std::string LowerCase(std::string_view text);

// More than 7 equal characters in a row, or more than 7 each of which follows the one before, in
// any case; a few more where chance would do that to one of a million texts.
bool HasRun(std::string_view text);

// The text repeats one of its starts, which is at most half of it.
bool IsPeriodic(std::string_view text);

// "example", "placeholder", "changeme", ..., a run, or a period. In a text so long that chance
// would write a word, it counts only where a word of a name starts.
bool IsPlaceholder(std::string_view text);

// A shell, template or format variable, a name of a constant, or what code says to get a value.
bool IsVariable(std::string_view text);

// True for a secret that its own vendor has published as an example, or that a standard or an
// emulator gives to everybody. They are kept as hashes.
bool IsPublished(std::string_view secret);

}  // namespace picket
