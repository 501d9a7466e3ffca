// Detection is per blob, judgement per place: what was found, where the change brings it, and what
// the policy says of it become the finished verdict.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/ancestry.h"
#include "core/change_list.h"
#include "core/mask.h"
#include "core/verdict.h"
#include "scan/policy.h"
#include "scan/prior.h"
#include "scan/scanner.h"

namespace picket {

// What every judgement needs; the references outlive the call.
struct JudgeContext {
  const Policy& policy;
  Gate gate = Gate::kPreReceive;
  // "YYYY-MM-DD", for allowances that expire: TodayUtc().
  std::string today;
  // Every string of the verdict passes it.
  Mask& mask;
  // "picket 0.1.0, rules 1f2e3d4c5b6a (42)".
  std::string engine;
  // Whether the verdict lists allowances that no finding needed: only where everything is looked
  // at.
  bool report_unused = false;
  // Once it is requested nothing is compared with what was there before any more: all that was
  // found then counts as new.
  std::stop_token stop = {};
};

// Before the scan: one flag per object of `changes`, true where every place that it comes to is
// excluded by path, so that nobody needs to look at it.
std::vector<bool> ExcludedObjects(const ChangeList& changes, const Policy& policy);

// What is found at one place of a change, and is not so at others of the same object.
struct PlacedFinding {
  uint32_t object = kNone;  // index into ChangeList::objects
  Place place;
  Finding finding;
  // A parent had it at the same path.
  bool preexisting = false;
};

// A change: hooks and pre-receive. `scan` comes from a source over `changes.objects`, so that
// ScannedObject::position is an index into them. A finding that blocks at any place blocks, and is
// reported at the first such place.
Verdict Judge(const JudgeContext& context, const ChangeList& changes, const ScanResult& scan,
              Ancestry& ancestry, const Rescan& rescan, std::span<const PlacedFinding> placed = {});

// Where an object of a listing stands.
struct Whereabouts {
  std::string path;
  std::string commit;
  std::string ref;
  std::string author;
  std::string date;
  uint64_t other_places = 0;
  // Which of two places came first: the smaller.
  uint64_t rank = 0;
  bool reachable = true;
};

// What was listed and not scanned, for the report.
struct Listing {
  uint64_t refs = 0;
  uint64_t commits = 0;
  std::vector<Gap> gaps;
  std::vector<Skipped> skipped;
  std::vector<std::string> notes;
  // A secret that several objects of one kind hold is reported where it came first; the others are
  // among its other places.
  bool secrets_once = false;
};

// An audit, or files outside Git: there is no "before", and each finding is reported once per
// object. `whereabouts` is asked once for each object that has findings or gaps, in the order of
// positions. An object whose only place is excluded is left out, and counted in a note.
Verdict JudgeListing(const JudgeContext& context, const Listing& listing, ScanResult scan,
                     const std::function<Whereabouts(const ScannedObject&)>& whereabouts);

}  // namespace picket
