// What a push makes reachable, as a list to be judged: new commits and tags as raw objects, the
// blobs that each new commit changes with every place where they stand, new paths, ref names.
//
// The lists are the same for every run over the same repository, and in walk order: refs, then
// commits from children to parents with what each changes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/change_list.h"
#include "core/watch.h"
#include "git/ref_updates.h"
#include "git/repository.h"

namespace picket {

// Values of refs that were let in before they had been judged: git/debts.h.
struct Unjudged {
  // Values of refs; what they are need not exist any more.
  std::vector<ObjectId> tips;
  // Commits that have been judged, but that no ref may reach any more but through such a tip.
  std::vector<ObjectId> judged;
};

struct ExistingRefs {
  std::vector<Ref> refs;
  std::optional<ObjectId> head;  // what HEAD leads to
};

struct ReceivedOptions {
  // The refs that exist; null: they are read. Whoever gives `unjudged` has read the refs before it:
  // a push is put there before its refs move.
  const ExistingRefs* refs = nullptr;
  const Unjudged* unjudged = nullptr;
  // Values of refs elsewhere that count like those here, but for unjudged ones.
  std::span<const ObjectId> also_existing = {};
  // Counts commits.
  StepWatch watch = {};
  // That compare trees; 1 or more. The result is the same for any.
  unsigned threads = 1;
};

// pre-receive: everything that the new values reach and no existing ref does, all lines together;
// the old values are still in place. Whatever is missing or damaged is a gap. What only unjudged
// tips reach counts as new.
ChangeList ListReceived(const Repository& repository, const RefUpdates& updates,
                        const ReceivedOptions& options = {});

// One flag for each of `values` (which may be of any type): whether a ref reaches it, if only
// through tags.
std::vector<bool> FindReachable(const Repository& repository, const std::vector<Ref>& refs,
                                std::span<const ObjectId> values);

// What a server holds and nobody has judged: everything that the refs `now` reach and those of
// `known` did not, as far as they are still here. A ref that has not moved is left out.
ChangeList ListSince(const Repository& repository, std::span<const Ref> now,
                     std::span<const Ref> known);

// pre-push to `remote` at `url` (Git gives the URL twice when the remote has no name): everything
// that the local values reach and the remote is not known to have, that is, its own values in
// `pushes` as far as they exist here, and refs/remotes/<remote>/*. For a bare URL these are taken
// from the remote that is configured with exactly this url or pushurl; without one, all that the
// push reaches is judged. Trees that a promisor may supply can't be new: counted as skipped.
ChangeList ListPushed(const Repository& repository, std::string_view remote, std::string_view url,
                      std::span<const Push> pushes);

// The same in two steps: the values of the refs that follow the remote, which takes refs and
// configuration, and then the list, which takes objects only.
std::vector<ObjectId> ListTracked(const Repository& repository, std::string_view remote,
                                  std::string_view url, std::span<const Push> pushes);
ChangeList ListPushed(const Repository& repository, std::span<const ObjectId> tracked,
                      std::span<const Push> pushes);

}  // namespace picket
