// Hostile bytes are parsed with nothing to lose: a process that has opened its repository, rules
// and policy splits in two. One half, the keeper, stays as it is and parses nothing. The other
// gives up all but memory, threads and the descriptors that it holds (sandbox/filter.h), does the
// work, and asks the keeper, through a socket, for the few files that turn out to be needed.
//
// Two halves rather than a helper beside the process: whatever happens to the half that parses, the
// keeper is there to say which object it was, to make a refusal of it, and, for an audit, to begin
// again without that object. And it splits early because a process that has loaded everything costs
// milliseconds to copy, page by page.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/door.h"
#include "core/sandbox_use.h"
#include "sandbox/places.h"

namespace picket {

// What a crash has left: who read what, and the signal.
struct Crash {
  int signal = 0;
  // The work is begun again without the objects.
  bool goes_on = false;
  // The object before the thread that crashed; where that can't be told, those before all threads.
  // An id, or with an empty one the number in the list that was examined.
  struct Object {
    ObjectId oid;
    uint64_t position = 0;
    // Small ones that were read together with it: it may as well have been one of those.
    uint64_t others = 0;
  };
  std::vector<Object> objects;
};

struct SplitOptions {
  // Begin again after a crash, without the objects that it names, and tell them as gaps.
  bool goes_on = false;
  // Both are called by the keeper. `places` are null where the crash came before they were agreed
  // on.
  DoErrand do_errand;
  std::function<void(const Crash&, const Places* places)> on_crash;
};

// The first step, as early as can be, while there is little to copy and no other thread. Returns in
// the half that does the work, which may still do anything. The keeper never returns from this:
// when the other half ends, it ends with the same status, or with 2 after a crash. Where no process
// can be had it returns in the whole one. In a build with ThreadSanitizer it does nothing.
//
// Signals that would end the process (SIGTERM, SIGINT, SIGHUP) reach both halves; if either half is
// killed, so is the other.
void SplitOff(const SplitOptions& options);

// The same for a part of the work, after which this process goes on as the keeper that it was:
// `work` runs in the other half, and what it returns is returned here. nullopt where that half came
// to no end, of which on_crash has told, or threw; where no process can be had, `work` runs here,
// and ShutIn() in it says so. There must be no other thread. Throws what `work` throws only then.
std::optional<std::string> RunApart(const SplitOptions& options,
                                    const std::function<std::string()>& work);

struct ShutInOptions {
  SandboxUse use = SandboxUse::kAuto;
  Places places;
  // Files that this process itself reads later, beside the places: opened now
  // (/proc/self/status).
  std::vector<std::string> kept_open;
};

// The second step, once everything is open and before anything hostile is parsed. Threads that run
// already get the filter as well. Descriptors without FD_CLOEXEC are closed, but for the standard
// streams: nobody here has opened them. Returns "" or a sentence for the report: why the sandbox
// could not be had. Throws Error under kRequire where it can't be had. With AddressSanitizer, which
// opens files of its own, the door is shut and nothing is forbidden.
std::string ShutIn(const ShutInOptions& options);

// For `picket doctor`: whether a process here can shut itself in, as a complete sentence. `works`
// is false where it can't.
std::string TrySandbox(bool* works);

}  // namespace picket
