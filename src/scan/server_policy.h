// What only the system's policy decides, under "server": how long a push may take, what happens
// with what was not judged, who may let a finding pass and where it is written down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/glob.h"

namespace picket {

// A way in which a server says who pushes: the variable that it sets for its hooks.
struct IdentityKind {
  // "gitlab": what stands before the colon in a policy.
  std::string_view word;
  std::string_view variable;
};

// Those that a policy may name. "cert" is the key of a push certificate that Git has verified.
// Sources: githooks(5) and git-receive-pack(1) for certificates; for the others the servers' own
// pages on custom hooks.
const std::vector<IdentityKind>& IdentityKinds();

// Somebody whom the policy names: "gitlab:alice".
struct Identity {
  const IdentityKind* kind = nullptr;
  std::string name;
};

// nullopt where `text` is no known word, a colon and a name.
std::optional<Identity> TryParseIdentity(std::string_view text);

// Who may let a finding pass by a push option, which findings, and on which refs.
struct BypassGrant {
  std::vector<Identity> identities;
  std::vector<std::string> fingerprints;  // empty: all
  std::vector<Glob> refs;                 // empty: all; else every ref of the push matches one
};

enum class OnDeadline : uint8_t {
  kBlock,
  kDebt,  // let in, and judged later: git/debts.h
};

struct ServerPolicy {
  // From the start of the hook, in milliseconds; nullopt: none.
  std::optional<uint64_t> deadline;
  OnDeadline on_deadline = OnDeadline::kBlock;
  // Absolute; "": inside each repository.
  std::string debts;
  // Absolute; "": none.
  std::string log;
  bool log_accepted = true;
  std::vector<BypassGrant> bypass;
};

// "4s", "500ms", "2m" in milliseconds; nullopt for anything else, and beyond a day.
std::optional<uint64_t> TryParseDuration(std::string_view text);

}  // namespace picket
