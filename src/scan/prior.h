// Was it there before? The pre-existing rules of one place, computed only for objects with
// findings.
//
// A secret finding was there before when some one parent's version of the path - for a path that is
// new, a path that the commit removes - (a) yields the same fingerprint under today's rules and (b)
// holds every line that the whole match touches, byte for byte and at least as often as the new
// content does. Binary content, objects of Git LFS, members that can't be mapped, lines over 4 KiB
// and findings that are only counted use (a) with counts. Other findings were there before when the
// same blob was, under a name by which today's rules find them too: a file that nothing loads under
// one name may be loaded under another. Of what can't be read again (over 64 MiB, objects of Git
// LFS) the name must have the same ending. Versions under an excluded path don't count: what was
// never judged has never been let in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ancestry.h"
#include "core/blob.h"
#include "core/change_list.h"
#include "scan/blob_scanner.h"
#include "scan/policy.h"

namespace picket {

// Today's rules over content that stood in a parent.
using Rescan = std::function<ScannedObject(const Blob&)>;

// The usual one; `scanner` outlives it.
Rescan RescanWith(BlobScanner* scanner);

// One thread's own. All references outlive this.
class PriorVersions {
 public:
  PriorVersions(const ChangeList& changes, const Policy& policy, Ancestry& ancestry, Rescan rescan);
  ~PriorVersions();

  struct Answer {
    // The same blob stood in a parent's tree, at a path under the same policy, and said all of
    // this.
    bool same_blob = false;
    // One flag per finding of the object, for its secrets; all of them when `same_blob`.
    std::vector<bool> held;
    // The same for ScannedObject::counted.
    std::vector<bool> counted_held;
    // There were more candidates than Ancestry lists; the rest counted as absent.
    bool truncated = false;
  };

  // `object` is a blob that stands at `place`, which has a path.
  Answer At(const ScannedObject& object, Place place);

 private:
  class Evidence;
  using Counts = std::map<std::string, uint64_t, std::less<>>;

  const Counts& FingerprintsOf(const ObjectId& oid);
  std::shared_ptr<const std::string> Content(const ObjectId& oid);
  void MarkHeld(const ScannedObject& object, const ObjectId& prior, Answer* answer);
  void MarkSame(const ScannedObject& object, std::string_view path,
                const std::vector<std::string>& prior_paths, Answer* answer);

  const ChangeList& changes_;
  const Policy& policy_;
  Ancestry& ancestry_;
  Rescan rescan_;
  std::unordered_map<ObjectId, Counts> fingerprints_;
  std::unordered_map<ObjectId, std::shared_ptr<const std::string>> contents_;
  uint64_t content_bytes_ = 0;
  std::unique_ptr<Evidence> evidence_;
  // What the blob that was asked for last says under these names.
  ObjectId named_blob_;
  std::vector<std::string> named_paths_;
  std::set<std::string> named_findings_;
};

}  // namespace picket
