// The system calls that a process keeps once it has shut itself in: seccomp-bpf, an allow-list.
//
// What is left: memory without execution, threads, clocks, reading and writing descriptors that are
// open, and messages over one socket. Whatever names a path to look at it fails as if nothing were
// there, since libraries ask for optional files of their own (time zones, malloc's settings) and go
// on without; every other call ends the process (SECCOMP_RET_KILL_PROCESS). seccomp(2), seccomp(3).
#pragma once

#include <string>

namespace picket {

// For all threads that there are, and those that they start. `channel` is the one
// socket on which messages may be sent and received. False, with a clause in `why`, where the
// kernel or what contains this process does not let it; nothing is forbidden then.
bool ForbidSystemCalls(int channel, std::string* why);

// Landlock, where the kernel has it: no file may be opened, made or run by its path, whatever the
// filter lets pass. For the calling thread and those that it starts; who has taken over another's
// memory has all threads of it, so where one runs before (a hook's watch), this holds as far as the
// filter does. landlock(7). False where it is missing, which is no reason to stop.
bool ForbidPaths();

}  // namespace picket
