// What Git writes to a hook's standard input: githooks(5), pre-receive and pre-push.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/object_id.h"

namespace picket {

// One line of pre-receive: "<old> SP <new> SP <ref> LF".
struct RefUpdate {
  ObjectId old_oid;  // zero: the ref is created
  ObjectId new_oid;  // zero: the ref is deleted
  std::string ref;   // full name
};

// One line of pre-push: "<local ref> SP <local> SP <remote ref> SP <remote> LF".
struct Push {
  std::string local_ref;  // as typed: may hold spaces ("HEAD@{1 second ago}"), or "(delete)"
  ObjectId local_oid;     // zero: the remote ref is deleted
  std::string remote_ref;
  ObjectId remote_oid;  // zero: the remote ref is created
};

// Both throw Error for a line that Git does not write, CRLF and ids of two lengths included: what
// can't be understood must not be let through. The last newline may be missing; no text is an empty
// list.
std::vector<RefUpdate> ParseRefUpdates(std::string_view text);
std::vector<Push> ParsePushes(std::string_view text);

// The lines of `file` up to its end, parsed as they come. Throws Error as both do.
std::vector<RefUpdate> ReadRefUpdates(int file);

// All of `file` to its end. Throws Error when it can't be read or is over 256 MiB (a million refs
// are about 130).
std::string ReadHookInput(int file);

}  // namespace picket
