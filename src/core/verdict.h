// A finished judgement, ready to be written: every string in it has passed the mask.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace picket {

enum class Outcome : uint8_t { kPass, kBlocked, kIncomplete };

// "pass", "blocked", "incomplete".
std::string_view ToString(Outcome outcome);

// 0, 1 and 2.
int ExitCode(Outcome outcome);

enum class Disposition : uint8_t {
  kBlocks,
  kWarns,        // reported, blocks nothing (contextual tier in hooks, "denylist")
  kPreexisting,  // the parent already had it
  kAllowed,      // an allowance of the policy covers it
};

// Where the word stands that allows a finding.
enum class AllowedBy : uint8_t {
  kNobody,
  kPolicy,    // "allow", "weights.allow"
  kBaseline,  // a file that the policy names
  kInline,    // a comment beside the finding
  kBypass,    // a push option of somebody to whom the server's policy grants it
};

// "", "policy", "baseline", "inline", "bypass".
std::string_view ToString(AllowedBy by);

// An allowance that no finding of this run needed.
struct UnusedAllowance {
  std::string fingerprint;
  std::string reason;
  std::string owner;
  std::string expires;  // "YYYY-MM-DD", "" for never
  bool expired = false;
  AllowedBy source = AllowedBy::kPolicy;
};

struct JudgedFinding {
  Finding finding;
  Disposition disposition = Disposition::kBlocks;
  // kNobody unless the disposition is kAllowed.
  AllowedBy allowed_by = AllowedBy::kNobody;
  // Why it does not block ("allowed until 2027-01-01: test fixture"); empty when it does.
  std::string reason;
  ObjectKind object_kind = ObjectKind::kBlob;
  std::string object;  // object id in hex, "" where there is none
  std::string path;
  std::string commit;  // hex, "" for the index and for files
  std::string ref;
  std::string author;  // audit: the first commit's
  std::string date;    // audit: its author date, ISO 8601 with offset
  uint64_t other_places = 0;
  // Audit: reachable from a ref. Hooks: always true.
  bool reachable = true;
};

// The proof of work.
struct Scanned {
  uint64_t refs = 0;
  uint64_t commits = 0;
  uint64_t blobs = 0;
  uint64_t bytes = 0;
  std::vector<Skipped> skipped;
};

struct Verdict {
  Outcome outcome = Outcome::kPass;
  // Everything that had to be examined was.
  bool complete = true;
  // Sorted; reporters keep the order.
  std::vector<JudgedFinding> findings;
  std::vector<Gap> gaps;
  Scanned scanned;
  // Sentences that belong in the report ("2 commits are shallow boundaries ...").
  std::vector<std::string> notes;
  // Sorted by fingerprint; none where nobody asked.
  std::optional<std::vector<UnusedAllowance>> unused;
  // The rule set and engine, "picket 0.1.0, rules 1f2e3d4c5b6a (42)".
  std::string engine;
};

}  // namespace picket
