// What Attribute() found, as numbers and ids: enough to say it again without reading the history,
// and nothing that a person wrote. Paths, refs and authors are read anew from the repository, so
// that no secret in a name is ever kept.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/object_id.h"
#include "git/provenance.h"
#include "git/repository.h"

namespace picket {

// What Attribute() depends on beside the objects of the store, as 32 bytes: refs, the shallow
// boundary, and what is asked for. `refs` is Repository::Refs(), here and below.
std::string ProvenanceQuestion(const Repository& repository, std::span<const Ref> refs,
                               std::span<const ObjectId> objects,
                               std::span<const std::string> names);

struct ProvenanceMemo {
  std::string bytes;
  // For each name a tree in which it stands, in that order.
  std::vector<ObjectId> trees;
};

// nullopt where some place can't be told by numbers (what no commit holds, a name with a slash), or
// where something could not be read or is not here.
std::optional<ProvenanceMemo> Memorise(const Repository& repository, std::span<const Ref> refs,
                                       const Provenance& provenance,
                                       std::span<const ObjectId> objects,
                                       std::span<const std::string> names);

// Of the same question in a store with the same objects. nullopt where the memo does not fit what
// the repository holds. Without `refs` those of the memo are passed over.
std::optional<Provenance> Recall(const Repository& repository,
                                 std::optional<std::span<const Ref>> refs, Bytes memo,
                                 std::span<const ObjectId> objects,
                                 std::span<const std::string> names);

}  // namespace picket
