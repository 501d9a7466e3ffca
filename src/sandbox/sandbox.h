// Hostile bytes are parsed with nothing to lose: a process that has opened its repository, rules
// and policy splits in two. One half, the keeper, stays as it is and parses nothing. The other
// gives up all but memory, threads and the descriptors that it holds (sandbox/filter.h), does the
// work, and asks the keeper, through a socket, for the few files that turn out to be needed.
//
// Two halves rather than a helper beside the process: whatever happens to the half that parses, the
// keeper is there to say which object it was, to make a refusal of it, and, for an audit, to begin
// again without that object.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/sandbox_use.h"
#include "sandbox/places.h"

namespace picket {

// What a crash has left: who read what, and the signal.
struct Crash {
  int signal = 0;
  // The object before the thread that crashed; where that can't be told, those before all threads.
  // An id, or with an empty one the number in the list that was examined.
  struct Object {
    ObjectId oid;
    uint64_t position = 0;
  };
  std::vector<Object> objects;
};

struct SandboxOptions {
  SandboxUse use = SandboxUse::kAuto;
  Places places;
  // Files that this process itself reads later, beside the places: opened by the half that does the
  // work before it gives that up (/proc/self/status).
  std::vector<std::string> kept_open;
  // Begin again after a crash, without the objects that it names, and tell them as gaps.
  bool goes_on = false;
  // A complete sentence for a person; called by the keeper. Writes it.
  std::function<void(const Crash&)> on_crash;
};

// Returns in the half that does the work, with "" or a sentence for the report: why the sandbox, or
// part of it, could not be had. The keeper never returns from this: when the other half ends, it
// ends with the same status, or with 2 after a crash. There must be no other thread. Throws Error
// under kRequire where the sandbox can't be had. In a build with ThreadSanitizer it does nothing;
// with AddressSanitizer, which opens files of its own, it splits and forbids nothing.
//
// Signals that would end the process (SIGTERM, SIGINT, SIGHUP) reach both halves; if either half is
// killed, so is the other.
std::string EnterSandbox(const SandboxOptions& options);

// For `picket doctor`: whether a process here can shut itself in, as a complete sentence. `works`
// is false where it can't.
std::string TrySandbox(bool* works);

}  // namespace picket
