// Where content came into a history: asked only for what has findings, so that a clean audit never
// pays.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/object_id.h"
#include "git/commit_records.h"
#include "git/known_ids.h"
#include "git/pack_order.h"
#include "git/repository.h"
#include "git/tree_names.h"

namespace picket {

// The first place of one object or file name.
struct Introduction {
  // The first commit in topological order (parents first; then the older by committer date, then
  // the smaller id) whose tree holds it at a path where no parent does; commits that a ref reaches
  // come before all others. For a commit, itself. Empty where no commit holds it: a tag, an object
  // that a ref names directly, one that stands in the index or in a lost tree only.
  ObjectId commit;
  // In that commit, the first in tree order; without a commit, in the tree that a ref or nobody
  // names; "" where there is none.
  std::string path;
  // The commit's author (for a tag its tagger), as the object has it, byte for byte.
  std::string author;
  std::string email;
  std::string date;  // ISO 8601 with offset, "2026-01-31T12:00:00+01:00"
  // Further (commit, path) places that no parent has, in every commit of the store.
  uint64_t other_places = 0;
  // There are more: one commit repeats the same folder so often that they are not counted.
  bool more_places = false;
  // Of `commit` in that order: an earlier one's is smaller. The largest number where there is none.
  uint64_t rank = UINT64_MAX;
  // A ref reaches it; HEAD counts, reflogs and the index don't.
  bool reachable = false;
  // One ref that does: branches first, then remote-tracking ones, tags, the rest; by name.
  std::string ref;
};

struct Provenance {
  // As many as were asked for, in that order.
  std::vector<Introduction> objects;
  std::vector<Introduction> names;
  // Commits and trees that can't be read, sorted; what they alone introduced is attributed to their
  // children.
  std::vector<Gap> gaps;
  // Trees that a partial clone does not have: what stands in them only has no commit.
  uint64_t absent_trees = 0;
  // Passes over the history that it took.
  uint64_t passes = 0;
};

// How much is followed in one pass over the history.
struct PassLimits {
  // Objects, and names, at once. Where these lead to more versions of folders than are held, half
  // as many are tried, but no fewer than `least`; what is too much then is a gap.
  size_t most = size_t{1} << 20;
  size_t least = 4096;
  // Held of those versions where fewer might do; bytes.
  uint64_t bytes = uint64_t{96} << 20;
};

// What was noted when the same inventory was read before; each may be null. With `trees` its
// forests are not needed any more.
struct ReadBefore {
  const TreeNames* trees = nullptr;
  const CommitRecords* commits = nullptr;
  const KnownIds* ids = nullptr;
};

// `objects` are blobs, commits and tags of `inventory`; `names` are names of tree entries (one
// component of a path). Both are distinct. Reads every commit, and for blobs and names every tree
// that a commit reaches, in as few passes as `limits` allow; the rest of the trees only for what
// was not found there. The same result for any `threads` (1 or more) and any limits that bring no
// gap. `history` may be null; else it gets what AttributeFurther() goes on from. What `before` has
// is hardly read again.
Provenance Attribute(const Repository& repository, const ObjectInventory& inventory,
                     std::span<const ObjectId> objects, std::span<const std::string> names,
                     unsigned threads, std::string* history = nullptr,
                     const ReadBefore& before = {}, const PassLimits& limits = {});

// The same for a store that has grown: `before` is what Attribute() said of the same objects and
// names, `history` what it left (its refs are not looked at), and `more` are the commits that came
// since. Only these, and what they change, are read. nullopt where that does not do, and all has to
// be attributed anew: no ref reaches any more what was first; something has no commit; a commit
// changes more than is worth it. `history` is brought up to date, and of no use after nullopt.
std::optional<Provenance> AttributeFurther(const Repository& repository, Provenance before,
                                           std::span<const StoredObject> more,
                                           std::span<const ObjectId> objects,
                                           std::span<const std::string> names, unsigned threads,
                                           std::string* history);

// Fills in who wrote a commit, or tagged, and when; leaves it empty where the object can't be read.
void Sign(ObjectDatabase& database, const ObjectId& commit_or_tag, Introduction* introduction);

}  // namespace picket
