// A lock between processes that goes with its holder: flock(2), with patience.
#pragma once

#include <chrono>

namespace picket {

// Whether the lock on the open file was got in time. It is let go when the file is closed, however
// the process ends.
bool LockFile(int fd, std::chrono::milliseconds patience);

}  // namespace picket
