// The log of pushes: a file that only grows, one record a line, shared by any number of processes
// and rotated by renaming it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/door.h"

namespace picket {

// Appends `records`, each one line without its newline, one write(2) each and nobody else's between
// them; they are on the disk when this returns. A line that a process which was killed or a full
// disk has left torn is closed first, so that it spoils no other.
//
// A file that is not there is made, for its owner alone, in a folder that belongs to root or to the
// effective user and that nobody else may write. Throws Error otherwise and where anything fails;
// then none of `records` stays, but where the machine stops meanwhile.
void AppendToLog(const std::string& file, const std::vector<std::string>& records,
                 std::chrono::milliseconds patience);

// What PushRecord writes: one JSON object in printable ASCII. For lines that come from a process
// which may have been taken over: none of them ends a record, or is more than text to whoever
// prints it.
bool IsLogRecord(std::string_view line);

// For Errand::kLog, outside: the same for a process that may open no file. `question` is the
// patience in digits, then "\n" and a record for each. Throws Error also where it is something
// else.
Answer AppendOutside(const std::string& file, std::string_view question);

}  // namespace picket
