// Which commits are new: reachable from the new tips and from nothing that exists.
//
// The walk is our own because libgit2's fails on shallow repositories, and because Git's honours
// refs/replace and grafts, which whoever can push them could use to hide commits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/change_list.h"
#include "core/finding.h"
#include "core/object_id.h"
#include "core/watch.h"
#include "git/repository.h"
#include "git/slot_table.h"

namespace picket {

struct WalkTip {
  ObjectId commit;
  // Index into ChangeList::refs of the ref that leads there.
  uint32_t ref = kNone;
};

struct WalkedCommit {
  ObjectId oid;
  ObjectId tree;
  // Index into ChangeList::refs of the first tip that reaches it.
  uint32_t ref = kNone;
  // The trees of its parents, each once; a parent that can't be read (a Gap) has none.
  std::vector<ObjectId> parent_trees;
};

struct CommitWalk {
  // Children before parents.
  std::vector<WalkedCommit> commits;
  // New commits that are missing or broken, and parents of new commits.
  std::vector<Gap> gaps;
  // Shallow boundaries among the new commits: judged as roots.
  std::vector<std::string> notes;
  // There was no time to find them all; none is listed then.
  bool is_cut = false;
};

struct WalkOptions {
  // Commits that are not old because something old reaches them, nor what only they reach: they
  // were let in without having been judged. (Behind an old tip nobody looks for them.)
  std::span<const ObjectId> unjudged = {};
  StepWatch watch = {};
};

// `existing` are commits. A commit that can't be read behind one of them ends the paint there, so
// that more counts as new.
//
// Never lists less than it should: "old" spreads only from `existing`, from child to parent. It
// lists more only where some clock was far off: the walk goes by committer dates, newest first, and
// ends when every commit that is left is old and older than the oldest new one by a day, or by
// twice the largest step back in time that it has met.
CommitWalk WalkNewCommits(const Repository& repository, ObjectDatabase& objects,
                          std::span<const WalkTip> tips, std::span<const ObjectId> existing,
                          const WalkOptions& options = {});

// What a push is judged against where there may be tens of thousands of refs.
struct KnownValues {
  // What existing refs hold. May be tags and the like.
  const IdSet& values;
  // Some of them, from which most of what is old can be reached.
  std::span<const ObjectId> likely;
  // The store without what the push brought.
  ObjectDatabase& old_objects;
};

// The same answer without a look at what all refs hold, where it can be had: a commit that only the
// push brought is reachable from no ref, and one that a ref holds is old. nullopt where a commit
// that was in the store before could not be reached from `likely` soon.
std::optional<CommitWalk> TryWalkNewCommits(const Repository& repository, ObjectDatabase& objects,
                                            std::span<const WalkTip> tips, const KnownValues& known,
                                            const StepWatch& watch = {});

// Follows annotated tags from `oid` to what they name. Each tag on the way is added to `tags` (may
// be null). False, with a clause in `why`, where an object is missing or broken, or the chain is
// longer than 1,000.
struct Peeled {
  ObjectId oid;
  ObjectType type = ObjectType::kCommit;
};
bool Peel(ObjectDatabase& objects, const ObjectId& oid, std::vector<ObjectId>* tags, Peeled* peeled,
          std::string* why);

}  // namespace picket
