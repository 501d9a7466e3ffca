// What is wrong with a place rather than with the content that stands there: files that should be
// pointers of Git LFS, and what the policy's section "refs" refuses.
#pragma once

#include <stop_token>
#include <vector>

#include "cli/lfs_objects.h"
#include "core/ancestry.h"
#include "core/change_list.h"
#include "core/fingerprint.h"
#include "git/repository.h"
#include "scan/judge.h"
#include "scan/policy.h"

namespace picket {

// The references outlive the call.
struct PlaceCheckInput {
  const Repository& repository;
  const Policy& policy;
  const ChangeList& changes;
  Ancestry& ancestry;
  // Whose first scan is done: it knows which blobs are pointers.
  const LfsObjects& lfs;
  const FingerprintKey& key;
  // Once it is requested what is left is counted in ScanResult::left.
  std::stop_token stop = {};
};

// What it finds, each at the first place of its object where it holds; what it can't tell is added
// to the gaps of `scan`. A change without .gitattributes and under a policy that asks nothing costs
// nothing.
std::vector<PlacedFinding> CheckPlaces(const PlaceCheckInput& input, ScanResult* scan);

}  // namespace picket
