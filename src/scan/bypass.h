// A bypass with a record: the push options picket.allow=FINGERPRINT and picket.reason=TEXT let a
// finding pass, once, for those to whom the system's policy grants it.
//
// Who pushes is what the server says in a variable that the policy names by its word (gitlab:alice,
// scan/server_policy.h). A variable that the policy does not name is nobody.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/environment.h"
#include "core/verdict.h"
#include "scan/allowance.h"
#include "scan/server_policy.h"

namespace picket {

// What the client asked for, as it came: for the log only after the mask.
struct BypassRequest {
  // Each once, in their order.
  std::vector<std::string> fingerprints;
  std::string reason;
  // Sentences on options that can't be read.
  std::vector<std::string> complaints;

  bool empty() const { return fingerprints.empty() && reason.empty() && complaints.empty(); }
};

// GIT_PUSH_OPTION_COUNT and GIT_PUSH_OPTION_<i>, as far as they begin with "picket.".
BypassRequest ReadBypassRequest(const Environment& environment);

// Who pushes, by the first of `kinds` that the server says; for a certificate only if Git found it
// good and its nonce too. nullopt: nobody is known.
std::optional<Identity> FindIdentity(const std::vector<const IdentityKind*>& kinds,
                                     const Environment& environment);

class Bypass {
 public:
  // `refs` are the full names of all refs that the push creates or updates.
  Bypass(const ServerPolicy& policy, std::vector<std::string> refs, const Environment& environment);

  const BypassRequest& request() const { return request_; }
  // "gitlab:alice", of the first grant that names who pushes; "" where none does.
  const std::string& who() const { return who_; }
  // Those that are granted, for this run's policy.
  const std::vector<Allowance>& allowances() const { return allowances_; }
  // Of those that were asked for.
  const std::vector<std::string>& refused() const { return refused_; }
  // Whether whoever pushes may let `fingerprint` pass on these refs.
  bool MayAllow(std::string_view fingerprint) const;
  // Sentences for the report: what was granted or not, and why not.
  std::vector<std::string> Notes() const;

 private:
  struct Held {
    const BypassGrant* grant;
    std::string who;
  };
  const Held* Find(std::string_view fingerprint) const;

  std::vector<std::string> refs_;
  BypassRequest request_;
  std::vector<Held> held_;
  std::string who_;
  std::vector<Allowance> allowances_;
  std::vector<std::string> refused_;
};

}  // namespace picket
