// What stood at a place before the change: asked only for blobs with findings, so that a clean push
// never pays.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/change_list.h"
#include "core/object_id.h"

namespace picket {

struct PriorVersion {
  std::string path;
  ObjectId oid;
};

// One parent of the place's commit (for the index: HEAD, and each MERGE_HEAD).
struct PriorParent {
  // The parent's blob at the same path, if it has one; else, for a path that is new, the blobs at
  // the paths that this commit removes from that parent, bounded (see `truncated`).
  std::vector<PriorVersion> versions;
  // Paths at which this parent's tree holds the very same blob, anywhere.
  std::vector<std::string> same_blob_paths;
  // There were more candidates than the bound; those left out count as absent.
  bool truncated = false;
};

// Used from one thread at a time.
class Ancestry {
 public:
  virtual ~Ancestry() = default;
  // The parents of `place` in `changes`, for the object `oid` that stands there.
  virtual std::vector<PriorParent> Before(const ChangeList& changes, Place place,
                                          const ObjectId& oid) = 0;
  // The content of a blob; nullopt where it can't be read (the caller then treats it as absent).
  virtual std::optional<std::string> Read(const ObjectId& oid) = 0;
};

}  // namespace picket
